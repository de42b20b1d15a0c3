//! Long lists: the vendor answers with all jobs of an account at once, logs
//! included. Such an answer is read as it comes, item by item, and of its jobs only
//! the next ones are kept, each as the text that it came in, until the page that it
//! is on. For jobs beyond these, the list is read again.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::providers::{Call, Page, PageQuery, PageRest, Warning, job_of_item};
use crate::transport::{Pieces, ReadPieces, Reservation, SentKey, Transport};
use crate::unify::{Job, Strictness, Unify};
use crate::wire::{ListSplitter, Problem, Timestamp, from_slice, item};
use crate::{Error, ErrorKind};

/// The largest list that is read as a whole, in bytes. All others are read as they
/// come: a job decoded takes many times its text.
pub(super) const WHOLE: usize = 256 << 10;
/// How much is held of a list, in bytes.
const HELD: usize = 32 << 20;
/// How many jobs of it are decoded at a time.
const PAGE: usize = 32;
/// How many items that are left out have a warning each; the others are counted.
const MAX_WARNINGS: usize = 1_000;
/// The largest list that is read, in bytes.
const MAX_LIST: u64 = 1 << 30;

/// Where a page begins: behind this job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    created_at: Reverse<Option<i64>>,
    id: String,
}

/// The time of a job without one, in a cursor.
const NO_TIME: &str = "-";

impl Position {
    /// What jobs are sorted by: newest first, those without a time last, of one
    /// second by id.
    pub(super) fn key(job: &Job) -> (Reverse<Option<i64>>, &str) {
        (Reverse(job.created_at), &job.id)
    }

    /// The same of a position.
    pub(super) fn as_key(&self) -> (Reverse<Option<i64>>, &str) {
        (self.created_at, &self.id)
    }

    fn of(job: &Job) -> Self {
        Self {
            created_at: Reverse(job.created_at),
            id: job.id.clone(),
        }
    }

    /// From the cursor of a page before.
    pub(super) fn parse(cursor: &str) -> Option<Self> {
        let (time, id) = cursor.split_once(' ')?;
        let created_at = match time {
            NO_TIME => None,
            time => Some(time.parse().ok()?),
        };
        Some(Self {
            created_at: Reverse(created_at),
            id: id.to_owned(),
        })
    }

    /// From the text of a job, where it stands there in the documented form. The
    /// rest of the job is skipped.
    fn peek(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Peek {
            id: String,
            created_at: Timestamp,
        }
        let job: Peek = serde_json::from_str(text).ok()?;
        let time = job
            .created_at
            .unix_seconds()
            .filter(|_| !job.id.is_empty())?;
        Some(Self {
            created_at: Reverse(Some(time)),
            id: job.id,
        })
    }

    fn cursor(&self) -> String {
        match self.created_at.0 {
            Some(time) => format!("{time} {}", self.id),
            None => format!("{NO_TIME} {}", self.id),
        }
    }
}

/// Reads a long list for a page, and for those that follow.
pub(super) struct ListReader<'a, T> {
    pub(super) call: &'a Call,
    /// The position behind which the page begins.
    pub(super) after: Option<&'a Position>,
    /// How many jobs are wanted at most.
    pub(super) wanted: Option<usize>,
    pub(super) transport: &'a Transport,
    pub(super) item: PhantomData<fn() -> T>,
}

impl<T> ReadPieces for ListReader<'_, T>
where
    T: Unify<Output = Job> + DeserializeOwned + 'static,
{
    type Value = NextJobs;

    async fn read(&self, mut pieces: Pieces) -> Result<NextJobs, Error> {
        let sent = pieces.sent_key();
        let mut list = ListInPieces::new(self);
        while let Some(piece) = pieces.next().await? {
            list.push::<T>(&piece, &sent)?;
            // Pieces that are there already must not hold up deadlines and others.
            tokio::task::yield_now().await;
        }
        list.finish()
    }
}

/// A list that comes in pieces, and what is kept of it so far.
struct ListInPieces {
    next: NextJobs,
    splitter: ListSplitter,
    /// How much memory is counted for the splitter.
    splitting: usize,
    /// How much has come, in bytes.
    length: u64,
    /// The largest job, in bytes.
    limit: usize,
}

impl ListInPieces {
    fn new<T>(reader: &ListReader<'_, T>) -> Self {
        let memory = reader.transport.reservation();
        Self {
            next: NextJobs::new(reader.call, reader.after.cloned(), reader.wanted, memory),
            splitter: ListSplitter::default(),
            splitting: 0,
            length: 0,
            limit: reader.transport.max_body_bytes(),
        }
    }

