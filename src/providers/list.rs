//! One list of the jobs of all accounts, newest first.

mod account_jobs;
mod order;
mod position_cache;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::account_wait::AccountWait;
use super::page::PageWalk;
use super::{Account, JobOrder, JobRef, ListQuery, Page, PageQuery, Providers, Warning};
use crate::Error;
use crate::unify::{Job, Note, NoteKind};

use account_jobs::{AccountJobs, Pages};
use order::Position;
pub(super) use position_cache::PositionCache;

/// The largest page that vendors return.
const MAX_PAGE: usize = 100;

/// A list of the jobs of several accounts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct JobList {
    /// The jobs, newest first, by (created_at, account, id); jobs without a
    /// time last.
    pub jobs: Vec<Job>,
    /// The accounts and jobs that are missing, and why.
    pub warnings: Vec<Warning>,
    /// True if there are more jobs than the limit.
    pub has_more: bool,
    /// The number of accounts that were called.
    pub accounts: usize,
}

impl JobList {
    /// Returns the errors of the accounts, if all of them failed.
    pub fn all_failed(&self) -> Option<Vec<Arc<Error>>> {
        Warning::of_all(&self.warnings, self.accounts).filter(|_| self.jobs.is_empty())
    }
}

/// An item of a [`JobStream`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ListItem {
    /// The next job.
    Job(Box<Job>),
    /// A warning about a job or an account that is missing.
    Warning(Warning),
}

impl Providers {
    /// Lists the jobs of all accounts, newest first. An account that fails is a
    /// warning beside the jobs of the others.
    ///
    /// Two accounts can have a job of the same id: two keys of one organisation, for
    /// example. These are side by side and in one list, be it longer than the limit, so
    /// that the id alone tells where the next list starts.
    ///
    /// # Errors
    ///
    /// The job after which the list starts cannot be found: see
    /// [`Self::retrieve`].
    pub async fn list(&self, query: &ListQuery) -> Result<JobList, Error> {
        let mut list = JobList {
            jobs: Vec::with_capacity(query.limit.unwrap_or(MAX_PAGE).min(MAX_PAGE)),
            accounts: self.accounts().len(),
            ..JobList::default()
        };
        let mut stream = self.jobs_in_time(query);
        while let Some(item) = stream.next().await {
            match item? {
                ListItem::Job(job)
                    if query.limit.is_some_and(|n| list.jobs.len() >= n)
                        && list.jobs.last().is_none_or(|last| last.id != job.id) =>
                {
                    list.has_more = true;
                    break;
                }
                ListItem::Job(job) => list.jobs.push(*job),
                ListItem::Warning(warning) => list.warnings.push(warning),
            }
        }
        // A vendor that breaks its order returns jobs late: the last one of a page
        // has to be the oldest, or the next page would repeat others.
        list.jobs.sort_by(order::of);
        Ok(list)
    }

    /// Streams the same jobs one by one, without the query's limit: pages are
    /// fetched as they are needed, those of different accounts at the same
    /// time, and no more than two pages of an account are held.
    pub fn jobs(&self, query: &ListQuery) -> JobStream {
        self.stream(query, None)
    }

    /// Streams the same jobs, and gives up an account for which the others have
    /// waited as long as the query says, which is then a warning. The time during
    /// which the stream is not read does not count.
    pub fn jobs_in_time(&self, query: &ListQuery) -> JobStream {
        let wait = AccountWait::new(query.account_wait, self.accounts().len());
        self.stream(query, wait)
    }

    fn stream(&self, query: &ListQuery, wait: Option<AccountWait>) -> JobStream {
        let accounts = self.accounts().iter();
        let sources = accounts.map(|account| {
            let account: Arc<dyn Pages> = Arc::new(OfAccount {
                account: account.clone(),
                query: query.clone(),
                wait: wait.clone(),
                waited_since: Mutex::default(),
            });
            AccountJobs::new(account, query, Arc::clone(&self.positions))
        });
        let start = query.after.clone().map(|job| {
            // The notes are needed to see whether the job's time is exact.
            let providers = self.map(|account| account.clone().notes(true));
            Box::pin(async move { providers.position(&job).await }) as BoxFuture<'static, _>
        });
        let sources = sources.collect();
        JobStream {
            wait,
            ..JobStream::new(sources, query, start)
        }
    }

    /// Returns the position in the list of all jobs after which a list starts.
    async fn position(&self, job: &JobRef) -> Result<Position, Error> {
        let (account, found) = self.find_any(job).await?;
        let position = self.position_of(account, found).await?;
        Ok(match job.account {
            Some(_) => position,
            None => position.after_all(),
        })
    }

