//! A cache of positions in accounts' lists: where their pages ended, so that a
//! list that continues far down need not start at the beginning, and whether
//! they kept their order. Without it lists are slower, but the same.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The number of positions that are kept of an account.
const KEPT: usize = 2048;

/// The cached positions, by account.
#[derive(Default)]
pub(in crate::providers) struct PositionCache(Mutex<HashMap<String, Known>>);

/// The cached positions of one account.
#[derive(Default)]
struct Known {
    /// Ids of jobs at the ends of pages, by time.
    ends: BTreeMap<i64, String>,
    /// Whether a list was not in the order that its vendor promises.
    is_unordered: bool,
    /// Whether there was a job without a time, which may be anywhere in the
    /// vendor's list and comes last in ours: no page can be skipped.
    has_timeless: bool,
}

impl PositionCache {
    /// Records that a page of the account ended with this job.
    pub(super) fn note(&self, account: &str, created_at: i64, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        if known.is_unordered || known.has_timeless {
            return;
        }
        let ends = &mut known.ends;
        if ends.len() >= KEPT {
            // Every second one is enough to start near any position.
            let mut keep = false;
            ends.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        ends.insert(created_at, id.to_owned());
    }

    /// Returns the oldest known job that is newer than this time: every job of
    /// this time, or older, comes after it.
    pub(super) fn newer_than(&self, account: &str, time: i64) -> Option<String> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newer = accounts.get(account)?.ends.range(time.checked_add(1)?..);
        newer.next().map(|(_, id)| id.clone())
    }

    /// Removes a job that the account no longer has.
    pub(super) fn forget(&self, account: &str, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = accounts.get_mut(account) {
            known.ends.retain(|_, known| known != id);
        }
    }
}

impl PositionCache {
    /// Records that the account's list was not in the order that its vendor
    /// promises: it is read as a whole from now on, and positions are not used.
    pub(super) fn note_disorder(&self, account: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        known.is_unordered = true;
        known.ends.clear();
    }

    /// Records that the account has a job without a time: its list is read from
    /// the beginning from now on.
    pub(super) fn note_timeless(&self, account: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.to_owned()).or_default();
        known.has_timeless = true;
        known.ends.clear();
    }

    /// Returns true after [`Self::note_disorder`].
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
