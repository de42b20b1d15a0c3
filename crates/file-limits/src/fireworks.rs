//! Fireworks: three examples; what is larger than one upload goes to a signed URL.

use crate::FileLimits;

pub(crate) const LIMITS: FileLimits = FileLimits {
    min_examples: 3,
    ..FileLimits::new("fireworks")
};
