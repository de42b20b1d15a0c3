//! Together: 50.1 GiB in its SDK, 100 GB in its documentation.

use crate::FileLimits;

pub(crate) const LIMITS: FileLimits = FileLimits {
    max_bytes: Some(53_795_212_493),
    other_formats: &["csv", "parquet"],
    takes_byte_order_mark: false,
    ..FileLimits::new("together")
};