    fn push<T>(&mut self, piece: &[u8], sent: &SentKey) -> Result<(), Error>
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        self.length += piece.len() as u64;
        if self.length > MAX_LIST {
            let message = format!("the list of jobs is larger than {MAX_LIST} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        // Counted first: what is kept of it takes its place.
        self.next.memory.grow(piece.len())?;
        let next = &mut self.next;
        self.splitter
            .push(piece, |text| next.take::<T>(text, sent))?;
        self.next.memory.shrink(piece.len());
        if self.splitter.held() > self.limit {
            let message = format!(
                "a job in the list is larger than the limit of {} bytes (max_body_bytes)",
                self.limit
            );
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        self.next.memory.shrink(self.splitting);
        self.splitting = self.splitter.held();
        self.next.memory.grow(self.splitting)
    }

    fn finish(mut self) -> Result<NextJobs, Error> {
        self.next.memory.shrink(self.splitting);
        from_slice::<Outline>(&self.splitter.finish()).map_err(|e| unreadable(&e))?;
        Ok(self.next)
    }
}

/// Reads a list that comes in pieces, for the fuzz targets.
///
/// # Errors
///
/// It is no list, or larger than the limits.
#[cfg(fuzzing)]
pub fn page_of_pieces(
    pieces: &[&[u8]],
    cursor: Option<&str>,
    max_item: usize,
    budget: &crate::transport::MemoryBudget,
) -> Result<Page<Job>, Error> {
    use super::types::FinetuneResponseTruncated as Item;

    let client = super::Client::builder().api_key("key");
    let client = client
        .max_body_bytes(max_item)
        .memory_budget(budget.clone());
    let client = client.build()?;
    let (call, after) = (Call::default(), cursor.and_then(Position::parse));
    let mut list = ListInPieces::new(&ListReader::<Item> {
        call: &call,
        after: after.as_ref(),
        wanted: None,
        transport: client.transport(),
        item: PhantomData,
    });
    for piece in pieces {
        list.push::<Item>(piece, &SentKey::default())?;
    }
    let mut query = PageQuery::default();
    let mut whole = list.finish()?.page::<Item>(&query, client.transport())?;
    let mut rest = whole.rest.clone();
    while let Some(left) = rest {
        query.cursor = whole.next.clone();
        let page = next_page::<Item>(&left, &call, &query, client.transport());
        let Some(page) = page.transpose()? else { break };
        whole.items.extend(page.items);
        whole.warnings.extend(page.warnings);
        (whole.next, rest) = (page.next, page.rest);
    }
    Ok(whole)
}

/// Reads a cursor, and writes it again.
#[cfg(fuzzing)]
pub fn cursor_again(cursor: &str) -> Option<String> {
    Position::parse(cursor).map(|position| position.cursor())
}

/// What a list has to have around its items.
#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "data", deserialize_with = "Option::deserialize")]
    _data: Option<[IgnoredAny; 0]>,
}

/// An error that says that the answer is no list.
fn unreadable(error: &serde_json::Error) -> Error {
    let reason = Problem::of(error);
    let message = format!("the list of jobs cannot be read: {reason}");
    Error::new(ErrorKind::Decode, message)
}

/// The next jobs behind a position.
pub(super) struct NextJobs {
    call: Call,
    after: Option<Position>,
    wanted: usize,
    /// The last of them on top.
    held: BinaryHeap<Held>,
    /// How much memory these take at least.
    bytes: usize,
    memory: Reservation,
    has_more: bool,
    warnings: Vec<Warning>,
    /// How many warnings are not among these.
    more_warnings: usize,
}

/// A job that is not decoded yet.
struct Held {
    position: Position,
    text: Box<[u8]>,
}

impl Held {
    /// How much memory it takes at least, in bytes.
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.position.id.len() + self.text.len()
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.position.cmp(&other.position)
    }
}

impl NextJobs {
    fn new(
        call: &Call,
        after: Option<Position>,
        wanted: Option<usize>,
        memory: Reservation,
    ) -> Self {
        Self {
            call: call.clone(),
            after,
            wanted: wanted.unwrap_or(usize::MAX).max(1),
            held: BinaryHeap::new(),
            bytes: 0,
            memory,
            has_more: false,
            warnings: Vec::new(),
            more_warnings: 0,
        }
    }

