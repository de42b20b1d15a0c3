//! Lists that are too large to be held: the vendor answers with all jobs of an
//! account at once, logs included. Such an answer is read as it comes, item by
//! item, and of its jobs only the next ones are kept. The rest is for the next
//! page, for which it is read again.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::io::{self, Read};
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::providers::{Call, Page, Warning, job_of_item};
use crate::transport::{Download, Reservation, SentKey, Transport};
use crate::unify::{Job, Unify};
use crate::wire::{Item, Problem, item};
use crate::{Error, ErrorKind};

/// How many jobs of such a list are held.
const HELD: usize = 2_000;
/// How many items that are left out are told of one by one.
const MAX_WARNINGS: usize = 1_000;
/// The largest list that is read, in bytes.
const MAX_LIST: u64 = 1 << 30;

/// Where a page begins: behind this job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    created_at: Reverse<Option<i64>>,
    id: String,
}

/// What stands in a cursor for the time of a job without one.
const NO_TIME: &str = "-";

impl Position {
    /// What jobs are sorted by: newest first, those without a time last, of one
    /// second by id.
    pub(super) fn key(job: &Job) -> (Reverse<Option<i64>>, &str) {
        (Reverse(job.created_at), &job.id)
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

    fn cursor(&self) -> String {
        match self.created_at.0 {
            Some(time) => format!("{time} {}", self.id),
            None => format!("{NO_TIME} {}", self.id),
        }
    }
}

/// How much of a list is read, and held.
pub(super) struct Bounds {
    /// The largest item, in bytes.
    item: usize,
    memory: Reservation,
}

impl Bounds {
    /// Those of a client's answers.
    pub(super) fn of(transport: &Transport) -> Self {
        Self {
            item: transport.max_body_bytes(),
            memory: transport.reservation(),
        }
    }
}

/// Reads the next jobs of a list that comes as a stream.
pub(super) async fn page<T>(
    mut list: Download,
    call: &Call,
    after: Option<Position>,
    bounds: Bounds,
) -> Result<Page<Job>, Error>
where
    T: Unify<Output = Job> + DeserializeOwned + Send + 'static,
{
    let next = NextJobs::new(call.clone(), after);
    let sent = list.sent_key();
    let (send, pieces) = mpsc::channel(1);
    // The parser waits for bytes. Where this call is dropped nobody sends any,
    // and it ends.
    let parser =
        tokio::task::spawn_blocking(move || parse::<T>(next, Counted::new(bounds), pieces, &sent));
    while let Some(piece) = list.chunk().await.transpose() {
        let is_last = piece.is_err();
        // Nobody receives when the parser has ended.
        if send.send(piece).await.is_err() || is_last {
            break;
        }
    }
    drop(send);
    let ended = parser.await;
    ended.map_err(|_| Error::new(ErrorKind::Interrupted, "the list was not read to its end"))?
}

fn parse<T>(
    mut next: NextJobs,
    counted: Counted,
    pieces: Receiver,
    sent: &SentKey,
) -> Result<Page<Job>, Error>
where
    T: Unify<Output = Job> + DeserializeOwned,
{
    let (counted, since_item) = (RefCell::new(counted), Cell::new(0));
    let reader = PieceReader {
        pieces,
        left: Bytes::new(),
        counted: &counted,
        item: &since_item,
    };
    let mut refused = None;
    let read = items(reader, sent, |item, length| {
        since_item.set(0);
        let change = next.take::<T>(item, length);
        let counted = counted.borrow_mut().item(change);
        counted.map_err(|error| refused = Some(error)).is_ok()
    });
    match (refused, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(unreadable(error)),
        (None, Ok(())) => {
            counted.into_inner().memory.keep();
            Ok(next.page())
        }
    }
}

/// Counts what a list takes while it is read.
struct Counted {
    memory: Reservation,
    /// The largest item, in bytes.
    limit: usize,
    /// The pieces since the last item, in bytes.
    pieces: usize,
    list: u64,
}

/// What an item changes of what is held, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Change {
    more: usize,
    less: usize,
}

