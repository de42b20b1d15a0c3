//! The jobs of one account, fetched page by page, in the list's order.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use super::order::{self, Position};
use super::position_cache::PositionCache;
use crate::providers::page::PageWalk;
use crate::providers::{JobOrder, ListQuery, Page, PageQuery, PageRest, Warning};
use crate::transport::KeptBytes;
use crate::unify::Job;
use crate::{Error, ErrorKind};

/// The largest page that vendors return.
const MAX_PAGE: usize = 100;

/// The pages of an account's jobs.
pub(super) trait Pages: Send + Sync {
    /// Returns the account's name.
    fn account(&self) -> &str;

    /// Returns the order of the pages.
    fn order(&self) -> JobOrder;

    /// Returns the cursor of the page after a job, if the vendor can continue
    /// after any job.
    fn cursor_after(&self, job: &str) -> Option<String>;

    /// Notes that the list went on: a job was shown, or a page reached further
    /// back.
    fn went_on(&self) {}

    /// Fetches the page of a query.
    fn page(&self, query: PageQuery) -> BoxFuture<'_, Result<Page<Job>, Error>>;
}

/// The jobs of one account that were fetched and not yet shown.
pub(super) struct AccountJobs {
    pages: Arc<dyn Pages>,
    positions: Arc<PositionCache>,
    /// Each is boxed: a job is large, and is sorted and handed on.
    buffer: VecDeque<Box<Job>>,
    /// The time of the last job that has one: in an ordered list, later jobs
    /// are no newer, and those of the same second may come in any order. Jobs
    /// without a time may come anywhere.
    floor: Option<i64>,
    /// Whether later jobs may be newer: then none is shown before all have been
    /// fetched.
    is_unordered: bool,
    /// Whether the missing order was reported.
    is_reported: bool,
    cursor: Cursor,
    coming: Option<BoxFuture<'static, Result<Page<Job>, Error>>>,
    after: Option<Position>,
    /// What the backend keeps for the next page.
    rest: Option<PageRest>,
    /// How many jobs have come that are shown.
    came: usize,
    /// The ids of the page before.
    previous: HashSet<String>,
    walk: PageWalk,
    /// Whether the page before may be all there is: the vendor did not say whether
    /// more follow, and it was not as long as was asked for.
    may_be_all: bool,
    /// How long a page was asked for.
    asked: usize,
    /// The memory of the pages that the jobs in the buffer came in.
    memory: Vec<Arc<KeptBytes>>,
    query: ListQuery,
    page_size: usize,
}

/// The page to fetch next.
#[derive(Clone, Debug, PartialEq)]
enum Cursor {
    Top,
    /// After a job that is known from another list.
    Hint(String),
    After(String),
    End,
}

impl AccountJobs {
    pub(super) fn new(
        pages: Arc<dyn Pages>,
        query: &ListQuery,
        positions: Arc<PositionCache>,
    ) -> Self {
        // One more than is shown, to know whether there are more.
        let wanted = query.limit.map_or(MAX_PAGE, |n| n.saturating_add(1));
        let hint = query
            .created_before
            .and_then(|time| positions.newer_than(pages.account(), time));
        let is_unordered =
            pages.order() == JobOrder::Unordered || positions.is_unordered(pages.account());
        Self {
            is_unordered,
            is_reported: false,
            pages,
            positions,
            buffer: VecDeque::new(),
            floor: None,
            cursor: match hint {
                Some(hint) if !is_unordered => Cursor::Hint(hint),
                _ => Cursor::Top,
            },
            coming: None,
            after: None,
            rest: None,
            came: 0,
            previous: HashSet::new(),
            walk: PageWalk::default(),
            may_be_all: false,
            asked: 0,
            memory: Vec::new(),
            page_size: wanted.clamp(1, MAX_PAGE),
            query: query.clone(),
        }
    }

    /// Starts after a position in the list.
    pub(super) fn go_on_after(&mut self, position: &Position) {
        let before = self.query.created_before;
        let time = position.created_at();
        let time = time.map(|time| before.map_or(time, |before| before.min(time)));
        let hint = time.and_then(|time| self.positions.newer_than(self.pages.account(), time));
        if let Some(hint) = hint
            && !self.is_unordered
        {
            self.cursor = Cursor::Hint(hint);
        }
        self.after = Some(position.clone());
    }

