//! Answers: a typed value, or a stream of bytes, with status and headers.

use std::ops::Deref;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};

use super::{Error, ErrorKind, Progress};

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

    /// The id under which the vendor can look the request up.
    pub fn request_id(&self) -> Option<&str> {
        super::error::request_id(&self.headers)
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
    received: u64,
    progress: Option<Progress>,
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        format!("{} cannot be written: {error}", path.display()),
    )
}

impl Download {
    #[doc(hidden)]
    pub fn from_raw(raw: progenitor_client::ResponseValue<progenitor_client::ByteStream>) -> Self {
        Self {
            headers: raw.headers().clone(),
            total: raw.content_length(),
            stream: raw.into_inner(),
            received: 0,
            progress: None,
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

    /// Reports how far the download is, as it goes.
    #[must_use]
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Writes everything to a file, and says how many bytes that is. The file
    /// appears under its name when it is complete, and not before.
    ///
    /// # Errors
    ///
    /// As [`Self::chunk`]; or the file cannot be written, and the error names
    /// it. What was written so far is removed.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let written = self.write_to(Path::new(&partial)).await;
        let done = match written {
            Ok(bytes) => tokio::fs::rename(&partial, path)
                .await
                .map(|()| bytes)
                .map_err(|e| unwritable(path, &e)),
            Err(error) => Err(error),
        };
        if done.is_err() {
            // Nothing more can be done about a leftover than to try.
            let _ = tokio::fs::remove_file(&partial).await;
        }
        done
    }

    async fn write_to(&mut self, path: &Path) -> Result<u64, Error> {
        use tokio::io::AsyncWriteExt;
        let file = tokio::fs::File::create(path).await;
        let mut file = file.map_err(|e| unwritable(path, &e))?;
        let mut bytes = 0;
        while let Some(piece) = self.chunk().await? {
            bytes += piece.len() as u64;
            file.write_all(&piece)
                .await
                .map_err(|e| unwritable(path, &e))?;
        }
        file.flush().await.map_err(|e| unwritable(path, &e))?;
        Ok(bytes)
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
        let piece = Pin::new(&mut *self.stream).poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.received += bytes.len() as u64;
            if let Some(report) = &self.progress {
                report(self.received, self.total);
            }
        }
        piece.map(|piece| piece.map(|p| p.map_err(Error::from_reqwest)))
    }
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("total_bytes", &self.total)
            .finish_non_exhaustive()
    }
}
