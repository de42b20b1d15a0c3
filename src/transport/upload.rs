//! Multipart uploads that stream from disk.

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{TryStreamExt, stream};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde::de::DeserializeOwned;
use tokio_util::io::ReaderStream;

use super::attempt::{Activity, Sending};
use super::temporary_file::TemporaryFile;
use super::{Error, ErrorKind, Response, Transport};
use crate::wire::Secret;

/// A function that receives the number of bytes so far, and the total where it
/// is known.
pub type ProgressFn = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// Returns the fields of a form with a file: its purpose, and the time at which it
/// is to be deleted, as (anchor, seconds).
#[allow(dead_code)] // Not every set of vendors has such forms.
pub(crate) fn purpose_fields(
    purpose: String,
    expires: Option<(String, i64)>,
) -> Vec<(&'static str, String)> {
    let mut fields = vec![("purpose", purpose)];
    if let Some((anchor, seconds)) = expires {
        fields.push(("expires_after[anchor]", anchor));
        fields.push(("expires_after[seconds]", seconds.to_string()));
    }
    fields
}

/// A stream of a file's bytes.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The content of a file that is uploaded. It is not held in memory as a whole,
/// unless it was given as bytes.
pub struct Upload {
    name: String,
    content: Content,
    length: Option<u64>,
    progress: Option<ProgressFn>,
}

/// The source of the bytes.
enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    Source(Box<dyn Fn() -> ByteStream + Send + Sync>),
    /// Bytes that can be sent once.
    Stream(Mutex<Option<ByteStream>>),
}

