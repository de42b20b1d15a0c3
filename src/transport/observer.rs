//! Reports of calls and requests, for metrics.

use std::fmt;
use std::time::Duration;

use super::ErrorKind;

/// A receiver of reports, for metrics: one of every request that a client sends,
/// and one of every call of an account's backend.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Receives a report of a request that was answered or failed.
    fn attempt(&self, attempt: &Attempt<'_>);

    /// Receives a report of a call, which may have taken several requests.
    fn call(&self, _call: &CallReport<'_>) {}
}

/// A report of one call of an account's backend.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallReport<'a> {
    /// The account.
    pub account: &'a str,
    /// The id of the [`Operation`](crate::providers::Operation), such as
    /// `listJobs`.
    pub operation: &'static str,
    /// The error, if the call failed.
    pub error: Option<&'a super::Error>,
    /// How long it took, with its retries; for a download, until its first
    /// byte.
    pub took: Duration,
}

/// A report of one request of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The account.
    pub account: &'a str,
    /// The operation's name in the vendor's document.
    pub operation: &'a str,
    /// The number of the attempt; the first is 1.
    pub attempt: u32,
    /// The HTTP status of the response, if there was one.
    pub status: Option<u16>,
    /// The kind of the error, if it failed.
    pub error: Option<ErrorKind>,
    /// How long it took; for a download, until its first byte.
    pub took: Duration,
}