    /// Looks at an item, and keeps it where it is one of the next.
    fn take<T>(&mut self, text: &[u8], sent: &SentKey) -> Result<(), Error>
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        let masked = sent.known().mask(text);
        let text = masked.as_deref().unwrap_or(text);
        let Some(position) = self.position::<T>(text)? else {
            return Ok(());
        };
        if self.after.as_ref().is_some_and(|after| position <= *after) {
            return Ok(());
        }
        let is_full = self.held.len() >= self.wanted;
        if is_full
            && self
                .held
                .peek()
                .is_some_and(|last| position >= last.position)
        {
            self.has_more = true;
            return Ok(());
        }
        let text = text.into();
        let held = Held { position, text };
        self.memory.grow(held.bytes())?;
        self.bytes += held.bytes();
        self.held.push(held);
        while self.held.len() > self.wanted || (self.bytes > HELD && self.held.len() > 1) {
            let less = self.held.pop().map_or(0, |held| held.bytes());
            self.memory.shrink(less);
            self.bytes -= less;
            self.has_more = true;
        }
        Ok(())
    }

    /// Returns where an item stands in the list; `None` if it is left out, which is
    /// a warning.
    fn position<T>(&mut self, text: &[u8]) -> Result<Option<Position>, Error>
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        // In strict mode a job with an id can be left out as well.
        if self.call.context.strictness != Strictness::Strict
            && let Ok(text) = std::str::from_utf8(text)
            && let Some(position) = Position::peek(text)
        {
            return Ok(Some(position));
        }
        let item = item::<T>(text).map_err(|e| unreadable(&e))?;
        match job_of_item(&self.call, item) {
            Ok(job) => Ok(Some(Position::of(&job))),
            // They have no position; the first page has the warnings about them.
            Err(_) if self.after.is_some() => Ok(None),
            Err(_) if self.warnings.len() == MAX_WARNINGS => {
                self.more_warnings += 1;
                Ok(None)
            }
            Err(warning) => {
                self.memory.grow(text.len())?;
                self.warnings.push(warning);
                Ok(None)
            }
        }
    }

    /// Makes the first page of them.
    pub(super) fn page<T>(
        self,
        query: &PageQuery,
        transport: &Transport,
    ) -> Result<Page<Job>, Error>
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        let mut warnings = self.warnings;
        if self.more_warnings > 0 {
            let message = format!("{} more jobs are left out", self.more_warnings);
            warnings.push(Warning::about_account(self.call.account(), message));
        }
        let mut jobs = self.held.into_sorted_vec();
        jobs.reverse();
        let rest = PageRest::new(Rest(Mutex::new(RestJobs {
            jobs,
            has_more: self.has_more,
            cursor: query.cursor.clone(),
            memory: self.memory,
        })));
        let page = next_page::<T>(&rest, &self.call, query, transport);
        let mut page = page.unwrap_or_else(|| Ok(Page::default()))?;
        warnings.append(&mut page.warnings);
        Ok(page.warnings(warnings))
    }
}

/// The jobs of a list for the pages that follow.
struct Rest(Mutex<RestJobs>);

struct RestJobs {
    /// The next one last.
    jobs: Vec<Held>,
    /// Whether the list has more than these.
    has_more: bool,
    /// The cursor of the next page.
    cursor: Option<String>,
    memory: Reservation,
}

/// Makes a page of what is left of a list; `None` where that is not the page that
/// the query is for.
pub(super) fn next_page<T>(
    rest: &PageRest,
    call: &Call,
    query: &PageQuery,
    transport: &Transport,
) -> Option<Result<Page<Job>, Error>>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let left = rest.get::<Rest>()?;
    // A lock that a panic left behind holds jobs that were not handed out.
    let mut left = left.0.lock().unwrap_or_else(PoisonError::into_inner);
    if left.cursor != query.cursor {
        return None;
    }
    let page = left.page::<T>(call, query.limit, transport);
    Some(page.map(|mut page| {
        page.rest = (!left.jobs.is_empty()).then(|| rest.clone());
        page
    }))
}

impl RestJobs {
    fn page<T>(
        &mut self,
        call: &Call,
        limit: Option<usize>,
        transport: &Transport,
    ) -> Result<Page<Job>, Error>
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        let count = limit.unwrap_or(PAGE).clamp(1, PAGE).min(self.jobs.len());
        let mut page = Page::default();
        // From here on they are counted as the page's.
        let mut memory = transport.reservation();
        let first = self.jobs.len() - count;
        for held in self.jobs.split_off(first).into_iter().rev() {
            self.memory.shrink(held.bytes());
            memory.grow(held.text.len())?;
            let item = item::<T>(&held.text).map_err(|e| unreadable(&e))?;
            match job_of_item(call, item) {
                Ok(job) => page.items.push(job),
                Err(warning) => page.warnings.push(warning),
            }
            self.cursor = Some(held.position.cursor());
        }
        memory.keep();
        let goes_on = self.has_more || !self.jobs.is_empty();
        page.next = self.cursor.clone().filter(|_| goes_on);
        Ok(page)
    }
}
