//! Uploads: a multipart form whose file is sent to the vendor as it arrives.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::StatusCode;
use tokio::sync::{mpsc, oneshot};
use unitune::providers::{Expiry, FileUpload};
use unitune::transport::Upload;
use unitune::unify::File;

use crate::api_error::ApiError;
use crate::caller::Caller;
use crate::operations::Creation;
use crate::params::ACCOUNT_FIELD;
use crate::state::Gateway;
use crate::upstream_error::not_created;

/// The longest text field, in bytes.
const TEXT_LIMIT: usize = 1024;
/// Chunks of the file that wait to be sent to the vendor.
const MAX_WAITING_CHUNKS: usize = 4;

/// Sends the form's file to the account that the request names, or to the
/// default account.
///
/// The form is read and the file is sent at the same time, so that a file whose
/// fields come before it is streamed. Dropping the future ends both; a client
/// that disconnects aborts the vendor's upload too.
///
/// # Errors
///
/// The form is invalid, too large or stops arriving, or the account rejects the
/// file.
pub async fn forward(
    gateway: &Gateway,
    caller: &Caller,
    request: Request,
) -> Result<File, ApiError> {
    let limits = Limits {
        bytes: gateway.config().max_upload_bytes,
        idle: gateway.config().idle,
    };
    let form = Multipart::from_request(request, &())
        .await
        .map_err(|error| invalid_form(error.body_text()))?;
    let (sender, found) = oneshot::channel();
    let upload = async {
        let (account, upload) = found.await.ok()?;
        Some(caller.providers.upload_file(account, upload).await)
    };
    match tokio::join!(limits.read(form, caller, sender), upload) {
        (Err(ReadError::Api(error)), _) => Err(error),
        // The vendor stopped reading; its response has the reason.
        (Err(ReadError::NotWanted) | Ok(()), Some(answer)) => {
            answer.map_err(|error| not_created(&error, Creation::File))
        }
        (Err(ReadError::NotWanted) | Ok(()), None) => Err(ApiError::invalid("file", NO_FILE)),
    }
}

/// The form's fields beside the file.
#[derive(Debug, Default)]
struct Fields {
    purpose: Option<String>,
    account: Option<String>,
    expires_anchor: Option<String>,
    expires_seconds: Option<String>,
}

/// The fields of an expiry, under OpenAI's names.
const EXPIRES_ANCHOR: &str = "expires_after[anchor]";
const EXPIRES_SECONDS: &str = "expires_after[seconds]";

impl Fields {
    /// Returns the slot of a field that the gateway forwards.
    fn slot(&mut self, name: Option<&str>) -> Option<&mut Option<String>> {
        match name? {
            "purpose" => Some(&mut self.purpose),
            ACCOUNT_FIELD => Some(&mut self.account),
            EXPIRES_ANCHOR => Some(&mut self.expires_anchor),
            EXPIRES_SECONDS => Some(&mut self.expires_seconds),
            _ => None,
        }
    }

    /// Returns the name of the account, and what it is to get.
    fn upload(self, caller: &Caller, file: Upload) -> Result<(&str, FileUpload), ApiError> {
        let account = caller.upload_account(self.account.as_deref())?;
        let missing = |name: &'static str| {
            let message = format!("the form has no field {name}");
            move || ApiError::invalid(name, message)
        };
        let expires = match (self.expires_anchor, self.expires_seconds) {
            (None, None) => None,
            (anchor, seconds) => Some(Expiry {
                anchor: anchor.ok_or_else(missing(EXPIRES_ANCHOR))?,
                seconds: whole(&seconds.ok_or_else(missing(EXPIRES_SECONDS))?)?,
            }),
        };
        let purpose = self.purpose.ok_or_else(missing("purpose"))?;
        let upload = FileUpload::new(file).purpose(purpose).expires(expires);
        Ok((account, upload))
    }
}

fn whole(seconds: &str) -> Result<i64, ApiError> {
    let number = seconds.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| {
        let message = format!("invalid {EXPIRES_SECONDS}: expected a whole number of seconds");
        ApiError::invalid(EXPIRES_SECONDS, message)
    })
}

fn chunks(
    receiver: mpsc::Receiver<Result<Bytes, Aborted>>,
) -> impl Stream<Item = Result<Bytes, Aborted>> + Send + 'static {
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })
}

