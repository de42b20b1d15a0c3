//! What can be wrong with a document, and where.

use std::fmt;

/// A document that cannot be turned into source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// JSON pointer of the place, empty for the whole document.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl Error {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for Error {}
