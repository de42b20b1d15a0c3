//! One list over several accounts, newest first, that can be gone on with
//! after any job without anything being remembered here.
//!
//! The order is that of the jobs' times, of one second by the accounts' names,
//! and within an account the vendor's. A job alone therefore tells how far each
//! account had come when it was listed: its own account goes on after it, and
//! of the others all jobs are past that come before it in that order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::Arc;

use futures_util::future::join_all;
use unitune::unify::Job;
use unitune::wire::DeepObject;

use super::{Failed, Upstream, Warning, owner};
use crate::params::{Paging, TfyHeaders};
use crate::problem::Problem;

/// The largest page that the vendors give.
const MAX_PAGE: usize = 100;

/// Which jobs are meant.
#[derive(Clone, Debug)]
pub struct JobQuery {
    /// Which page.
    pub paging: Paging,
    /// Only jobs with these pairs, or with none.
    pub metadata: Option<DeepObject>,
}

/// All that a list depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    accounts: Vec<String>,
    paging: Paging,
    /// The pairs, where there is a filter; none of them is `null`.
    metadata: Option<Option<BTreeMap<String, String>>>,
    headers: TfyHeaders,
}

impl ListKey {
    /// Of a list over these accounts.
    pub fn new(accounts: &[Arc<Upstream>], query: &JobQuery, headers: &TfyHeaders) -> Self {
        Self {
            accounts: accounts.iter().map(|a| a.name().to_owned()).collect(),
            paging: query.paging.clone(),
            metadata: query.metadata.as_ref().map(|m| m.pairs().cloned()),
            headers: headers.clone(),
        }
    }
}

/// Jobs of several accounts.
#[derive(Debug, Default)]
pub struct Listed {
    /// Newest first.
    pub jobs: Vec<Job>,
    /// True when more jobs follow.
    pub has_more: bool,
    /// What is missing, and why.
    pub warnings: Vec<Warning>,
}

/// Jobs that came together.
#[derive(Debug, Default)]
pub struct Page {
    pub jobs: Vec<Job>,
    pub has_more: bool,
    /// The last id of the page, whether it could be mapped or not.
    pub last: Option<String>,
    pub warnings: Vec<Warning>,
}

/// Where jobs come from.
pub(super) trait Source: Sync {
    /// The account's name.
    fn name(&self) -> &str;
    /// The jobs after `after`; all of them where there are no pages.
    fn page(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, Failed>> + Send;
    /// True when `page` goes on after any id.
    fn has_pages(&self) -> bool;
}

struct Scoped<'a> {
    upstream: &'a Upstream,
    query: &'a JobQuery,
    headers: &'a TfyHeaders,
}

impl Source for Scoped<'_> {
    fn name(&self) -> &str {
        self.upstream.name()
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Page, Failed> {
        let metadata = self.query.metadata.as_ref();
        self.upstream
            .page(after, limit, metadata, self.headers)
            .await
    }

    fn has_pages(&self) -> bool {
        self.upstream.vendor() != "together"
    }
}

/// The jobs of the accounts. An account that fails is a warning beside the
/// jobs of the others.
///
/// # Errors
///
/// All accounts failed, or nobody knows the job after which to go on.
pub async fn list(
    accounts: &[Arc<Upstream>],
    query: &JobQuery,
    headers: &TfyHeaders,
) -> Result<Listed, Problem> {
    let scoped = |upstream| Scoped {
        upstream,
        query,
        headers,
    };
    let sources: Vec<Scoped<'_>> = accounts.iter().map(|a| scoped(a.as_ref())).collect();
    let position = match (&query.paging.after, &sources[..]) {
        (None, _) => None,
        // Its vendor knows where to go on.
        (Some(id), [only]) if only.has_pages() => Some(Position::within(only.name(), id)),
        (Some(id), _) => {
            let (account, job) = owner(accounts, id, headers)
                .await
                .map_err(|problem| after_which(id, problem))?;
            Some(Position {
                created_at: job.created_at,
                ..Position::within(account.name(), id)
            })
        }
    };
    let (listed, failed) = merge(&sources, position.as_ref(), query.paging.limit).await;
    if !failed.is_empty() && failed.len() == accounts.len() {
        return Err(all_failed(&failed));
    }
    Ok(listed)
}

fn after_which(id: &str, problem: Problem) -> Problem {
    if problem.status() == http::StatusCode::NOT_FOUND {
        return Problem::invalid("after", format!("no account knows a job {id:?}"));
    }
    problem
}

/// A single account's failure is told as it is; that of several is 502.
pub fn all_failed(failed: &[Failed]) -> Problem {
    if let [only] = failed {
        return only.into();
    }
    let reasons: Vec<String> = failed.iter().map(|f| f.warning().message).collect();
    Problem::new(
        http::StatusCode::BAD_GATEWAY,
        format!("all accounts failed: {}", reasons.join("; ")),
    )
    .code("provider_error")
}