/// The error of a form without its main part.
const NO_FILE: &str = "the form holds no file: send one in the field file, with a file name";

/// The client's part of the upload was aborted.
#[derive(Debug)]
struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the upload was aborted")
    }
}

impl std::error::Error for Aborted {}

enum ReadError {
    Api(ApiError),
    /// The vendor has stopped reading the file.
    NotWanted,
}

impl From<ApiError> for ReadError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// A file that arrived before its fields, on disk. It is deleted when this is
/// dropped.
struct BufferedFile {
    name: String,
    content: tokio::fs::File,
    length: u64,
}

impl BufferedFile {
    async fn receive(
        limits: &Limits,
        name: String,
        mut field: Field<'_>,
    ) -> Result<Self, ApiError> {
        use tokio::io::{AsyncSeekExt, AsyncWriteExt};
        let full = |error: std::io::Error| {
            tracing::error!(%error, "an upload cannot be buffered on disk");
            ApiError::overloaded("the upload cannot be buffered; send the purpose before the file")
        };
        let file = tempfile::tempfile().map_err(full)?;
        let mut content = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(chunk) = limits.chunk(&mut field).await? {
            length += chunk.len() as u64;
            limits.check(length)?;
            content.write_all(&chunk).await.map_err(full)?;
        }
        content.flush().await.map_err(full)?;
        content.rewind().await.map_err(full)?;
        Ok(Self {
            name,
            content,
            length,
        })
    }

    fn upload(self) -> Upload {
        let content = tokio_util::io::ReaderStream::with_capacity(self.content, 64 << 10);
        Upload::from_stream(self.name, content, Some(self.length))
    }
}

struct Limits {
    bytes: u64,
    idle: Duration,
}

impl Limits {
    async fn with_idle_timeout<T>(&self, step: impl Future<Output = T>) -> Result<T, ApiError> {
        tokio::time::timeout(self.idle, step).await.map_err(|_| {
            let message = format!(
                "no part of the upload arrived for {} seconds",
                self.idle.as_secs_f64()
            );
            ApiError::new(StatusCode::REQUEST_TIMEOUT, message)
        })
    }

    async fn chunk(&self, field: &mut Field<'_>) -> Result<Option<Bytes>, ApiError> {
        self.with_idle_timeout(field.chunk())
            .await?
            .map_err(from_multipart)
    }

