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
struct Listed {
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
    listing: Option<BoxFuture<'static, Listed>>,
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
        listing: None,
        trouble: Vec::new(),
        error: None,
        misses: 0,
        is_closed: false,
        providers,
        query,
        options,
    };
    watcher.list_after(Duration::ZERO);
    watcher
}

/// Lists, after a while, the jobs that have not ended or were created since the
/// last listing.
async fn listed(providers: Providers, query: ListQuery, before: Newest, after: Duration) -> Listed {
    if !after.is_zero() {
        clock_of(&providers, None).sleep(after).await;
    }
    let mut result = Listed {
        newest: before.clone(),
        ..Listed::default()
    };
    let mut list = providers.jobs(&query);
    while let Some(item) = list.next().await {
        match item {
            Ok(ListItem::Job(job)) => {
                // For an account that was not listed before, it is not known which
                // jobs are new.
                let was_listed = before.contains_key(&job.provider.account);
                let is_new = note(&mut result.newest, &job) || is_newer(&before, &job);
                if !job.status.is_terminal() || (was_listed && is_new) {
                    result.jobs.push(*job);
                }
            }
            Ok(ListItem::Warning(warning)) => result.warnings.push(warning),
            Err(error) => {
                result.error = Some(error);
                break;
            }
        }
        if query.limit.is_some_and(|limit| result.jobs.len() >= limit) {
            break;
        }
    }
    result
}

fn is_newer(before: &Newest, job: &Job) -> bool {
    let newest = before.get(&job.provider.account);
    newest.is_some_and(|(time, _)| job.created_at > *time)
}

impl MultiWatcher {
    fn receive(&mut self, listed: Listed) {
        let is_incomplete = listed.warnings.iter().any(|warning| warning.account_failed);
        self.misses = if is_incomplete { self.misses + 1 } else { 0 };
        self.is_closed = listed.error.is_some();
        self.newest = listed.newest;
        self.trouble = listed.warnings;
        self.error = listed.error;
        for job in listed.jobs {
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
    fn list_again(&mut self) {
        self.list_after(match self.is_incomplete() {
            true => self.options.min_interval,
            false => self.options.max_interval,
        });
    }

    fn list_after(&mut self, wait: Duration) {
        let mut query = self.query.clone();
        // Once all jobs have been listed, only new ones need to be.
        let accounts = self.providers.accounts().iter();
        let times = accounts.map(|account| self.newest.get(account.name()).map(|(time, _)| *time));
        if let Some(Some(Some(oldest))) = times.min() {
            query.created_after = query.created_after.max(Some(oldest));
        }
        let listing = listed(self.providers.clone(), query, self.newest.clone(), wait);
        self.listing = Some(Box::pin(listing));
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
            // A listing for new jobs does not delay the end.
            let is_over = watched.is_ready() && !this.is_incomplete();
            match &mut this.listing {
                Some(listing) => match listing.as_mut().poll(cx) {
                    Poll::Ready(seen) => {
                        this.listing = None;
                        this.receive(seen);
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
                None => this.list_again(),
            }
        }
    }
}
