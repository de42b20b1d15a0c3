//! The query that selects jobs for a list.

use std::time::Duration;

use crate::unify::{Job, Status};
use crate::wire::DeepObject;

/// A selection of jobs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListQuery {
    /// Only jobs in this status.
    pub status: Option<Status>,
    /// Only jobs of this model, or that produced this model.
    pub model: Option<String>,
    /// Only jobs with these metadata pairs, or with none.
    pub metadata: Option<DeepObject>,
    /// Only jobs created at this time or later, in Unix seconds.
    pub created_after: Option<i64>,
    /// Only jobs created before this time, in Unix seconds.
    pub created_before: Option<i64>,
    /// Only jobs after this one, at whichever account it is.
    pub after: Option<super::JobRef>,
    /// At most this many jobs.
    pub limit: Option<usize>,
    /// Whether jobs have notes on their fields.
    pub notes: bool,
    /// How long to wait until an account's list goes on, be it for one page or for
    /// many, when another account has responded; then the account is a warning. By
    /// default 10 seconds; `None` waits as long as the account's own timeouts allow.
    pub account_wait: Option<Duration>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            status: None,
            model: None,
            metadata: None,
            created_after: None,
            created_before: None,
            after: None,
            limit: None,
            notes: true,
            account_wait: Some(Duration::from_secs(10)),
        }
    }
}

impl ListQuery {
    /// Creates a query for all jobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the status that jobs must have.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the model that jobs must train or have produced.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = Some(name.into());
        self
    }

    /// Sets the metadata pairs that jobs must have, or that they have none.
    #[must_use]
    pub fn metadata(mut self, filter: DeepObject) -> Self {
        self.metadata = Some(filter);
        self
    }

    /// Sets the earliest time of creation, in Unix seconds; jobs without a time
    /// are left out.
    #[must_use]
    pub fn created_after(mut self, time: i64) -> Self {
        self.created_after = Some(time);
        self
    }

    /// Sets the time before which jobs were created, in Unix seconds; jobs
    /// without a time are left out.
    #[must_use]
    pub fn created_before(mut self, time: i64) -> Self {
        self.created_before = Some(time);
        self
    }

    /// Sets the job after which the list starts: the last job of the page
    /// before, of whichever account. Nothing else is needed to continue a list.
    #[must_use]
    pub fn after(mut self, job: impl Into<super::JobRef>) -> Self {
        self.after = Some(job.into());
        self
    }

    /// Sets the largest number of jobs; those of the last id at further accounts are more
    /// (see [`Providers::list`](super::Providers::list)).
    #[must_use]
    pub fn limit(mut self, jobs: usize) -> Self {
        self.limit = Some(jobs);
        self
    }

    /// Sets whether jobs have notes on their fields; by default they do.
    #[must_use]
    pub fn notes(mut self, notes: bool) -> Self {
        self.notes = notes;
        self
    }

    /// Sets how long to wait until an account's list goes on when another account
    /// has responded.
    #[must_use]
    pub fn account_wait(mut self, wait: Option<Duration>) -> Self {
        self.account_wait = wait;
        self
    }

    /// Returns true if the query selects the job.
    pub(super) fn matches(&self, job: &Job) -> bool {
        let of_model = |name: &String| {
            job.model == *name || job.fine_tuned_model.as_deref() == Some(name.as_str())
        };
        self.status.is_none_or(|status| job.status == status)
            && self.model.as_ref().is_none_or(of_model)
            && self
                .created_before
                .is_none_or(|time| job.created_at.is_some_and(|created| created < time))
            && !self.is_beyond(job)
    }

    /// Returns true if the job is older than all that the query selects; in a
    /// list with time limits, also for jobs without a time.
    pub(super) fn is_beyond(&self, job: &Job) -> bool {
        self.created_after
            .is_some_and(|time| job.created_at.is_none_or(|created| created < time))
    }

    /// Returns true if the job is older than all that the query selects, by its
    /// time.
    pub(super) fn is_past(&self, job: &Job) -> bool {
        job.created_at.is_some() && self.is_beyond(job)
    }
}
