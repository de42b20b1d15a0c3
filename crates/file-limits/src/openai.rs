//! OpenAI: its document names 512 MB for an upload, its Uploads API takes 8 GB in
//! parts, and a job needs ten examples.

use crate::FileLimits;

pub(crate) const LIMITS: FileLimits = FileLimits {
    max_upload_bytes: Some(512_000_000),
    max_bytes: Some(8 << 30),
    min_examples: 10,
    ..FileLimits::new("openai")
};
