//! Multipart uploads that stream from disk.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde::de::DeserializeOwned;
use tokio_util::io::ReaderStream;

use super::{Error, ErrorKind, Response, Transport};

/// Called with the bytes that went through so far, and all bytes there are
/// where that is known.
pub type Progress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// A file on its way to a vendor. It is never held in memory as a whole,
/// unless it was given as bytes.
pub struct Upload {
    name: String,
    body: Body,
    length: u64,
    progress: Option<Progress>,
}

impl Upload {
    /// A file on disk, under its own name.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is none; the error names it.
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
        let file = tokio::fs::File::open(path).await;
        let file = file.map_err(|e| unreadable(e.to_string()))?;
        let facts = file
            .metadata()
            .await
            .map_err(|e| unreadable(e.to_string()))?;
        if !facts.is_file() {
            return Err(unreadable("this is not a file".to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            length: facts.len(),
            body: Body::wrap_stream(ReaderStream::with_capacity(file, 64 << 10)),
            progress: None,
        })
    }

    /// Bytes under a name.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.into(),
            length: bytes.len() as u64,
            body: Body::from(bytes),
            progress: None,
        }
    }

    /// Reports how far the upload is, as it goes.
    #[must_use]
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// The name that the vendor will know the file by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's size, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    fn part(self) -> Part {
        let total = self.length;
        let body = match self.progress {
            None => self.body,
            Some(report) => Body::wrap_stream(counted(self.body, total, report)),
        };
        Part::stream_with_length(body, total).file_name(self.name)
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

/// The same body, and a report for each piece of it.
fn counted(
    body: Body,
    total: u64,
    report: Progress,
) -> impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static {
    let mut sent = 0;
    http_body_util::BodyDataStream::new(body).inspect(move |piece| {
        if let Ok(piece) = piece {
            sent += piece.len() as u64;
            report(sent, Some(total));
        }
    })
}

impl Transport {
    /// Sends a multipart form: text fields in their order, the file last.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        fields: &[(&'static str, String)],
        headers: &[(&'static str, Option<String>)],
        file: Upload,
    ) -> Result<Response<T>, Error> {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text(*name, value.clone());
        }
        let form = form.part("file", file.part());
        let url = format!("{}{path}", self.base_url());
        let mut request = self
            .http()
            .request(Method::POST, url)
            .header(http::header::ACCEPT, "application/json")
            .multipart(form);
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(*name, value);
            }
        }
        let fail = |e| self.error(operation, progenitor_client::Error::CommunicationError(e));
        let request = request.build().map_err(fail)?;
        let response = self.execute(self.http(), request, operation).await;
        let response = response.map_err(fail)?;
        let status = response.status();
        let raw = if status.is_success() {
            progenitor_client::ResponseValue::from_response(response).await
        } else if status.is_client_error() || status.is_server_error() {
            match progenitor_client::ResponseValue::from_response(response).await {
                Ok(body) => Err(progenitor_client::Error::ErrorResponse(body)),
                Err(error) => Err(error),
            }
        } else {
            Err(progenitor_client::Error::UnexpectedResponse(response))
        };
        match raw {
            Ok(value) => Ok(Response::from_raw(value)),
            Err(error) => Err(self.error(operation, error)),
        }
    }
}
