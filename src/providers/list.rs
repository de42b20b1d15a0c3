//! One list over all accounts, newest first.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;

use futures_util::future::join_all;
use serde_json::Value;

use super::Providers;
use super::account::{Account, Page};
use crate::Error;
use crate::unify::{Job, Status};
use crate::wire::DeepObject;

/// The largest page that the vendors give.
const MAX_PAGE: usize = 100;

/// Which jobs are meant.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListQuery {
    /// Only jobs in this status.
    pub status: Option<Status>,
    /// Only jobs with these metadata pairs, or with none.
    pub metadata: Option<DeepObject>,
    /// At most this many jobs.
    pub limit: Option<usize>,
}

impl ListQuery {
    /// All jobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only jobs in this status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Only jobs with these metadata pairs, or with none.
    #[must_use]
    pub fn metadata(mut self, filter: DeepObject) -> Self {
        self.metadata = Some(filter);
        self
    }

    /// At most this many jobs.
    #[must_use]
    pub fn limit(mut self, jobs: usize) -> Self {
        self.limit = Some(jobs);
        self
    }

    fn matches(&self, job: &Job) -> bool {
        self.status.is_none_or(|status| job.status == status)
    }
}

/// Jobs of several accounts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct JobList {
    /// Newest first, by (created_at, account, id).
    pub jobs: Vec<Job>,
    /// What is missing, and why.
    pub warnings: Vec<Warning>,
    /// True when there are more jobs than the limit let through.
    pub has_more: bool,
}

/// Something that a list could not show.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// The account that it happened at.
    pub account: String,
    /// True when the account itself failed, so that jobs of it are missing;
    /// false when it is about one job.
    pub account_failed: bool,
    /// The job's id, where it is about one job and the id is known.
    pub job: Option<String>,
    /// What happened.
    pub message: String,
    /// The job as it came, where it did not decode.
    #[serde(skip)]
    pub raw: Option<Value>,
}

impl Warning {
    pub(super) fn job(
        account: &str,
        id: Option<&str>,
        message: impl Into<String>,
        raw: Option<Value>,
    ) -> Self {
        Self {
            account: account.to_owned(),
            account_failed: false,
            job: id.map(str::to_owned),
            message: message.into(),
            raw,
        }
    }

    pub(super) fn account(account: &str, error: &Error) -> Self {
        Self {
            account: account.to_owned(),
            account_failed: true,
            job: None,
            message: error.to_string(),
            raw: None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.account_failed {
            return write!(f, "{} (its jobs are missing)", self.message);
        }
        match &self.job {
            Some(id) => write!(
                f,
                "{}: job {id} is left out: {}",
                self.account, self.message
            ),
            None => write!(f, "{}: a job is left out: {}", self.account, self.message),
        }
    }
}

impl Providers {
    /// The jobs of all accounts, newest first. An account that fails is a
    /// warning beside the jobs of the others.
    pub async fn list(&self, query: &ListQuery) -> JobList {
        let mut list = JobList::default();
        let mut stream = self.jobs(query);
        while let Some(item) = stream.next().await {
            match item {
                ListItem::Job(_) if query.limit.is_some_and(|n| list.jobs.len() >= n) => {
                    list.has_more = true;
                    break;
                }
                ListItem::Job(job) => list.jobs.push(*job),
                ListItem::Warning(warning) => list.warnings.push(warning),
            }
        }
        list
    }

    /// The same, job by job: pages are fetched as they are needed, those of
    /// different accounts at the same time.
    pub fn jobs(&self, query: &ListQuery) -> JobStream<'_> {
        let source = |account| Source {
            account,
            buffer: VecDeque::new(),
            cursor: Cursor::Start,
        };
        JobStream {
            sources: self.accounts.iter().map(source).collect(),
            warnings: VecDeque::new(),
            query: query.clone(),
        }
    }
}

/// An item of a [`JobStream`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ListItem {
    /// The next job.
    Job(Box<Job>),
    /// Something that the list cannot show.
    Warning(Warning),
}

/// Jobs of several accounts, newest first.
#[derive(Debug)]
pub struct JobStream<'a> {
    sources: Vec<Source<'a>>,
    warnings: VecDeque<Warning>,
    query: ListQuery,
}

#[derive(Debug)]
struct Source<'a> {
    account: &'a Account,
    buffer: VecDeque<Job>,
    cursor: Cursor,
}

#[derive(Debug, PartialEq)]
enum Cursor {
    Start,
    After(String),
    End,
}

impl JobStream<'_> {
    /// The next job or warning; none at the end.
    pub async fn next(&mut self) -> Option<ListItem> {
        loop {
            self.fill().await;
            if let Some(warning) = self.warnings.pop_front() {
                return Some(ListItem::Warning(warning));
            }
            let next = self
                .sources
                .iter_mut()
                .filter(|s| !s.buffer.is_empty())
                .min_by(|a, b| order(&a.buffer[0], &b.buffer[0]))?;
            if let Some(job) = next.buffer.pop_front()
                && self.query.matches(&job)
            {
                return Some(ListItem::Job(Box::new(job)));
            }
        }
    }

    /// Fetches a page for every account that has no job at hand and is not at
    /// its end, all at the same time.
    async fn fill(&mut self) {
        let limit = self.query.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let metadata = self.query.metadata.as_ref();
        while self.sources.iter().any(Source::is_hungry) {
            let hungry = self.sources.iter_mut().filter(|s| s.is_hungry());
            let fed = hungry.map(|source| source.feed(limit, metadata));
            for warnings in join_all(fed).await {
                self.warnings.extend(warnings);
            }
        }
    }
}

impl Source<'_> {
    fn is_hungry(&self) -> bool {
        self.buffer.is_empty() && self.cursor != Cursor::End
    }

    async fn feed(&mut self, limit: i64, metadata: Option<&DeepObject>) -> Vec<Warning> {
        let after = match &self.cursor {
            Cursor::After(id) => Some(id.as_str()),
            _ => None,
        };
        match self.account.page(after, limit, metadata).await {
            Ok(page) => self.take(page),
            Err(error) => {
                self.cursor = Cursor::End;
                vec![Warning::account(self.account.name(), &error)]
            }
        }
    }

    fn take(&mut self, page: Page) -> Vec<Warning> {
        let mut jobs = page.jobs;
        jobs.sort_by(order);
        self.buffer.extend(jobs);
        self.cursor = match page.next.map(Cursor::After) {
            // A vendor that gives the same page again would do so for ever.
            Some(next) if next != self.cursor => next,
            _ => Cursor::End,
        };
        page.warnings
    }
}

/// Newest first; of one second, by account and id.
fn order(a: &Job, b: &Job) -> Ordering {
    b.created_at
        .cmp(&a.created_at)
        .then_with(|| a.provider.account.cmp(&b.provider.account))
        .then_with(|| a.id.cmp(&b.id))
}
