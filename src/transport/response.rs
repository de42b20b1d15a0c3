//! Answers: a typed value, or a stream of bytes, with status and headers.

use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};

use super::{Error, ErrorKind};

/// A typed answer, with the status and headers that it came with.
#[derive(Clone, Debug, PartialEq)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    #[doc(hidden)]
    pub fn from_raw(raw: progenitor_client::ResponseValue<T>) -> Self {
        Self {
            status: raw.status(),
            headers: raw.headers().clone(),
            value: raw.into_inner(),
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<T> Deref for Response<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A body that arrives piece by piece.
pub struct Download {
    stream: progenitor_client::ByteStream,
    headers: HeaderMap,
    total: Option<u64>,
}

impl Download {
    #[doc(hidden)]
    pub fn from_raw(raw: progenitor_client::ResponseValue<progenitor_client::ByteStream>) -> Self {
        Self {
            headers: raw.headers().clone(),
            total: raw.content_length(),
            stream: raw.into_inner(),
        }
    }

    /// How many bytes will come, where the vendor says so.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    ///
    /// The connection broke, or the time ran out.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }

    /// Everything in memory, refused beyond `limit` bytes.
    ///
    /// # Errors
    ///
    /// As [`Self::chunk`], and [`ErrorKind::TooLarge`].
    pub async fn bytes(mut self, limit: usize) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(piece) = self.chunk().await? {
            if all.len() + piece.len() > limit {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    format!("the download is larger than {limit} bytes"),
                ));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.stream)
            .poll_next(cx)
            .map(|piece| piece.map(|p| p.map_err(Error::from_reqwest)))
    }
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("total_bytes", &self.total)
            .finish_non_exhaustive()
    }
}
