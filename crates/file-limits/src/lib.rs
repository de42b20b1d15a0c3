//! How large vendors take files of training examples, and how few examples: one table
//! for the library's check before an upload and for `unitune-datasets`. Also which names
//! are versions of a model, because both have to know that.
//!
//! It depends on nothing, because the library builds it.
//!
//! ```
//! use unitune_file_limits::OPENAI;
//!
//! assert_eq!((OPENAI.vendor, OPENAI.min_examples), ("openai", 10));
//! ```
#![warn(missing_docs)]

mod azure;
mod fireworks;
mod model_names;
mod openai;
mod together;

pub use model_names::is_version_of;

/// Azure OpenAI's limits.
pub const AZURE: FileLimits = azure::LIMITS;
/// Fireworks' limits.
pub const FIREWORKS: FileLimits = fireworks::LIMITS;
/// OpenAI's limits.
pub const OPENAI: FileLimits = openai::LIMITS;
/// Together's limits.
pub const TOGETHER: FileLimits = together::LIMITS;

/// A vendor's limits of a file of training examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileLimits {
    /// The vendor's name, as in configuration.
    pub vendor: &'static str,
    /// The largest file that one upload takes, in bytes; none where the vendor's
    /// largest file can be uploaded so.
    pub max_upload_bytes: Option<u64>,
    /// The largest file, in bytes; none where no limit is known.
    pub max_bytes: Option<u64>,
    /// The fewest examples of a training file.
    pub min_examples: u64,
    /// Suffixes of formats other than JSON Lines that the vendor takes.
    pub other_formats: &'static [&'static str],
    /// Whether the vendor takes a file that begins with a byte order mark, as far as is
    /// known.
    pub takes_byte_order_mark: bool,
}

impl FileLimits {
    /// Creates limits of JSON Lines of any size, with one example.
    const fn new(vendor: &'static str) -> Self {
        Self {
            vendor,
            max_upload_bytes: None,
            max_bytes: None,
            min_examples: 1,
            other_formats: &[],
            takes_byte_order_mark: true,
        }
    }
}

/// The vendors whose limits are known.
pub static ALL: [&FileLimits; 4] = [&OPENAI, &AZURE, &TOGETHER, &FIREWORKS];

/// Returns the limits of the vendor with this name.
pub fn find(vendor: &str) -> Option<&'static FileLimits> {
    ALL.into_iter().find(|limits| limits.vendor == vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_not_larger_than_a_file() {
        for limits in ALL {
            assert_eq!(find(limits.vendor), Some(limits));
            assert!(limits.min_examples > 0);
            if let (Some(upload), Some(file)) = (limits.max_upload_bytes, limits.max_bytes) {
                assert!(upload <= file, "{}", limits.vendor);
            }
        }
        assert_eq!(find("nobody"), None);
    }
}