    /// Returns the position of a job in the list of all jobs.
    async fn position_of(&self, account: &Account, found: Job) -> Result<Position, Error> {
        // A derived time may be another one in the list, which has fewer members of
        // a job; the position in the list is the one that is needed.
        let is_derived = |note: &Note| note.field == "created_at" && note.kind != NoteKind::Exact;
        if found.provider.notes.iter().any(is_derived) {
            let (mut query, mut walk) = (PageQuery::new().limit(MAX_PAGE), PageWalk::default());
            loop {
                let page = account.page(&query, false).await?;
                if let Some(listed) = page.items.iter().find(|listed| listed.id == found.id) {
                    return Ok(Position::of(listed));
                }
                match page.next {
                    Some(next) if walk.goes_on(&next, page.items.len()) => {
                        (query.cursor, query.rest) = (Some(next), page.rest);
                    }
                    _ => break,
                }
            }
        }
        Ok(Position::of(&found))
    }
}

/// The jobs of an account that a query selects.
struct OfAccount {
    account: Account,
    query: ListQuery,
    /// The limit on how long it may take until the list goes on.
    wait: Option<AccountWait>,
    /// Since when that is waited for.
    waited_since: Mutex<Option<Instant>>,
}

impl OfAccount {
    fn waited_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.waited_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages for OfAccount {
    fn account(&self) -> &str {
        self.account.name()
    }

    fn order(&self) -> JobOrder {
        self.account.order()
    }

    fn cursor_after(&self, job: &str) -> Option<String> {
        self.account.cursor_after(job)
    }

    fn went_on(&self) {
        if self.wait.is_some() {
            *self.waited_since() = None;
        }
    }

    fn page(&self, mut query: PageQuery) -> BoxFuture<'_, Result<Page<Job>, Error>> {
        query.metadata.clone_from(&self.query.metadata);
        Box::pin(async move {
            let page = self.account.page(&query, self.query.notes);
            match &self.wait {
                Some(wait) => {
                    let since = *self.waited_since().get_or_insert_with(|| wait.now());
                    wait.bound(self.account.name(), since, page).await
                }
                None => page.await,
            }
        })
    }
}

/// A stream of the jobs of several accounts, newest first.
///
/// It borrows nothing. Dropping it cancels the calls in flight.
#[must_use = "streams do nothing unless they are polled"]
pub struct JobStream {
    sources: Vec<AccountJobs>,
    warnings: VecDeque<Warning>,
    query: ListQuery,
    start: Option<BoxFuture<'static, Result<Position, Error>>>,
    wait: Option<AccountWait>,
    /// Since when nobody has asked for the next job.
    unread_since: Option<Instant>,
}

impl JobStream {
    fn new(
        sources: Vec<AccountJobs>,
        query: &ListQuery,
        start: Option<BoxFuture<'static, Result<Position, Error>>>,
    ) -> Self {
        Self {
            sources,
            warnings: VecDeque::new(),
            query: query.clone(),
            start,
            wait: None,
            unread_since: None,
        }
    }

    /// Finds the position to start from, if that is not the beginning.
    fn poll_start(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(start) = &mut self.start else {
            return Poll::Ready(Ok(()));
        };
        let position = match start.as_mut().poll(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(position) => position,
        };
        self.start = None;
        match position {
            Ok(position) => {
                for source in &mut self.sources {
                    source.go_on_after(&position);
                }
            }
            Err(error) => {
                self.sources.clear();
                return Poll::Ready(Err(error));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Stream for JobStream {
    type Item = Result<ListItem, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(wait) = &this.wait else {
            return this.poll_item(cx);
        };
        if let Some(since) = this.unread_since.take() {
            wait.note_pause(since.elapsed());
        }
        let item = this.poll_item(cx);
        if item.is_ready() {
            this.unread_since = Some(Instant::now());
        }
        item
    }
}

impl JobStream {
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ListItem, Error>>> {
        match self.poll_start(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
            Poll::Ready(Ok(())) => {}
        }
        loop {
            // All accounts are polled, so that none waits for another.
            let mut waiting = false;
            for source in &mut self.sources {
                waiting |= source.poll_ready(cx, &mut self.warnings).is_pending();
            }
            if let Some(warning) = self.warnings.pop_front() {
                return Poll::Ready(Some(Ok(ListItem::Warning(warning))));
            }
            if waiting {
                return Poll::Pending;
            }
            let first = self
                .sources
                .iter_mut()
                .filter(|source| source.head().is_some())
                .min_by(|a, b| order::of_heads(a.head(), b.head()));
            let Some(job) = first.and_then(AccountJobs::take) else {
                return Poll::Ready(None);
            };
            if self.query.matches(&job) {
                return Poll::Ready(Some(Ok(ListItem::Job(job))));
            }
        }
    }
}

impl std::fmt::Debug for JobStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobStream")
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
