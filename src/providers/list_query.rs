//! The query that selects jobs for a list.

use std::time::Duration;

use unitune_file_limits::is_version_of;

use crate::unify::{Job, Status};
use crate::wire::DeepObject;

/// A selection of jobs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListQuery {
    /// Only jobs in one of these; where there is none, in any status.
    pub statuses: Vec<Status>,
    /// Only jobs of this model, or that produced this model. The name stands for its
    /// dated versions too, and a `*` in it for any characters.
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
    /// many, when another account has returned its list; then the account is a warning.
    /// Where the others have only failed, it is waited for. By default 10 seconds; `None`
    /// waits as long as the account's own timeouts allow.
    pub account_wait: Option<Duration>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
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

    /// Adds a status that jobs may have.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.statuses.push(status);
        self
    }

    /// Sets the model that jobs must train or have produced: `gpt-4o-mini` is also
    /// `gpt-4o-mini-2024-07-18`, and `gpt-4o*` both.
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
    /// has returned its list.
    #[must_use]
    pub fn account_wait(mut self, wait: Option<Duration>) -> Self {
        self.account_wait = wait;
        self
    }

    /// Returns true if the query selects the job.
    pub(super) fn matches(&self, job: &Job) -> bool {
        let of_model = |wanted: &String| {
            let names = std::iter::once(&job.model).chain(&job.fine_tuned_model);
            names.into_iter().any(|name| is_meant(name, wanted))
        };
        (self.statuses.is_empty() || self.statuses.contains(&job.status))
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

/// Returns true if a model has the wanted name, is a version of it, or is like it
/// with anything in the place of each `*`.
fn is_meant(name: &str, wanted: &str) -> bool {
    let Some((start, others)) = wanted.split_once('*') else {
        return is_version_of(name, wanted);
    };
    let (middle, end) = others.rsplit_once('*').unwrap_or(("", others));
    let Some(mut left) = name
        .strip_prefix(start)
        .and_then(|left| left.strip_suffix(end))
    else {
        return false;
    };
    for part in middle.split('*') {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_its_versions_and_a_star_for_anything() {
        for wanted in [
            "gpt-4o-mini",
            "gpt-4o-mini-2024-07-18",
            "gpt-4o*",
            "*mini*",
            "*",
            "g*-*-18",
            "gpt**mini*",
            "*-2024-07-18",
            "gpt-4o-mini-2024-07-18*",
        ] {
            assert!(is_meant("gpt-4o-mini-2024-07-18", wanted), "{wanted}");
        }
        for wanted in [
            "gpt-4o",
            "4o*",
            "*mini",
            "gpt*4.1*",
            "gpt-4o-mini-2024-07-18*8",
            "*8*18",
        ] {
            assert!(!is_meant("gpt-4o-mini-2024-07-18", wanted), "{wanted}");
        }
    }
}