    fn check(&self, length: u64) -> Result<(), ApiError> {
        if length <= self.bytes {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the file is larger than {} bytes", self.bytes),
        ))
    }

    /// Reads the form to its end. `found` is completed as soon as the fields are
    /// known; a file that is still arriving is then streamed.
    async fn read<'c>(
        &self,
        mut form: Multipart,
        caller: &'c Caller,
        found: oneshot::Sender<(&'c str, FileUpload)>,
    ) -> Result<(), ReadError> {
        let mut fields = Fields::default();
        let mut buffered = None;
        while let Some(mut field) = self.field(&mut form).await? {
            if field.name() == Some("file") {
                if buffered.is_some() {
                    return Err(duplicate_field("file").into());
                }
                let name = file_name(field.file_name());
                // Most clients send the purpose first; then the file is streamed.
                // Otherwise it is buffered on disk.
                if fields.purpose.is_some() {
                    let (sender, receiver) = mpsc::channel(MAX_WAITING_CHUNKS);
                    let file = Upload::from_stream(name, chunks(receiver), None);
                    if found.send(fields.upload(caller, file)?).is_err() {
                        return Err(ReadError::NotWanted);
                    }
                    let read = self.stream(field, &sender).await;
                    let read = match read {
                        Ok(()) => self.expect_end(&mut form).await,
                        Err(error) => Err(error),
                    };
                    if read.is_err() {
                        // The vendor must not take what arrived for the whole file.
                        // An error means that it has stopped reading.
                        let _ = sender.send(Err(Aborted)).await;
                    }
                    return read;
                }
                buffered = Some(BufferedFile::receive(self, name, field).await?);
                continue;
            }
            let name = field.name().map(str::to_owned);
            let Some(slot) = fields.slot(name.as_deref()) else {
                return Err(unknown_field(name.as_deref()).into());
            };
            if slot.is_some() {
                return Err(duplicate_field(&name.unwrap_or_default()).into());
            }
            *slot = Some(self.text(&mut field).await?);
        }
        let Some(buffered) = buffered else {
            return Err(ApiError::invalid("file", NO_FILE).into());
        };
        // An error means that the upload was dropped.
        let _ = found.send(fields.upload(caller, buffered.upload())?);
        Ok(())
    }

    async fn field<'f>(&self, form: &'f mut Multipart) -> Result<Option<Field<'f>>, ApiError> {
        self.with_idle_timeout(form.next_field())
            .await?
            .map_err(from_multipart)
    }

    /// Forwards a file, chunk by chunk.
    async fn stream(
        &self,
        mut field: Field<'_>,
        sender: &mpsc::Sender<Result<Bytes, Aborted>>,
    ) -> Result<(), ReadError> {
        let mut length = 0;
        while let Some(chunk) = self.chunk(&mut field).await? {
            length += chunk.len() as u64;
            self.check(length)?;
            let sent = sender.send(Ok(chunk)).await;
            sent.map_err(|_| ReadError::NotWanted)?;
        }
        Ok(())
    }

    /// Rejects further fields: the vendor has everything but the end of the file,
    /// so that they cannot be forwarded any more.
    async fn expect_end(&self, form: &mut Multipart) -> Result<(), ReadError> {
        let Some(field) = self.field(form).await? else {
            return Ok(());
        };
        let mut fields = Fields::default();
        let error = match (field.name(), fields.slot(field.name())) {
            (Some("file"), _) => duplicate_field("file"),
            (Some(name), Some(_)) => ApiError::invalid(
                name.to_owned(),
                format!("{name} comes after the file: send it before the file, with the purpose"),
            ),
            (name, _) => unknown_field(name),
        };
        Err(error.into())
    }

    async fn text(&self, field: &mut Field<'_>) -> Result<String, ApiError> {
        let mut text = Vec::new();
        while let Some(chunk) = self.chunk(field).await? {
            text.extend_from_slice(&chunk);
            if text.len() > TEXT_LIMIT {
                return Err(invalid_form(format_args!(
                    "the field {} is longer than {TEXT_LIMIT} bytes",
                    shown(field)
                )));
            }
        }
        let text = String::from_utf8(text)
            .map_err(|_| invalid_form(format_args!("the field {} is not UTF-8", shown(field))))?;
        Ok(text.trim().to_owned())
    }
}

/// Returns the file's name without a path.
fn file_name(given: Option<&str>) -> String {
    let name = given.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if c.is_control() || c == '"' { '_' } else { c };
    let name: String = name.chars().map(plain).take(255).collect();
    match name.as_str() {
        "" | "." | ".." => "file".to_owned(),
        _ => name,
    }
}

/// Returns a field's name, as messages show it.
fn shown(field: &Field<'_>) -> String {
    let name = field.name().unwrap_or_default();
    name.chars().take(100).collect::<String>()
}

fn unknown_field(name: Option<&str>) -> ApiError {
    let name: String = name.unwrap_or_default().chars().take(100).collect();
    let message = format!(
        "unknown field {name:?}: expected purpose, account, {EXPIRES_ANCHOR}, {EXPIRES_SECONDS} or file"
    );
    ApiError::invalid(name, message)
}

fn duplicate_field(name: &str) -> ApiError {
    let message = format!("{name} is given more than once");
    ApiError::invalid(name.to_owned(), message)
}

fn from_multipart(error: MultipartError) -> ApiError {
    invalid_form(error.body_text())
}

fn invalid_form(reason: impl std::fmt::Display) -> ApiError {
    let message = format!("invalid multipart form: {reason}");
    ApiError::new(StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_is_a_name_alone() {
        assert_eq!(file_name(Some("train.jsonl")), "train.jsonl");
        assert_eq!(file_name(Some("../../etc/passwd")), "passwd");
        assert_eq!(file_name(Some("C:\\data\\a.jsonl")), "a.jsonl");
        assert_eq!(file_name(Some("a\"\r\nb")), "a___b");
        for bad in [None, Some(""), Some(".."), Some("a/")] {
            assert_eq!(file_name(bad), "file");
        }
    }
}
