//! Azure OpenAI: as OpenAI.

use crate::FileLimits;

pub(crate) const LIMITS: FileLimits = FileLimits {
    max_upload_bytes: Some(512_000_000),
    max_bytes: Some(8 << 30),
    min_examples: 10,
    ..FileLimits::new("azure")
};
