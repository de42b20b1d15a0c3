//! Documents that are read as they come where they are long.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Body, Request};

use super::attempt::{Answer, Shape, received};
use super::body::{BodyStream, Gathered, WholeBody};
use super::credential::SentKey;
use super::{Error, Transport};

/// A call whose response is a document that is read as it comes where it is
/// long. The attempt ends with the body.
#[derive(Debug)]
pub(super) struct LongDocument<R> {
    pub(super) reader: R,
    /// The largest body that is read as a whole, in bytes.
    pub(super) whole: usize,
}

/// Reads a long document from its pieces. Each attempt begins anew.
#[allow(dead_code)] // Not every set of vendors has such documents.
pub(crate) trait ReadPieces: Send + Sync {
    /// What comes of the document.
    type Value: Send;

    fn read(&self, pieces: Pieces) -> impl Future<Output = Result<Self::Value, Error>> + Send;
}

/// The pieces of a document.
pub(crate) struct Pieces {
    body: BodyStream,
    sent: SentKey,
}

#[allow(dead_code)] // As above.
impl Pieces {
    /// The next piece; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        self.body.next().await
    }

    /// The key that the request was sent with, which the reader has to mask.
    pub(crate) fn sent_key(&self) -> SentKey {
        self.sent.clone()
    }
}

/// A document as it was read.
pub(super) enum LongBody<V> {
    Whole(WholeBody),
    Read(V),
}

impl<R: ReadPieces> Shape for LongDocument<R> {
    type Body = LongBody<R::Value>;

    async fn exchange(
        &self,
        transport: &Transport,
        request: Request,
        sent: &SentKey,
        remaining: Duration,
    ) -> Result<Answer<Self::Body>, Error> {
        let timeouts = transport.call_timeouts(remaining);
        let sending = transport.shared.http.execute(request);
        let response = received(timeouts.with_timeout(sending).await?)?;
        if !response.status().is_success() {
            return Err(transport.vendor_error(response, sent, timeouts).await);
        }
        let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
        // What is larger than a document may be takes as long as bytes move.
        let limit = transport.settings.max_body_bytes;
        let later = (limit, transport.transfer_timeouts());
        let memory = transport.reservation();
        let body =
            BodyStream::with_later_timeouts(&mut parts.headers, body, timeouts, later, memory);
        let read = async {
            match body?.up_to(self.whole.min(limit)).await? {
                Gathered::Whole(mut body) => {
                    body.mask(sent.known());
                    Ok(LongBody::Whole(body))
                }
                Gathered::Longer(body) => {
                    let sent = sent.clone();
                    let read = self.reader.read(Pieces { body, sent }).await;
                    read.map(LongBody::Read)
                }
            }
        };
        match read.await {
            Ok(body) => Ok(Answer::new(parts, body, sent)),
            Err(error) => Err(transport.about(error, &parts, sent)),
        }
    }
}
