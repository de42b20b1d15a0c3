//! Lists that are too large to be held: the vendor answers with all jobs of an
//! account at once, logs included. Such an answer is read as it comes, item by
//! item, and of its jobs only the next ones are kept. The rest is for the next
//! page, for which it is read again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::io::{self, Read};
use std::marker::PhantomData;

use futures_util::TryStreamExt;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use tokio_util::io::{StreamReader, SyncIoBridge};

use crate::providers::{Call, Page, job_of_item};
use crate::transport::Download;
use crate::unify::{Job, Unify};
use crate::wire::{Item, Problem, item};
use crate::{Error, ErrorKind};

/// How many jobs of such a list are held.
const HELD: usize = 2_000;

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

/// Reads the next jobs of a list that comes as a stream.
pub(super) async fn page<T>(
    list: Download,
    call: &Call,
    after: Option<Position>,
) -> Result<Page<Job>, Error>
where
    T: Unify<Output = Job> + DeserializeOwned + Send + 'static,
{
    let reader = StreamReader::new(list.map_err(io::Error::other));
    let reader = SyncIoBridge::new(reader);
    let call = call.clone();
    // The parser asks for bytes and waits for them.
    let read = tokio::task::spawn_blocking(move || {
        let mut next = NextJobs::new(call, after);
        items(reader, |item| next.take::<T>(item)).map(|()| next.page())
    });
    let outcome = read
        .await
        .map_err(|_| Error::new(ErrorKind::Interrupted, "the list was not read to its end"))?;
    outcome.map_err(unreadable)
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
}

struct Held(Position, Job);

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
        }
    }

    fn take<T: Unify<Output = Job> + DeserializeOwned>(&mut self, item: Item<T>) {
        let job = match job_of_item(&self.call, item) {
            Ok(job) => job,
            // They stand anywhere; the first page has told of them.
            Err(warning) => {
                if self.after.is_none() {
                    self.page.warnings.push(warning);
                }
                return;
            }
        };
        let position = Position::of(&job);
        if self.after.as_ref().is_some_and(|after| position <= *after) {
            return;
        }
        self.held.push(Held(position, job));
        if self.held.len() > HELD {
            self.held.pop();
            self.has_more = true;
        }
    }

    fn page(mut self) -> Page<Job> {
        let last = self.held.peek().map(|held| held.0.cursor());
        let jobs = self.held.into_sorted_vec().into_iter();
        self.page.items = jobs.map(|held| held.1).collect();
        self.page.next = last.filter(|_| self.has_more);
        self.page
    }
}

/// Hands over each item of the member `data`.
fn items<T: DeserializeOwned>(
    reader: impl Read,
    each: impl FnMut(Item<T>),
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    Envelope(Each(each, PhantomData)).deserialize(&mut json)?;
    json.end()
}

struct Envelope<F, T>(Each<F, T>);

struct Each<F, T>(F, PhantomData<T>);

impl<'de, F: FnMut(Item<T>), T: DeserializeOwned> DeserializeSeed<'de> for Envelope<F, T> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Item<T>), T: DeserializeOwned> Visitor<'de> for Envelope<F, T> {
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

impl<'de, F: FnMut(Item<T>), T: DeserializeOwned> DeserializeSeed<'de> for &mut Each<F, T> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Item<T>), T: DeserializeOwned> Visitor<'de> for &mut Each<F, T> {
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
            (self.0)(item(raw.get())?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Item<i64>>, serde_json::Error> {
        let mut all = Vec::new();
        items(text.as_bytes(), |item| all.push(item)).map(|()| all)
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
