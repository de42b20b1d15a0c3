//! What is remembered of an account's list: where its pages ended, so that a
//! list that goes on far down need not start at the top, and whether it kept
//! its order. Without it lists are slower, and the same.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How many ends are kept of an account.
const KEPT: usize = 2048;

/// What is remembered, by account.
#[derive(Default)]
pub(in crate::providers) struct PositionCache(Mutex<HashMap<String, Known>>);

/// What is remembered of one account.
#[derive(Default)]
struct Known {
    /// Ids of jobs at the ends of pages, by time.
    ends: BTreeMap<i64, String>,
    /// Whether a list was not in the order that its vendor promises.
    is_unordered: bool,
    /// Whether a job without a time was seen, which may stand anywhere in the
    /// vendor's list and comes last in ours: no page can be skipped.
    has_timeless: bool,
}

impl PositionCache {
    /// A page of the account ended with this job.
    pub(super) fn note(&self, account: &str, created_at: i64, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        if known.is_unordered || known.has_timeless {
            return;
        }
        let ends = &mut known.ends;
        if ends.len() >= KEPT {
            // Every second one is enough to start near any place.
            let mut keep = false;
            ends.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        ends.insert(created_at, id.to_owned());
    }

    /// The oldest known job that is newer than this time: whatever is as old as
    /// the time, or older, comes after it.
    pub(super) fn newer_than(&self, account: &str, time: i64) -> Option<String> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newer = accounts.get(account)?.ends.range(time.checked_add(1)?..);
        newer.next().map(|(_, id)| id.clone())
    }

    /// The account does not know a job any more.
    pub(super) fn forget(&self, account: &str, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = accounts.get_mut(account) {
            known.ends.retain(|_, known| known != id);
        }
    }
}

impl PositionCache {
    /// The account's list was not in the order that its vendor promises: from
    /// now on it is read whole, and where pages ended tells nothing.
    pub(super) fn note_disorder(&self, account: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        known.is_unordered = true;
        known.ends.clear();
    }

    /// The account has a job without a time: from now on its list is read from
    /// the top.
    pub(super) fn note_timeless(&self, account: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        known.has_timeless = true;
        known.ends.clear();
    }

    /// True after [`Self::note_disorder`].
    pub(super) fn is_unordered(&self, account: &str) -> bool {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts
            .get(account)
            .is_some_and(|known| known.is_unordered)
    }
}

impl fmt::Debug for PositionCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PositionCache")
    }
}