impl Counted {
    fn new(bounds: Bounds) -> Self {
        Self {
            memory: bounds.memory,
            limit: bounds.item,
            pieces: 0,
            list: 0,
        }
    }

    /// Counts a piece, before which so many bytes came since the last item.
    fn piece(&mut self, bytes: usize, item: usize) -> Result<(), Error> {
        self.list += bytes as u64;
        if self.list > MAX_LIST {
            let message = format!("the list of jobs is larger than {MAX_LIST} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        self.memory.grow(bytes)?;
        self.pieces += bytes;
        if item > self.limit {
            let message = format!(
                "a job in the list is larger than the limit of {} bytes (max_body_bytes)",
                self.limit
            );
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        Ok(())
    }

    fn item(&mut self, change: Change) -> Result<(), Error> {
        self.memory.shrink(std::mem::take(&mut self.pieces));
        self.memory.grow(change.more)?;
        self.memory.shrink(change.less);
        Ok(())
    }
}

type Receiver = mpsc::Receiver<Result<Bytes, Error>>;

/// The bytes of a list, for a parser that waits for them.
struct PieceReader<'a> {
    pieces: Receiver,
    left: Bytes,
    counted: &'a RefCell<Counted>,
    /// The bytes since the last item.
    item: &'a Cell<usize>,
}

impl Read for PieceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            let Some(piece) = self.pieces.blocking_recv() else {
                return Ok(0);
            };
            let piece = piece.map_err(io::Error::other)?;
            let mut counted = self.counted.borrow_mut();
            let counted = counted.piece(piece.len(), self.item.get());
            counted.map_err(io::Error::other)?;
            self.left = piece;
        }
        let length = buffer.len().min(self.left.len());
        self.item.set(self.item.get() + length);
        buffer[..length].copy_from_slice(&self.left.split_to(length));
        Ok(length)
    }
}

/// The transport's own error where that is the reason, or one that says that
/// the answer is no list.
fn unreadable(error: serde_json::Error) -> Error {
    let reason = Problem::of(&error);
    match io::Error::from(error).downcast::<Error>() {
        Ok(error) => error,
        Err(_) => {
            let message = format!("the list of jobs cannot be read: {reason}");
            Error::new(ErrorKind::Decode, message)
        }
    }
}

/// The next jobs behind a position.
struct NextJobs {
    call: Call,
    after: Option<Position>,
    /// The last of them on top.
    held: BinaryHeap<Held>,
    has_more: bool,
    page: Page<Job>,
    /// How many warnings are not among those of the page.
    more_warnings: usize,
}

/// A job, and the length of its text.
struct Held(Position, Job, usize);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
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
        self.0.cmp(&other.0)
    }
}

impl NextJobs {
    fn new(call: Call, after: Option<Position>) -> Self {
        Self {
            call,
            after,
            held: BinaryHeap::new(),
            has_more: false,
            page: Page::default(),
            more_warnings: 0,
        }
    }

    fn take<T>(&mut self, item: Item<T>, length: usize) -> Change
    where
        T: Unify<Output = Job> + DeserializeOwned,
    {
        let job = match job_of_item(&self.call, item) {
            Ok(job) => job,
            // They stand anywhere; the first page has told of them.
            Err(warning) => {
                if self.after.is_some() {
                    return Change::default();
                }
                if self.page.warnings.len() == MAX_WARNINGS {
                    self.more_warnings += 1;
                    return Change::default();
                }
                self.page.warnings.push(warning);
                return Change {
                    more: length,
                    less: 0,
                };
            }
        };
        let position = Position::of(&job);
        if self.after.as_ref().is_some_and(|after| position <= *after) {
            return Change::default();
        }
        self.held.push(Held(position, job, length));
        let mut less = 0;
        if self.held.len() > HELD {
            less = self.held.pop().map_or(0, |held| held.2);
            self.has_more = true;
        }
        Change { more: length, less }
    }

    fn page(mut self) -> Page<Job> {
        let last = self.held.peek().map(|held| held.0.cursor());
        let jobs = self.held.into_sorted_vec().into_iter();
        self.page.items = jobs.map(|held| held.1).collect();
        self.page.next = last.filter(|_| self.has_more);
        if self.more_warnings > 0 {
            let message = format!("{} more jobs are left out", self.more_warnings);
            let warning = Warning::about_account(self.call.account(), message);
            self.page.warnings.push(warning);
        }
        self.page
    }
}