/// The last job that was listed.
#[derive(Clone, Debug)]
pub(super) struct Position {
    account: String,
    id: String,
    created_at: i64,
}

impl Position {
    fn within(account: &str, id: &str) -> Self {
        Self {
            account: account.to_owned(),
            id: id.to_owned(),
            created_at: i64::MAX,
        }
    }

    /// True when another account's job was listed before it.
    fn is_past(&self, job: &Job, account: &str) -> bool {
        (job.created_at, self.account.as_str()) > (self.created_at, account)
    }
}

/// Newest first; of one second, by account.
fn order(a: (&Job, &str), b: (&Job, &str)) -> Ordering {
    b.0.created_at
        .cmp(&a.0.created_at)
        .then_with(|| a.1.cmp(b.1))
}

/// Merges the accounts' lists from a position on.
pub(super) async fn merge<S: Source>(
    sources: &[S],
    position: Option<&Position>,
    limit: usize,
) -> (Listed, Vec<Failed>) {
    let mut listed = Listed::default();
    let mut failed = Vec::new();
    let mut feeds: Vec<Feed<'_, S>> = sources
        .iter()
        .map(|source| Feed::new(source, position))
        .collect();
    // Of a single account with pages the vendor says whether more follow.
    let wanted = if sources.len() == 1 { limit } else { limit + 1 };
    while listed.jobs.len() < wanted {
        let room = wanted - listed.jobs.len();
        let hungry = feeds.iter_mut().filter(|feed| feed.is_hungry());
        let fed: Vec<_> = hungry.map(|feed| feed.fill(room)).collect();
        for result in join_all(fed).await {
            match result {
                Ok(warnings) => listed.warnings.extend(warnings),
                Err(error) => {
                    listed.warnings.push(error.warning());
                    failed.push(error);
                }
            }
        }
        let next = feeds
            .iter_mut()
            .filter(|feed| !feed.buffer.is_empty())
            .min_by(|a, b| {
                order(
                    (&a.buffer[0], a.source.name()),
                    (&b.buffer[0], b.source.name()),
                )
            });
        match next.and_then(|feed| feed.buffer.pop_front()) {
            Some(job) => listed.jobs.push(job),
            None => break,
        }
    }
    let more_at_hand = feeds
        .iter()
        .any(|feed| !feed.buffer.is_empty() || feed.cursor != Cursor::End);
    listed.has_more = listed.jobs.len() > limit
        || (listed.jobs.len() == limit && more_at_hand && wanted == limit);
    listed.jobs.truncate(limit);
    (listed, failed)
}

/// One account's part of the merge.
struct Feed<'a, S> {
    source: &'a S,
    position: Option<&'a Position>,
    buffer: VecDeque<Job>,
    cursor: Cursor,
}

#[derive(Debug, PartialEq)]
enum Cursor {
    Start,
    After(String),
    End,
}

impl<'a, S: Source> Feed<'a, S> {
    fn new(source: &'a S, position: Option<&'a Position>) -> Self {
        let cursor = match position {
            Some(at) if at.account == source.name() && source.has_pages() => {
                Cursor::After(at.id.clone())
            }
            _ => Cursor::Start,
        };
        Self {
            source,
            position,
            buffer: VecDeque::new(),
            cursor,
        }
    }

    fn is_hungry(&self) -> bool {
        self.buffer.is_empty() && self.cursor != Cursor::End
    }

    /// Fetches pages until there is a job at hand, or no more.
    async fn fill(&mut self, room: usize) -> Result<Vec<Warning>, Failed> {
        let mut warnings = Vec::new();
        while self.is_hungry() {
            let after = match &self.cursor {
                Cursor::After(id) => Some(id.as_str()),
                Cursor::Start | Cursor::End => None,
            };
            // On the way to a position pages are as large as can be.
            let skips = self
                .position
                .is_some_and(|at| at.account != self.source.name());
            let size = if skips {
                MAX_PAGE
            } else {
                room.clamp(1, MAX_PAGE)
            };
            let page = self.source.page(after, size).await;
            let page = page.inspect_err(|_| self.cursor = Cursor::End)?;
            warnings.extend(page.warnings);
            self.cursor = match page.last.filter(|_| page.has_more).map(Cursor::After) {
                // A vendor that gives the same page again would do so for ever.
                Some(next) if next != self.cursor => next,
                _ => Cursor::End,
            };
            self.take(page.jobs);
        }
        Ok(warnings)
    }

    fn take(&mut self, jobs: Vec<Job>) {
        let Some(at) = self.position else {
            self.buffer.extend(jobs);
            return;
        };
        if at.account != self.source.name() {
            let new = |job: &Job| !at.is_past(job, self.source.name());
            self.buffer.extend(jobs.into_iter().filter(new));
        } else if self.source.has_pages() {
            self.buffer.extend(jobs);
        } else {
            let rest = jobs.into_iter().skip_while(|job| job.id != at.id).skip(1);
            self.buffer.extend(rest);
        }
    }
}

#[cfg(test)]
mod tests;
