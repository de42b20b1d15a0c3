//! Progress of reading a file.

/// How far the reading of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// The file's size, where it is known.
    pub total_bytes: Option<u64>,
    /// Lines read.
    pub lines: u64,
    /// Errors found.
    pub errors: u64,
}

/// Ends what is under way, with [`Error::Cancelled`](crate::Error::Cancelled).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Called about once for each megabyte.
pub type OnProgress<'a> = &'a mut dyn FnMut(&Progress) -> Result<(), Stop>;
