//! Where pages of an account ended, so that a list that goes on far down need
//! not start at the top. Nothing depends on it but speed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How many ends are kept of an account.
const KEPT: usize = 2048;

/// Ids of jobs at the ends of pages, by account and time.
#[derive(Default)]
pub(in crate::providers) struct Hints(Mutex<HashMap<String, BTreeMap<i64, String>>>);

impl Hints {
    /// A page of the account ended with this job.
    pub(super) fn note(&self, account: &str, created_at: i64, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = accounts.entry(account.to_owned()).or_default();
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
        let mut newer = accounts.get(account)?.range(time.checked_add(1)?..);
        newer.next().map(|(_, id)| id.clone())
    }

    /// The account does not know a job any more.
    pub(super) fn forget(&self, account: &str, id: &str) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ends) = accounts.get_mut(account) {
            ends.retain(|_, known| known != id);
        }
    }
}

impl fmt::Debug for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hints")
    }
}
