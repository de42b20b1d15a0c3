//! Reports of what a client does, for metrics.

use std::fmt;
use std::time::Duration;

use super::ErrorKind;

/// Receives a report of every request that a client sends, and of every call
/// of an account's backend, for metrics.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Receives a report of a request that was answered, or failed.
    fn attempt(&self, attempt: &Attempt<'_>);

    /// Receives a report of a call, which may have taken several requests.
    fn call(&self, _call: &CallReport<'_>) {}
}

/// One call of an account's backend, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallReport<'a> {
    /// The account.
    pub account: &'a str,
    /// What was asked for: the id of an
    /// [`Operation`](crate::providers::Operation), such as `listJobs`.
    pub operation: &'static str,
    /// The error, if it failed.
    pub error: Option<&'a super::Error>,
    /// How long it took, with its retries; of a download, until its first byte.
    pub took: Duration,
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
