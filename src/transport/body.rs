//! Bodies of answers: decompressed, piece by piece or as a whole, within bounds
//! of time and memory.

#[cfg(feature = "compression")]
mod decompress;
mod encoding;

use std::collections::VecDeque;
use std::ops::Deref;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use reqwest::Body;
use unitune_redact::KnownKey;

use super::attempt::{Timeouts, received};
use super::memory_budget::Reservation;
use super::{Error, ErrorKind};

pub(super) use encoding::ACCEPTED as ACCEPTED_ENCODINGS;
use encoding::Encoding;

/// A body that arrives piece by piece.
pub(super) struct BodyStream {
    /// Pieces that were read before, and are to be read again.
    read: VecDeque<Bytes>,
    source: Source,
    memory: Reservation,
}

/// A body, and whether it is as short as was asked for.
pub(super) enum Gathered {
    Whole(WholeBody),
    /// It is longer; nothing of it is lost.
    Longer(BodyStream),
}

enum Source {
    Plain(Frames),
    #[cfg(feature = "compression")]
    Compressed(decompress::Decompressed),
}

impl BodyStream {
    /// The body of an answer with these headers. Where it is compressed, they
    /// are left without what is true of the compressed bytes alone.
    pub(super) fn new(
        headers: &mut HeaderMap,
        body: Body,
        timeouts: Timeouts,
        memory: Reservation,
    ) -> Result<Self, Error> {
        let frames = Frames {
            body,
            timeouts,
            later: None,
        };
        Self::of(headers, frames, memory)
    }

    /// The same for a body that is read as it comes: behind so many bytes, other
    /// timeouts count.
    pub(super) fn with_later_timeouts(
        headers: &mut HeaderMap,
        body: Body,
        timeouts: Timeouts,
        later: (usize, Timeouts),
        memory: Reservation,
    ) -> Result<Self, Error> {
        let frames = Frames {
            body,
            timeouts,
            later: Some(later),
        };
        Self::of(headers, frames, memory)
    }

    fn of(headers: &mut HeaderMap, frames: Frames, memory: Reservation) -> Result<Self, Error> {
        let encodings = Encoding::of(headers)?;
        let source = if encodings.is_empty() {
            Source::Plain(frames)
        } else {
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
            compressed(frames, encodings)
        };
        Ok(Self {
            read: VecDeque::new(),
            source,
            memory,
        })
    }

    /// The next piece; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(piece) = self.read.pop_front() {
            return Ok(Some(piece));
        }
        match &mut self.source {
            Source::Plain(frames) => frames.next().await,
            #[cfg(feature = "compression")]
            Source::Compressed(decompressed) => decompressed.next(&mut self.memory).await,
        }
    }

    /// Everything, unless it is more than the limit.
    pub(super) async fn all(self, limit: usize) -> Result<WholeBody, Error> {
        match self.up_to(limit).await? {
            Gathered::Whole(body) => Ok(body),
            Gathered::Longer(_) => Err(too_large(limit)),
        }
    }

    /// Reads the whole body; of one that is longer than the limit, what has come is
    /// put before the rest.
    pub(super) async fn up_to(mut self, limit: usize) -> Result<Gathered, Error> {
        let mut memory = std::mem::take(&mut self.memory);
        let mut first = Bytes::new();
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            let length = first.len() + all.len() + piece.len();
            if length > limit {
                let before = [first, all.into(), piece];
                self.read = before.into_iter().filter(|b| !b.is_empty()).collect();
                memory.shrink(usize::MAX);
                self.memory = memory;
                return Ok(Gathered::Longer(self));
            }
            // Most answers are one piece, which need not be copied.
            if first.is_empty() && all.is_empty() {
                memory.grow(piece.len())?;
                first = piece;
                continue;
            }
            if all.capacity() < length {
                let capacity = (2 * length).min(limit);
                memory.grow(capacity)?;
                let mut larger = Vec::with_capacity(capacity);
                larger.extend_from_slice(if all.is_empty() { &first } else { &all });
                memory.shrink(first.len() + all.capacity());
                all = larger;
                first = Bytes::new();
            }
            all.extend_from_slice(&piece);
        }
        let bytes = if all.is_empty() { first } else { all.into() };
        Ok(Gathered::Whole(WholeBody { bytes, memory }))
    }

    /// What comes of the beginning: a body that breaks off is what came before.
    pub(super) async fn start(mut self, limit: usize) -> Vec<u8> {
        let mut start = Vec::new();
        while start.len() < limit {
            let Ok(Some(piece)) = self.next().await else {
                break;
            };
            let free = limit - start.len();
            start.extend_from_slice(&piece[..piece.len().min(free)]);
        }
        start
    }
}

#[cfg(feature = "compression")]
fn compressed(frames: Frames, encodings: Vec<Encoding>) -> Source {
    Source::Compressed(decompress::Decompressed::new(frames, encodings))
}

#[cfg(not(feature = "compression"))]
fn compressed(frames: Frames, _: Vec<Encoding>) -> Source {
    // `Encoding::of` has refused what is compressed.
    Source::Plain(frames)
}

/// The bytes as they come, with bounds on the waits between.
struct Frames {
    body: Body,
    timeouts: Timeouts,
    /// The timeouts behind so many bytes more.
    later: Option<(usize, Timeouts)>,
}

impl Frames {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let frame = async { self.body.frame().await.transpose() };
            match received(self.timeouts.with_timeout(frame).await?)? {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        self.count(data.len());
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

impl Frames {
    fn count(&mut self, bytes: usize) {
        if let Some((left, timeouts)) = &mut self.later {
            *left = left.saturating_sub(bytes);
            if *left == 0 {
                self.timeouts = *timeouts;
                self.later = None;
            }
        }
    }
}

/// A body that was read as a whole, and the memory that it takes.
#[derive(Debug, Default)]
pub(crate) struct WholeBody {
    bytes: Bytes,
    memory: Reservation,
}

impl WholeBody {
    /// Masks the key that the request was sent with, should the vendor repeat it.
    pub(super) fn mask(&mut self, key: &KnownKey) {
        if let Some(masked) = key.mask(&self.bytes) {
            self.bytes = masked.into();
        }
    }

    /// Gives the bytes up for what was decoded from them, which takes so much
    /// memory at least.
    ///
    /// # Errors
    ///
    /// The memory budget is used up.
    pub(super) fn keep(mut self, decoded: usize) -> Result<(), Error> {
        // Nearly always it is less than the text.
        if decoded > self.bytes.len() {
            self.memory.grow(decoded - self.bytes.len())?;
        }
        drop(self.bytes);
        self.memory.keep();
        Ok(())
    }
}

impl Deref for WholeBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn too_large(limit: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("the answer is larger than the limit of {limit} bytes (max_body_bytes)"),
    )
}