    /// Returns the next job, if it is known which one that is.
    pub(super) fn head(&self) -> Option<&Job> {
        let job = &**self.buffer.front()?;
        // Those without a time come last.
        let is_newer = job
            .created_at
            .is_some_and(|time| self.floor.is_none_or(|floor| time > floor));
        let is_next = is_newer || self.pages.order() == JobOrder::Exact;
        let is_certain = self.cursor == Cursor::End || (is_next && !self.is_unordered);
        is_certain.then_some(job)
    }

    pub(super) fn take(&mut self) -> Option<Box<Job>> {
        let job = self.buffer.pop_front();
        self.pages.went_on();
        if self.buffer.is_empty() {
            self.memory.clear();
        }
        job
    }

    /// Fetches until the next job is known, or that there is none.
    pub(super) fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
        warnings: &mut VecDeque<Warning>,
    ) -> Poll<()> {
        loop {
            if self.coming.is_none() && self.wants_page() {
                self.coming = Some(self.fetch());
            }
            if let Some(coming) = &mut self.coming
                && let Poll::Ready(page) = coming.as_mut().poll(cx)
            {
                self.coming = None;
                self.receive(page, warnings);
                continue;
            }
            return if self.head().is_some() || self.cursor == Cursor::End {
                Poll::Ready(())
            } else {
                Poll::Pending
            };
        }
    }

    /// Returns true if a page is to be fetched: one page ahead if all of them
    /// will be needed.
    fn wants_page(&self) -> bool {
        let reads_on = self.query.limit.is_none_or(|n| n >= MAX_PAGE);
        let is_enough = self.wanted().is_some_and(|wanted| self.came >= wanted);
        let ahead = reads_on && !is_enough && self.buffer.len() <= self.page_size;
        self.cursor != Cursor::End && (ahead || self.head().is_none())
    }

    /// Returns true if jobs are fetched that are not shown.
    fn skips(&self) -> bool {
        self.after.is_some()
            || self.query.created_before.is_some()
            || !self.query.statuses.is_empty()
            || self.query.model.is_some()
    }

    /// Returns how many jobs will be shown at most, and one more, to know whether
    /// there are more; where each that is fetched is shown.
    fn wanted(&self) -> Option<usize> {
        let limit = self.query.limit.filter(|_| !self.skips())?;
        limit.checked_add(1)
    }

    fn fetch(&mut self) -> BoxFuture<'static, Result<Page<Job>, Error>> {
        let pages = Arc::clone(&self.pages);
        let after = match &self.cursor {
            Cursor::After(cursor) => Some(cursor.clone()),
            Cursor::Hint(job) => self.pages.cursor_after(job),
            Cursor::Top | Cursor::End => None,
        };
        // Jobs that are skipped are fetched in large pages.
        let is_whole = self.skips() || self.is_unordered;
        let limit = if is_whole { MAX_PAGE } else { self.page_size };
        self.asked = limit;
        let mut query = PageQuery::new().limit(limit);
        query.cursor = after;
        query.wanted = self
            .wanted()
            .map(|all| all.saturating_sub(self.came).max(1));
        query.rest = self.rest.take();
        Box::pin(async move { pages.page(query).await })
    }

    fn receive(&mut self, page: Result<Page<Job>, Error>, warnings: &mut VecDeque<Warning>) {
        let page = match page {
            Ok(page) => page,
            Err(error) if self.is_lost_hint(&error) => return self.start_over(),
            Err(error) => {
                self.cursor = Cursor::End;
                warnings.push_back(Warning::account(self.pages.account(), error));
                return;
            }
        };
        // An empty page after a hint may mean that the hint's job is gone.
        if page.items.is_empty() && page.next.is_none() && matches!(self.cursor, Cursor::Hint(_)) {
            return self.start_over();
        }
        // A vendor that returns the same page again would do so forever. With no
        // page before and none after, there is nothing to compare.
        let is_single = self.previous.is_empty() && page.next.is_none();
        let ids: HashSet<String> = match is_single {
            true => HashSet::new(),
            false => page.items.iter().map(|job| job.id.clone()).collect(),
        };
        if matches!(self.cursor, Cursor::After(_))
            && !ids.is_empty()
            && ids.is_subset(&self.previous)
        {
            return self.end_at_repeated_page(warnings);
        }
        warnings.extend(page.warnings);
        self.rest = page.rest;
        // An ordered list holds two pages at most.
        if !self.is_unordered {
            self.memory.drain(..self.memory.len().saturating_sub(1));
        }
        self.memory.extend(page.memory);
        let came = page.items.len();
        self.check_order(&page.items, warnings);
        let account = self.pages.account();
        if page.items.iter().any(|job| job.created_at.is_none()) {
            self.positions.note_timeless(account);
        }
        let last_time = page.items.iter().rev().find_map(|job| job.created_at);
        if self
            .floor
            .is_none_or(|floor| last_time.is_some_and(|time| time < floor))
        {
            self.pages.went_on();
        }
        self.floor = last_time.or(self.floor);
        if let Some(last) = page.items.last()
            && let Some(time) = last.created_at
            && page.next.is_some()
            && self.pages.cursor_after(&last.id).is_some()
        {
            self.positions.note(self.pages.account(), time, &last.id);
        }
        let is_past_the_end =
            !self.is_unordered && page.items.iter().any(|job| self.query.is_past(job));
        let known = std::mem::replace(&mut self.previous, ids);
        let is_shown = |job: &Job| {
            // Pages may overlap if jobs are created in between.
            !known.contains(&job.id)
                && self.after.as_ref().is_none_or(|after| after.is_before(job))
                && !self.query.is_beyond(job)
        };
        let shown = page.items.into_iter().filter(is_shown);
        let before = self.buffer.len();
        self.buffer.extend(shown.map(Box::new));
        self.came += self.buffer.len() - before;
        let buffer = self.buffer.make_contiguous();
        buffer.sort_by(|a, b| order::of(a, b));
        let is_repeated = |pair: &[Box<Job>]| pair[0].id == pair[1].id;
        if self.is_unordered || buffer.windows(2).any(is_repeated) {
            drop_repeated(&mut self.buffer);
        }
        let guessed_after = page.guessed_after;
        match page.next {
            // Only jobs older than those that are selected follow.
            _ if is_past_the_end => self.cursor = Cursor::End,
            None => self.cursor = Cursor::End,
            Some(next) if self.walk.goes_on(&next, came) => self.cursor = Cursor::After(next),
            Some(_) => self.end_at_repeated_page(warnings),
        }
        self.may_be_all = guessed_after.is_some_and(|items| items != self.asked);
    }

    /// Ends the list at a page that was there before. Older jobs are missing then,
    /// unless the vendor has no pages and did not say that more follow.
    fn end_at_repeated_page(&mut self, warnings: &mut VecDeque<Warning>) {
        self.cursor = Cursor::End;
        if !self.may_be_all {
            warnings.push_back(Warning::repeated_page(self.pages.account()));
        }
    }

    /// Checks the promised order. A list that does not keep it is read as a
    /// whole from now on, and a warning is given: jobs that were shown before
    /// may be in the wrong order, and a list that continues after a job may
    /// miss newer ones.
    fn check_order(&mut self, jobs: &[Job], warnings: &mut VecDeque<Warning>) {
        if self.is_reported || self.pages.order() == JobOrder::Unordered {
            return;
        }
        let mut newest = self.floor;
        for job in jobs {
            // A job without a time may be anywhere.
            let Some(time) = job.created_at else {
                continue;
            };
            if newest.is_some_and(|before| time > before) {
                let account = self.pages.account();
                let message = format!(
                    "the vendor's list is not newest first: job {} is newer than one before it; \
                     jobs may be out of order, or missing on a later page",
                    job.id
                );
                warnings.push_back(Warning::about_account(account, message));
                self.positions.note_disorder(account);
                self.is_reported = true;
                self.is_unordered = true;
                return;
            }
            newest = Some(time);
        }
    }

    fn is_lost_hint(&self, error: &Error) -> bool {
        let is_rejected = error.is_not_found()
            || error.kind() == ErrorKind::InvalidRequest
            || matches!(error.status(), Some(400 | 410 | 422));
        is_rejected && matches!(self.cursor, Cursor::Hint(_))
    }

    fn start_over(&mut self) {
        if let Cursor::Hint(id) = &self.cursor {
            self.positions.forget(self.pages.account(), id);
        }
        self.cursor = Cursor::Top;
    }
}

/// Removes jobs that a list repeats.
fn drop_repeated(jobs: &mut VecDeque<Box<Job>>) {
    let mut seen = HashSet::new();
    jobs.retain(|job| seen.insert(job.id.clone()));
}

#[cfg(test)]
impl AccountJobs {
    /// Returns the number of jobs in memory.
    pub(super) fn held(&self) -> usize {
        self.buffer.len()
    }
}
