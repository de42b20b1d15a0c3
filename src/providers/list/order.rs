//! The order of a list: newest first, jobs without a time last; within one
//! second, by id and account.

use std::cmp::{Ordering, Reverse};

use crate::unify::Job;

/// A position in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    created_at: Reverse<Option<i64>>,
    id: String,
    /// None for the position after the jobs of this id at all accounts.
    account: Option<String>,
}

impl Position {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            created_at: Reverse(job.created_at),
            id: job.id.clone(),
            account: Some(job.provider.account.clone()),
        }
    }

    /// Returns the position after the jobs of this id at all accounts, which are side by side.
    pub(super) fn after_all(self) -> Self {
        Self {
            account: None,
            ..self
        }
    }

    pub(super) fn created_at(&self) -> Option<i64> {
        self.created_at.0
    }

    /// Returns true if the job comes later in the list.
    pub(super) fn is_before(&self, job: &Job) -> bool {
        let (created_at, id, account) = key(job);
        let order = (created_at, id).cmp(&(self.created_at, self.id.as_str()));
        order
            .then_with(|| match &self.account {
                Some(own) => account.cmp(own),
                None => Ordering::Less,
            })
            .is_gt()
    }
}

fn key(job: &Job) -> (Reverse<Option<i64>>, &str, &str) {
    (
        Reverse(job.created_at),
        job.id.as_str(),
        job.provider.account.as_str(),
    )
}

pub(super) fn of(a: &Job, b: &Job) -> Ordering {
    key(a).cmp(&key(b))
}

pub(super) fn of_heads(a: Option<&Job>, b: Option<&Job>) -> Ordering {
    a.map(key).cmp(&b.map(key))
}
