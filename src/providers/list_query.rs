//! Which jobs a list shows.

use std::time::Duration;

use crate::unify::{Job, Status};
use crate::wire::DeepObject;

/// Which jobs are meant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListQuery {
    /// Only jobs in this status.
    pub status: Option<Status>,
    /// Only jobs of this model, or that made this model.
    pub model: Option<String>,
    /// Only jobs with these metadata pairs, or with none.
    pub metadata: Option<DeepObject>,
    /// Only jobs made at this time or later, in Unix seconds.
    pub created_after: Option<i64>,
    /// Only jobs made before this time, in Unix seconds.
    pub created_before: Option<i64>,
    /// Only jobs that come after this one, whichever account it is at.
    pub after: Option<super::JobRef>,
    /// At most this many jobs.
    pub limit: Option<usize>,
    /// Whether jobs say how each field came about.
    pub notes: bool,
    /// How long an account's page is waited for where another account has
    /// answered; then the account is a warning. 10 seconds unless set, none for
    /// as long as the account's own limits let it take.
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
    /// All jobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only jobs in this status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Only jobs of this model, or that made this model.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = Some(name.into());
        self
    }

    /// Only jobs with these metadata pairs, or with none.
    #[must_use]
    pub fn metadata(mut self, filter: DeepObject) -> Self {
        self.metadata = Some(filter);
        self
    }

    /// Only jobs made at this time or later, in Unix seconds; none without a
    /// time.
    #[must_use]
    pub fn created_after(mut self, time: i64) -> Self {
        self.created_after = Some(time);
        self
    }

    /// Only jobs made before this time, in Unix seconds; none without a time.
    #[must_use]
    pub fn created_before(mut self, time: i64) -> Self {
        self.created_before = Some(time);
        self
    }

    /// Only jobs that come after this one in the list: the last job of the
    /// page before, of whichever account. Nothing else is needed to go on.
    #[must_use]
    pub fn after(mut self, job: impl Into<super::JobRef>) -> Self {
        self.after = Some(job.into());
        self
    }

    /// At most this many jobs.
    #[must_use]
    pub fn limit(mut self, jobs: usize) -> Self {
        self.limit = Some(jobs);
        self
    }

    /// Whether jobs say how each field came about; they do unless told not to.
    #[must_use]
    pub fn notes(mut self, notes: bool) -> Self {
        self.notes = notes;
        self
    }

    /// Sets how long an account's page is waited for where another account has
    /// answered.
    #[must_use]
    pub fn account_wait(mut self, wait: Option<Duration>) -> Self {
        self.account_wait = wait;
        self
    }

    /// True for jobs that the list shows, as far as the job alone tells.
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

    /// True for jobs that are older than all that the list shows, and, in a list
    /// of a time, for those without one.
    pub(super) fn is_beyond(&self, job: &Job) -> bool {
        self.created_after
            .is_some_and(|time| job.created_at.is_none_or(|created| created < time))
    }

    /// True for jobs that are older than all that the list shows, by their time.
    pub(super) fn is_past(&self, job: &Job) -> bool {
        job.created_at.is_some() && self.is_beyond(job)
    }
}
