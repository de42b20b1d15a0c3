//! The operations that are selected from a document.

use unitune_diff::pointer;

/// A selected operation: its method (lower case), its path and our name for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selected {
    /// `get`, `post`, …
    pub method: String,
    /// The path, as in the document.
    pub path: String,
    /// Our operationId.
    pub id: String,
}

impl Selected {
    /// Returns the operation's place in a document.
    #[must_use]
    pub fn pointer(&self) -> String {
        pointer::join(&pointer::join("/paths", &self.path), &self.method)
    }
}
