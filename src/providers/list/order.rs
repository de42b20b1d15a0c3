//! The order of a list: newest first, jobs without a time last; within one
//! second, by account and id.

use std::cmp::{Ordering, Reverse};

use crate::unify::Job;

/// A position in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    created_at: Reverse<Option<i64>>,
    account: String,
    id: String,
}

impl Position {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            created_at: Reverse(job.created_at),
            account: job.provider.account.clone(),
            id: job.id.clone(),
        }
    }

    pub(super) fn created_at(&self) -> Option<i64> {
        self.created_at.0
    }

    /// Returns true if the job comes later in the list.
    pub(super) fn is_before(&self, job: &Job) -> bool {
        key(job) > (self.created_at, self.account.as_str(), self.id.as_str())
    }
}

fn key(job: &Job) -> (Reverse<Option<i64>>, &str, &str) {
    (
        Reverse(job.created_at),
        job.provider.account.as_str(),
        job.id.as_str(),
    )
}

pub(super) fn of(a: &Job, b: &Job) -> Ordering {
    key(a).cmp(&key(b))
}

pub(super) fn of_heads(a: Option<&Job>, b: Option<&Job>) -> Ordering {
    a.map(key).cmp(&b.map(key))
}
