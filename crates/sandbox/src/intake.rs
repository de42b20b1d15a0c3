//! Taking in requests' bodies: bounded each, bounded together, and left unread where that changes nothing.

use crate::http::Refusal;
use crate::state::limits;
use ::http::HeaderMap;
use ::http::header::{CONTENT_LENGTH, EXPECT};
use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Where the bodies of all requests go.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    /// Bytes that may still be taken in.
    room: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
}

/// A body, and the room that it takes up.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) bytes: Bytes,
    _room: Option<SemaphorePermit<'a>>,
}

impl Intake {
    pub(crate) fn new(closing: watch::Receiver<bool>) -> Intake {
        Intake {
            room: Arc::new(Semaphore::new(limits::BODIES)),
            closing,
        }
    }

    /// Reads a body of at most so many bytes to its end. One that says beforehand that it is longer is not read.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        most: usize,
    ) -> Result<Taken<'_>, Refusal> {
        if declared(headers).is_some_and(|length| length > most as u64) {
            self.leave(headers, body);
            return Err(too_long(most));
        }
        let mut chunks = body.into_data_stream();
        let mut read = BytesMut::new();
        let mut taken: Option<SemaphorePermit<'_>> = None;
        loop {
            let chunk = match tokio::time::timeout(limits::SILENCE, chunks.next()).await {
                Err(_) => return Err(silent()),
                Ok(None) => break,
                Ok(Some(Err(error))) => {
                    let message = format!("The request body could not be read: {error}.");
                    return Err(Refusal::new(400, message));
                }
                Ok(Some(Ok(chunk))) => chunk,
            };
            if chunk.len() > most - read.len() {
                self.drain(chunks);
                return Err(too_long(most));
            }
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let Ok(more) = self.room.try_acquire_many(length) else {
                self.drain(chunks);
                return Err(busy());
            };
            match &mut taken {
                Some(taken) => taken.merge(more),
                None => taken = Some(more),
            }
            read.extend_from_slice(&chunk);
        }
        Ok(Taken {
            bytes: read.freeze(),
            _room: taken,
        })
    }

    /// Leaves a body unread. The answer goes out at once; what the client sends meanwhile is thrown away for a moment,
    /// because closing a connection with unread bytes in it resets it, and the client would not see its answer.
    pub(crate) fn leave(&self, headers: &HeaderMap, body: Body) {
        // A client that waits for leave to send its body does not get it.
        if !body.is_end_stream() && !headers.contains_key(EXPECT) {
            self.drain(body.into_data_stream());
        }
    }

    fn drain(&self, mut chunks: BodyDataStream) {
        let mut closing = self.closing.clone();
        tokio::spawn(async move {
            let end = async {
                let mut left = limits::BODY;
                while let Some(Ok(chunk)) = chunks.next().await {
                    left = left.saturating_sub(chunk.len());
                    if left == 0 {
                        break;
                    }
                }
            };
            tokio::select! {
                () = end => {}
                () = tokio::time::sleep(limits::LINGER) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        });
    }
}

/// How long a body is said to be.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_long(most: usize) -> Refusal {
    let message = format!("The request body is too long: at most {most} bytes are taken.");
    Refusal::new(413, message).code("request_too_large")
}

fn silent() -> Refusal {
    let seconds = limits::SILENCE.as_secs();
    let message = format!("No more of the request body came for {seconds} seconds. Send it again.");
    Refusal::new(408, message).code("request_timeout")
}

fn busy() -> Refusal {
    let message = format!(
        "The bodies under way take more than {} bytes together. Send fewer at a time.",
        limits::BODIES
    );
    overloaded(message)
}

/// 503, with the advice to try again in a second.
pub(crate) fn overloaded(message: String) -> Refusal {
    let mut refusal = Refusal::new(503, message)
        .kind("service_unavailable")
        .code("overloaded");
    refusal.headers.push(("retry-after", "1".to_owned()));
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_under_way_share_their_room() {
        let (_open, closing) = watch::channel(false);
        let intake = Intake::new(closing);
        let read = async |length: usize| {
            let body = Body::from(vec![0; length]);
            intake.read(&HeaderMap::new(), body, limits::BODY).await
        };
        let mut held = Vec::new();
        for _ in 0..limits::BODIES / limits::BODY {
            held.push(read(limits::BODY).await.unwrap());
        }
        assert_eq!(read(1).await.unwrap_err().status, 503);
        held.pop();
        assert_eq!(read(1).await.unwrap().bytes.len(), 1);
        assert_eq!(read(limits::BODY + 1).await.unwrap_err().status, 413);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_coming_is_given_up() {
        let (_open, closing) = watch::channel(false);
        let body =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let intake = Intake::new(closing);
        let refusal = intake.read(&HeaderMap::new(), body, limits::BODY).await;
        assert_eq!(refusal.unwrap_err().status, 408);
    }
}
