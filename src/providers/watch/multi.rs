//! Watches all jobs of a list, and those that are created in the meantime.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, SelectAll};

use super::watcher::{Watcher, clock_of};
use super::{Change, WatchOptions};
use crate::Error;
use crate::providers::{JobRef, ListItem, ListQuery, Providers, Warning};
use crate::unify::Job;

type Changes = BoxStream<'static, Result<Change, Error>>;

/// The result of listing the jobs once.
#[derive(Default)]
struct Look {
    /// The jobs that have not ended, and those that are new.
    jobs: Vec<Job>,
    newest: Newest,
    warnings: Vec<Warning>,
    error: Option<Error>,
}

/// The time of the newest job of each account, and the jobs of that second: a
/// job as new that is not among them was created since.
type Newest = HashMap<String, (Option<i64>, HashSet<String>)>;

/// Records a job, and returns true if it is newer than all before.
fn note(newest: &mut Newest, job: &Job) -> bool {
    let account = job.provider.account.clone();
    let (time, ids) = newest.entry(account).or_insert((None, HashSet::new()));
    if job.created_at > *time {
        *time = job.created_at;
        ids.clear();
    }
    job.created_at == *time && ids.insert(job.id.clone())
}

/// The jobs of a list, each with its own watch.
struct MultiWatcher {
    providers: Providers,
    query: ListQuery,
    options: WatchOptions,
    watches: SelectAll<Changes>,
    /// The jobs that are or were watched, by account and id.
    known: HashSet<(String, String)>,
    newest: Newest,
    look: Option<BoxFuture<'static, Look>>,
    /// The warnings of the last listing that are still to be reported.
    trouble: Vec<Warning>,
    error: Option<Error>,
    /// The number of consecutive listings in which an account was missing.
    misses: usize,
    /// Whether listing fails permanently.
    is_closed: bool,
}

/// Streams the changes of all jobs that a query selects.
pub(super) fn watch(
    providers: Providers,
    query: ListQuery,
    options: WatchOptions,
) -> impl Stream<Item = Result<Change, Error>> + Send + 'static {
    let mut watcher = MultiWatcher {
        watches: SelectAll::new(),
        known: HashSet::new(),
        newest: Newest::new(),
        look: None,
        trouble: Vec::new(),
        error: None,
        misses: 0,
        is_closed: false,
        providers,
        query,
        options,
    };
    watcher.look_after(Duration::ZERO);
    watcher
}

/// Lists, after a while, the jobs that have not ended or were created since the
/// last listing.
async fn listed(providers: Providers, query: ListQuery, before: Newest, after: Duration) -> Look {
    if !after.is_zero() {
        clock_of(&providers, None).sleep(after).await;
    }
    let mut look = Look {
        newest: before.clone(),
        ..Look::default()
    };
    let mut list = providers.jobs(&query);
    while let Some(item) = list.next().await {
        match item {
            Ok(ListItem::Job(job)) => {
                // Of an account that was not listed before, nobody knows what
                // is new.
                let was_listed = before.contains_key(&job.provider.account);
                let is_new = note(&mut look.newest, &job) || is_newer(&before, &job);
                if !job.status.is_terminal() || (was_listed && is_new) {
                    look.jobs.push(*job);
                }
            }
            Ok(ListItem::Warning(warning)) => look.warnings.push(warning),
            Err(error) => {
                look.error = Some(error);
                break;
            }
        }
        if query.limit.is_some_and(|limit| look.jobs.len() >= limit) {
            break;
        }
    }
    look
}

fn is_newer(before: &Newest, job: &Job) -> bool {
    let newest = before.get(&job.provider.account);
    newest.is_some_and(|(time, _)| job.created_at > *time)
}

impl MultiWatcher {
    fn saw(&mut self, look: Look) {
        let is_incomplete = look.warnings.iter().any(|warning| warning.account_failed);
        self.misses = if is_incomplete { self.misses + 1 } else { 0 };
        self.is_closed = look.error.is_some();
        self.newest = look.newest;
        self.trouble = look.warnings;
        self.error = look.error;
        for job in look.jobs {
            let key = (job.provider.account.clone(), job.id.clone());
            if self.known.insert(key) {
                let (providers, options) = (self.providers.clone(), self.options.clone());
                let watcher = Watcher::starting_with(providers, job, options);
                self.watches.push(watcher.changes().boxed());
            }
        }
    }

    /// Records a job that continues a watched one.
    fn note(&mut self, change: &Change) {
        if let Change::Restarted { to, .. } = change {
            let JobRef { account, id, .. } = to;
            let account = account.clone().unwrap_or_default();
            self.known.insert((account, id.clone()));
        }
    }

    /// Returns true if there may be jobs that were never listed.
    fn is_incomplete(&self) -> bool {
        (1..self.options.max_consecutive_errors).contains(&self.misses)
    }

    /// Schedules the next listing: soon if an account is missing, late for new
    /// jobs.
    fn look_again(&mut self) {
        self.look_after(match self.is_incomplete() {
            true => self.options.min_interval,
            false => self.options.max_interval,
        });
    }

    fn look_after(&mut self, wait: Duration) {
        let mut query = self.query.clone();
        // Once all have been listed, only what is new has to be.
        let accounts = self.providers.accounts().iter();
        let times = accounts.map(|account| self.newest.get(account.name()).map(|(time, _)| *time));
        if let Some(Some(Some(oldest))) = times.min() {
            query.created_after = query.created_after.max(Some(oldest));
        }
        let look = listed(self.providers.clone(), query, self.newest.clone(), wait);
        self.look = Some(Box::pin(look));
    }
}

impl Stream for MultiWatcher {
    type Item = Result<Change, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(warning) = this.trouble.pop() {
                return Poll::Ready(Some(Ok(Change::Trouble(warning))));
            }
            if let Some(error) = this.error.take() {
                return Poll::Ready(Some(Err(error)));
            }
            let watched = match this.watches.poll_next_unpin(cx) {
                Poll::Ready(Some(change)) => {
                    if let Ok(change) = &change {
                        this.note(change);
                    }
                    return Poll::Ready(Some(change));
                }
                Poll::Ready(None) => Poll::Ready(()),
                Poll::Pending => Poll::Pending,
            };
            // A list that is only looked at for what is new does not hold up
            // the end.
            let is_over = watched.is_ready() && !this.is_incomplete();
            match &mut this.look {
                Some(look) => match look.as_mut().poll(cx) {
                    Poll::Ready(seen) => {
                        this.look = None;
                        this.saw(seen);
                    }
                    Poll::Pending if is_over && !this.known.is_empty() => {
                        return Poll::Ready(None);
                    }
                    Poll::Pending => return Poll::Pending,
                },
                None if is_over || (this.is_closed && watched.is_ready()) => {
                    return Poll::Ready(None);
                }
                None if this.is_closed => return Poll::Pending,
                None => this.look_again(),
            }
        }
    }
}
