//! Responses: a typed value, or a stream of bytes, with status and headers.

use std::ops::Deref;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::attempt::Answer;
use super::body::{BodyStream, WholeBody, content_length};
use super::temporary_file::TemporaryFile;
use super::{ByteStream, Error, ErrorKind, ProgressFn, Transport, VendorProfile};
use crate::wire;

/// A typed response, with its status and headers. It dereferences to the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    request_id_headers: &'static [&'static str],
}

impl<T: DeserializeOwned> Response<T> {
    /// Decodes the body of a response.
    pub(super) fn decoded(
        profile: &'static VendorProfile,
        answer: Answer<WholeBody>,
    ) -> Result<Self, Error> {
        match wire::from_slice(&answer.body) {
            Ok(value) => {
                let (status, headers) = kept(answer)?;
                Ok(Self {
                    value,
                    status,
                    headers,
                    request_id_headers: profile.request_id_headers,
                })
            }
            Err(error) => Err(undecoded(profile, answer, &error)),
        }
    }
}

/// Counts the memory of a value that was decoded, and returns what else is kept.
fn kept(answer: Answer<WholeBody>) -> Result<(StatusCode, HeaderMap), Error> {
    let kept = answer.body.keep(wire::memory_of_items());
    kept.map_err(|error| error.after_tries(answer.tries))?;
    Ok((answer.status, answer.headers))
}

/// Returns the error of a body that did not decode: the vendor's, if it is one.
fn undecoded(
    profile: &'static VendorProfile,
    answer: Answer<WholeBody>,
    error: &serde_json::Error,
) -> Error {
    let rejected = Error::from_success(profile, &answer.body);
    let error = rejected.unwrap_or_else(|| Error::undecoded(&answer.headers, answer.body, error));
    error
        .with_answer(profile, answer.status, answer.headers, None)
        .after_tries(answer.tries)
}

impl Response<()> {
    /// Creates a response whose body is ignored, unless it is an error.
    pub(super) fn empty(
        profile: &'static VendorProfile,
        answer: Answer<WholeBody>,
    ) -> Result<Self, Error> {
        if let Some(error) = Error::from_success(profile, &answer.body) {
            return Err(error
                .with_answer(profile, answer.status, answer.headers, None)
                .after_tries(answer.tries));
        }
        Ok(Self {
            value: (),
            status: answer.status,
            headers: answer.headers,
            request_id_headers: profile.request_id_headers,
        })
    }
}

impl<T> Response<T> {
    /// Returns the value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Returns the HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the id under which the vendor can find the request.
    pub fn request_id(&self) -> Option<&str> {
        super::error::request_id(self.request_id_headers, &self.headers)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A body that is read chunk by chunk.
pub struct Download {
    /// Never locked: the mutex makes a stream that is only `Send` also `Sync`.
    stream: Mutex<ByteStream>,
    headers: HeaderMap,
    file_name: Option<String>,
    total: Option<u64>,
    received: u64,
    progress: Option<ProgressFn>,
}

/// The mode of a saved file, of which the user's umask takes what it takes.
const READABLE_TO_OTHERS: u32 = 0o666;

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::InvalidRequest,
        format!("{} cannot be written: {error}", path.display()),
    )
}

impl Download {
    pub(super) fn new(
        answer: Answer<BodyStream>,
        transport: Transport,
        operation: &'static str,
    ) -> Self {
        let state = Some((transport, answer.body));
        let stream = futures_util::stream::unfold(state, move |state| async move {
            let (transport, mut pieces) = state?;
            match pieces.next().await {
                Ok(piece) => Some((Ok(piece?), Some((transport, pieces)))),
                Err(error) => Some((Err(transport.labelled(operation, error)), None)),
            }
        });
        Self {
            // After the end, every further call returns the end again.
            stream: Mutex::new(Box::pin(stream.fuse())),
            total: content_length(&answer.headers),
            file_name: file_name(&answer.headers),
            headers: answer.headers,
            received: 0,
            progress: None,
        }
    }

    /// Creates a download from a stream, and from its number of bytes if that
    /// is known.
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
        total: Option<u64>,
    ) -> Self {
        Self {
            stream: Mutex::new(Box::pin(stream.fuse())),
            headers: HeaderMap::new(),
            file_name: None,
            total,
            received: 0,
            progress: None,
        }
    }

    /// Returns the number of bytes, if the vendor gives it.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// Sets the name that the vendor gives to the file.
    #[must_use]
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into()).filter(|name| !name.is_empty());
        self
    }

    /// Returns the name that the vendor gives to the file, if it gives one. It
    /// is the vendor's text: it can have folders and control characters in it.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Returns the HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Reads the next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// The connection broke, or the call timed out.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }

    /// Sets a function that receives the progress of the download.
    #[must_use]
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Writes everything to a file, and returns the number of bytes. The file
    /// appears under its name when it is complete, and not before: until then, it
    /// is in the same folder under a name of its own, so that several downloads to
    /// one name do not meet. A file that has the name is replaced.
    ///
    /// # Errors
    ///
    /// As [`Self::chunk`]; or the file cannot be written, and the error names it.
    /// The incomplete file is removed, also if this future is dropped.
    pub async fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let folder = path.parent().unwrap_or(path).to_owned();
        // A file that comes after this future is dropped goes with its task.
        let created = tokio::task::spawn_blocking(move || {
            TemporaryFile::create_in(&folder, READABLE_TO_OTHERS)
        });
        let created = created.await.map_err(std::io::Error::other);
        let (partial, file) = created
            .and_then(|created| created)
            .map_err(|e| unwritable(path, &e))?;
        let bytes = self.write_to(file, path).await?;
        let renamed = partial.rename_to(path).await;
        renamed.map_err(|e| unwritable(path, &e))?;
        Ok(bytes)
    }

    /// Writes everything to an open file, which is to have this path.
    async fn write_to(&mut self, file: std::fs::File, path: &Path) -> Result<u64, Error> {
        use tokio::io::AsyncWriteExt;
        let mut file = tokio::fs::File::from_std(file);
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

    /// Reads everything into memory, up to `limit` bytes.
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

/// Returns the name in `content-disposition`.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(http::header::CONTENT_DISPOSITION)?;
    let (_, name) = text.to_str().ok()?.split_once("filename=")?;
    let name = match name.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => name.split(';').next()?.trim(),
    };
    (!name.is_empty()).then(|| name.to_owned())
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self
            .stream
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let piece = stream.as_mut().poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.received += bytes.len() as u64;
            if let Some(report) = &self.progress {
                report(self.received, self.total);
            }
        }
        piece
    }
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("total_bytes", &self.total)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_name_of_its_header() {
        for (header, expected) in [
            ("attachment; filename=\"a b.zst\"; size=1", Some("a b.zst")),
            ("attachment; filename=a.zst; size=1", Some("a.zst")),
            ("attachment; filename=\"\"", None),
            ("inline", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("content-disposition", header.parse().unwrap());
            assert_eq!(file_name(&headers).as_deref(), expected, "{header}");
        }
        assert_eq!(file_name(&HeaderMap::new()), None);
    }

    #[test]
    fn a_download_is_send_and_sync() {
        fn is_sendable<T: Send + Sync + Unpin + 'static>() {}
        is_sendable::<Download>();
    }
}
