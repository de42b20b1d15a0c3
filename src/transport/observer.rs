//! Whoever counts what a client does.

use std::fmt;
use std::time::Duration;

use super::ErrorKind;

/// Is told of every request that a client sends, for metrics.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A request was answered, or failed.
    fn attempt(&self, attempt: &Attempt<'_>);
}

/// One request of a call, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The account.
    pub account: &'a str,
    /// The operation, as the vendor's document names it here.
    pub operation: &'a str,
    /// The first try is 1.
    pub attempt: u32,
    /// The HTTP status of the answer, where there was one.
    pub status: Option<u16>,
    /// What sort of failure it was, if it was one.
    pub error: Option<ErrorKind>,
    /// How long it took; of a download, until its first byte.
    pub took: Duration,
}
