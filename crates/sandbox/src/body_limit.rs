//! Reads request bodies within limits: for each of them, and for all that are under way.

use crate::http::ErrorResponse;
use crate::state::limits;
use ::http::HeaderMap;
use ::http::header::{CONTENT_LENGTH, EXPECT};
use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Reads the bodies of all requests.
#[derive(Clone, Debug)]
pub(crate) struct BodyReader {
    /// Bytes that may still be read.
    free: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
}

/// A body, and its share of the limit.
#[derive(Debug)]
pub(crate) struct ReadBody<'a> {
    pub(crate) bytes: Bytes,
    _share: Option<SemaphorePermit<'a>>,
}

impl BodyReader {
    pub(crate) fn new(closing: watch::Receiver<bool>) -> BodyReader {
        BodyReader {
            free: Arc::new(Semaphore::new(limits::BODIES)),
            closing,
        }
    }

    /// Reads a body of at most so many bytes to its end. One whose declared length is greater is not read.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        most: usize,
    ) -> Result<ReadBody<'_>, ErrorResponse> {
        if declared(headers).is_some_and(|length| length > most as u64) {
            self.discard(headers, body);
            return Err(too_long(most));
        }
        let mut chunks = body.into_data_stream();
        let mut read = BytesMut::new();
        let mut share: Option<SemaphorePermit<'_>> = None;
        loop {
            let chunk = match tokio::time::timeout(limits::IDLE, chunks.next()).await {
                Err(_) => return Err(idle()),
                Ok(None) => break,
                Ok(Some(Err(error))) => {
                    let message = format!("The request body could not be read: {error}.");
                    return Err(ErrorResponse::new(400, message));
                }
                Ok(Some(Ok(chunk))) => chunk,
            };
            if chunk.len() > most - read.len() {
                self.drain(chunks);
                return Err(too_long(most));
            }
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let Ok(more) = self.free.try_acquire_many(length) else {
                self.drain(chunks);
                return Err(busy());
            };
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
            read.extend_from_slice(&chunk);
        }
        Ok(ReadBody {
            bytes: read.freeze(),
            _share: share,
        })
    }

    /// Discards a body. The answer goes out at once; what the client still sends is read and thrown away for a moment,
    /// because closing a connection with unread bytes resets it, and the client would not see its answer.
    pub(crate) fn discard(&self, headers: &HeaderMap, body: Body) {
        // A client that waits for `100 Continue` does not get it.
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

/// The declared length of a body.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_long(most: usize) -> ErrorResponse {
    let message = format!("The request body is too long: at most {most} bytes are read.");
    ErrorResponse::new(413, message).code("request_too_large")
}

fn idle() -> ErrorResponse {
    let seconds = limits::IDLE.as_secs();
    let message = format!("No more of the request body came for {seconds} seconds. Send it again.");
    ErrorResponse::new(408, message).code("request_timeout")
}

fn busy() -> ErrorResponse {
    let message = format!(
        "The bodies under way take more than {} bytes in all. Send fewer at a time.",
        limits::BODIES
    );
    ErrorResponse::overloaded(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_under_way_share_their_share() {
        let (_open, closing) = watch::channel(false);
        let reader = BodyReader::new(closing);
        let read = async |length: usize| {
            let body = Body::from(vec![0; length]);
            reader.read(&HeaderMap::new(), body, limits::BODY).await
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
    async fn a_body_that_stops_is_rejected() {
        let (_open, closing) = watch::channel(false);
        let body =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let reader = BodyReader::new(closing);
        let error_response = reader.read(&HeaderMap::new(), body, limits::BODY).await;
        assert_eq!(error_response.unwrap_err().status, 408);
    }
}