/// Hands over each item of the member `data`, with the length of its text, as
/// long as that returns true.
fn items<T: DeserializeOwned>(
    reader: impl Read,
    sent: &SentKey,
    each: impl FnMut(Item<T>, usize) -> bool,
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    Envelope(Each(each, sent, PhantomData)).deserialize(&mut json)?;
    json.end()
}

struct Envelope<'s, F, T>(Each<'s, F, T>);

/// What takes each item, and the key that is masked in it.
struct Each<'s, F, T>(F, &'s SentKey, PhantomData<T>);

impl<'de, F: FnMut(Item<T>, usize) -> bool, T: DeserializeOwned> DeserializeSeed<'de>
    for Envelope<'_, F, T>
{
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Item<T>, usize) -> bool, T: DeserializeOwned> Visitor<'de>
    for Envelope<'_, F, T>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list in `data`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "data" {
                map.next_value_seed(&mut self.0)?;
                is_there = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        is_there
            .then_some(())
            .ok_or_else(|| serde::de::Error::missing_field("data"))
    }
}

impl<'de, F: FnMut(Item<T>, usize) -> bool, T: DeserializeOwned> DeserializeSeed<'de>
    for &mut Each<'_, F, T>
{
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Item<T>, usize) -> bool, T: DeserializeOwned> Visitor<'de>
    for &mut Each<'_, F, T>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    /// No jobs.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            let text = self.1.known().mask_text(raw.get());
            if !(self.0)(item(&text).map_err(serde::de::Error::custom)?, text.len()) {
                return Err(serde::de::Error::custom("not wanted any more"));
            }
        }
        Ok(())
    }
}

/// Reads a list that comes in pieces, for the fuzz targets.
///
/// # Errors
///
/// As for [`page`].
#[cfg(fuzzing)]
pub fn page_of_pieces(
    pieces: Vec<Bytes>,
    cursor: Option<&str>,
    max_item: usize,
    budget: &crate::transport::MemoryBudget,
) -> Result<Page<Job>, Error> {
    let (send, receive) = mpsc::channel(pieces.len().max(1));
    for piece in pieces {
        // There is room for all of them.
        let _ = send.try_send(Ok(piece));
    }
    drop(send);
    let next = NextJobs::new(Call::default(), cursor.and_then(Position::parse));
    let counted = Counted::new(Bounds {
        item: max_item,
        memory: Reservation::of(Some(budget)),
    });
    let sent = SentKey::default();
    parse::<super::types::FinetuneResponseTruncated>(next, counted, receive, &sent)
}

/// Reads a cursor, and writes it again.
#[cfg(fuzzing)]
pub fn cursor_again(cursor: &str) -> Option<String> {
    Position::parse(cursor).map(|position| position.cursor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Item<i64>>, serde_json::Error> {
        let mut all = Vec::new();
        let read = items(text.as_bytes(), &SentKey::default(), |item, _| {
            all.push(item);
            true
        });
        read.map(|()| all)
    }

    #[test]
    fn items_come_one_by_one() {
        let all = read(r#"{"object": "list", "data": [1, "two", 3], "more": {"data": [9]}}"#);
        let all = all.unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!((&all[0], &all[2]), (&Item::Ok(1), &Item::Ok(3)));
        assert!(matches!(&all[1], Item::Malformed(_)));
        for broken in [
            "",
            "[]",
            "{}",
            r#"{"data": [1, 2"#,
            r#"{"data": 1}"#,
            r#"{} x"#,
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
        assert!(read(r#"{"data": null}"#).unwrap().is_empty());
    }

    #[test]
    fn a_cursor_comes_back() {
        for time in [Some(-7), Some(1_700_000_000), None] {
            let position = Position {
                created_at: Reverse(time),
                id: "ft 1".to_owned(),
            };
            assert_eq!(Position::parse(&position.cursor()), Some(position));
        }
        assert_eq!(Position::parse("ft-1"), None);
    }
}
