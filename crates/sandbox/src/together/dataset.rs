//! Training files, by Together's rules.

use crate::state::dataset::{self, BYTE_ORDER_MARK, Dataset};

/// Reads a training file; a byte order mark is no JSON here.
pub(crate) fn examine(content: &[u8]) -> Dataset {
    if content.starts_with(BYTE_ORDER_MARK) {
        return Dataset {
            problem: Some("line 1 is not valid JSON".to_owned()),
            ..Dataset::of_size(content.len())
        };
    }
    dataset::examine(content)
}