impl Upload {
    /// Opens a file on disk, under its own name.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a file; the error names it.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let unreadable = |what: String| {
            Error::new(
                ErrorKind::InvalidRequest,
                format!("{}: {what}", path.display()),
            )
        };
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| unreadable("the file has no usable name".to_owned()))?;
        let facts = tokio::fs::metadata(path).await;
        let facts = facts.map_err(|e| unreadable(e.to_string()))?;
        if !facts.is_file() {
            return Err(unreadable("this is not a file".to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            length: Some(facts.len()),
            content: Content::Path(path.to_owned()),
            progress: None,
        })
    }

    /// Creates an upload of these bytes under a name.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.into(),
            length: Some(bytes.len() as u64),
            content: Content::Bytes(bytes),
            progress: None,
        }
    }

    /// Creates an upload of a stream under a name. Give the length if it is
    /// known: not every vendor accepts a file of unknown length. A stream
    /// cannot be sent again, so the upload is not retried.
    pub fn from_stream<E>(
        name: impl Into<String>,
        stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        length: Option<u64>,
    ) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self {
            name: name.into(),
            content: Content::Stream(Mutex::new(Some(readable(stream)))),
            length,
            progress: None,
        }
    }

    /// Creates an upload of bytes that can be read from their start several
    /// times: `open` is called for each reading. It can be retried, and works
    /// with vendors that need to know the content before it is sent.
    pub fn from_source<S, E>(
        name: impl Into<String>,
        open: impl Fn() -> S + Send + Sync + 'static,
        length: Option<u64>,
    ) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self {
            name: name.into(),
            content: Content::Source(Box::new(move || readable(open()))),
            length,
            progress: None,
        }
    }

    /// Sets a function that receives the progress of the upload.
    #[must_use]
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Returns the file's name at the vendor.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the file's size in bytes, if it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Sets the size, where it was found out after the upload was made.
    #[allow(dead_code)] // Not every set of vendors asks for it.
    pub(crate) fn with_length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// Returns true if [`Self::open`] can be called more than once.
    pub fn can_reopen(&self) -> bool {
        !matches!(self.content, Content::Stream(_))
    }

    /// Opens the file's content from its start, without progress reports. An
    /// upload from [`Self::from_stream`] can be opened once.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a stream was opened before.
    pub fn open(&self) -> Result<ByteStream, Error> {
        Ok(match &self.content {
            Content::Stream(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                stream.take().ok_or_else(|| {
                    let message =
                        format!("{} was already sent and cannot be read again", self.name);
                    Error::new(ErrorKind::InvalidRequest, message)
                })?
            }
            Content::Bytes(bytes) => {
                let bytes = bytes.clone();
                Box::pin(stream::once(async { Ok(bytes) }))
            }
            Content::Source(open) => open(),
            Content::Path(path) => {
                let unreadable = |path: &Path, error| {
                    let message = format!("{}: {error}", path.display());
                    Error::new(ErrorKind::InvalidRequest, message).because(error)
                };
                let file = std::fs::File::open(path).map_err(|e| unreadable(path, e))?;
                let file = tokio::fs::File::from_std(file);
                let path = path.clone();
                let pieces = ReaderStream::with_capacity(file, 64 << 10);
                Box::pin(pieces.map_err(move |e| unreadable(&path, e)))
            }
        })
    }

    /// Opens the file's content from its start for sending, with a progress
    /// report for each chunk.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn send(&self) -> Result<ByteStream, Error> {
        let (report, total) = (self.progress.clone(), self.length);
        let content = self.open()?;
        Ok(match report {
            None => content,
            Some(report) => counted(content, move |sent| report(sent, total)),
        })
    }

    /// The file as a body, from its start; none when it is gone.
    fn body(&self, activity: &Activity) -> Result<Option<Body>, Error> {
        let is_gone = |stream: &Mutex<Option<ByteStream>>| {
            let stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
            stream.is_none()
        };
        if matches!(&self.content, Content::Stream(stream) if is_gone(stream)) {
            return Ok(None);
        }
        let activity = activity.clone();
        let mut before = 0;
        let body = counted(self.send()?, move |sent| {
            activity.note(sent - before);
            before = sent;
        });
        Ok(Some(Body::wrap_stream(body)))
    }

    /// The file as a part of a form, from its start; none when it is gone.
    fn part(&self, activity: &Activity) -> Result<Option<Part>, Error> {
        if self.name.chars().any(char::is_control) {
            let what = "the name of an upload has a line break or another control character";
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        let Some(body) = self.body(activity)? else {
            return Ok(None);
        };
        let part = match self.length {
            Some(length) => Part::stream_with_length(body, length),
            None => Part::stream(body),
        };
        Ok(Some(part.file_name(self.name.clone())))
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Returns the same stream, with a report of the bytes so far after each chunk.
fn counted(stream: ByteStream, mut report: impl FnMut(u64) + Send + 'static) -> ByteStream {
    let mut sent = 0;
    Box::pin(stream.inspect_ok(move |piece| {
        sent += piece.len() as u64;
        report(sent);
    }))
}

/// Returns a stream whose errors say that the file could not be read.
fn readable<E>(stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> ByteStream
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    Box::pin(stream.map_err(|error| {
        let error = error.into();
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the file cannot be read: {error}"),
        )
        .because(error)
    }))
}

/// The mode of a copy of examples, which can be anybody's data.
const PRIVATE: u32 = 0o600;

impl Upload {
    /// Returns the same upload, which can be opened as often as is needed: one
    /// that cannot is written to a temporary file first.
    ///
    /// # Errors
    ///
    /// The content cannot be read, or the memory budget is used up.
    pub async fn into_reopenable(self) -> Result<Self, Error> {
        use futures_util::StreamExt;
        use tokio::io::AsyncWriteExt;
        if self.can_reopen() {
            return Ok(self);
        }
        let full = |error: std::io::Error| {
            let message = format!("the file cannot be kept for the upload: {error}");
            Error::new(ErrorKind::InvalidRequest, message).because(error)
        };
        let (kept, file) =
            TemporaryFile::create_in(&std::env::temp_dir(), PRIVATE).map_err(full)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut content = self.open()?;
        let mut length = 0;
        while let Some(piece) = content.next().await {
            let piece = piece?;
            length += piece.len() as u64;
            file.write_all(&piece).await.map_err(full)?;
        }
        file.flush().await.map_err(full)?;
        let kept = Arc::new(kept);
        let open = move || {
            let kept = Arc::clone(&kept);
            let file = async move {
                let file = tokio::fs::File::open(kept.path()).await?;
                // The stream keeps the file for as long as it is read.
                let pieces = ReaderStream::with_capacity(file, 64 << 10);
                Ok::<_, std::io::Error>(pieces.inspect_ok(move |_| _ = &kept))
            };
            stream::once(file).try_flatten()
        };
        Ok(Self {
            progress: self.progress.clone(),
            ..Self::from_source(self.name, open, Some(length))
        })
    }
}

impl Transport {
    /// Sends a file alone to an address, as its content and nothing else.
    #[allow(dead_code)] // Not every set of vendors has such addresses.
    pub(crate) async fn put(
        &self,
        operation: &'static str,
        url: &Secret,
        headers: &[(&'static str, String)],
        file: &Upload,
    ) -> Result<Response<()>, Error> {
        let activity = Activity::default();
        let url = self.url(url.expose(), &[])?;
        let request = || {
            let Some(body) = file.body(&activity)? else {
                return Ok(None);
            };
            let mut request = self.shared.http.request(Method::PUT, url.clone());
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            if let Some(length) = file.length {
                request = request.header(http::header::CONTENT_LENGTH, length);
            }
            let request = request.body(body).build();
            request.map(Some).map_err(Error::from_reqwest)
        };
        let shape = Sending(activity.clone());
        let answer = self.call(|| request().transpose(), operation, shape).await;
        answer
            .and_then(|answer| Response::empty(self.shared.profile, answer))
            .map_err(|e| self.labelled(operation, e))
    }

    /// Sends a multipart form: text fields in their order, the file last.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        fields: &[(&'static str, String)],
        headers: &[(&'static str, Option<String>)],
        file: Upload,
    ) -> Result<Response<T>, Error> {
        let activity = Activity::default();
        let url = self.url(&format!("{}{path}", self.base_url()), &[])?;
        let request = || {
            let Some(part) = file.part(&activity)? else {
                return Ok(None);
            };
            let mut form = Form::new();
            for (name, value) in fields {
                form = form.text(*name, value.clone());
            }
            let mut request = self
                .shared
                .http
                .request(Method::POST, url.clone())
                .header(http::header::ACCEPT, "application/json")
                .multipart(form.part("file", part));
            for (name, value) in headers {
                if let Some(value) = value {
                    request = request.header(*name, value);
                }
            }
            request.build().map(Some).map_err(Error::from_reqwest)
        };
        let shape = Sending(activity.clone());
        self.call(|| request().transpose(), operation, shape)
            .await
            .and_then(|answer| Response::decoded(self.shared.profile, answer))
            .map_err(|e| self.labelled(operation, e))
    }
}
