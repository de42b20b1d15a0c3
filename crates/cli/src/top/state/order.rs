//! The order of jobs.

use std::cmp::Ordering;

use super::Entry;
use crate::jobs::table::took;

/// What jobs are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    Created,
    Account,
    Model,
    Status,
    Duration,
    Cost,
}

/// The order in which a key goes through them.
const ALL: [SortBy; 6] = [
    SortBy::Created,
    SortBy::Account,
    SortBy::Model,
    SortBy::Status,
    SortBy::Duration,
    SortBy::Cost,
];

impl SortBy {
    pub fn next(self) -> Self {
        let place = ALL.iter().position(|sort| *sort == self).unwrap_or(0);
        ALL[(place + 1) % ALL.len()]
    }

    /// Returns true where the largest comes first, unless it is turned round.
    pub fn is_descending(self) -> bool {
        matches!(self, Self::Created | Self::Duration | Self::Cost)
    }
}

/// Sorts places of entries. What has no value comes last in either direction;
/// among equals the newest comes first.
pub fn sort(places: &mut [usize], entries: &[Entry], by: SortBy, descending: bool) {
    let compare = |a: &usize, b: &usize| {
        let (a, b) = (&entries[*a], &entries[*b]);
        let order = match by {
            SortBy::Created => options(a.job.created_at, b.job.created_at, descending),
            SortBy::Account => texts(&a.job.provider.account, &b.job.provider.account, descending),
            SortBy::Model => texts(&a.job.model, &b.job.model, descending),
            SortBy::Status => texts(a.job.status.as_str(), b.job.status.as_str(), descending),
            SortBy::Duration => options(took(&a.job), took(&b.job), descending),
            SortBy::Cost => options(a.job.provider.cost, b.job.provider.cost, descending),
        };
        let newest = || options(a.job.created_at, b.job.created_at, true);
        order
            .then_with(newest)
            .then_with(|| a.job.id.cmp(&b.job.id))
    };
    places.sort_by(compare);
}

fn texts(a: &str, b: &str, descending: bool) -> Ordering {
    match descending {
        true => b.cmp(a),
        false => a.cmp(b),
    }
}

fn options<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
