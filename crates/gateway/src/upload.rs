//! Uploads: a multipart form whose file goes on to the vendor as it arrives.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::StatusCode;
use tokio::sync::{mpsc, oneshot};
use unitune::transport::Upload;
use unitune::unify::File;

use crate::params::TfyHeaders;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::upstream::{Expiry, Uploading, Upstream};

/// The longest text field, in bytes.
const TEXT_LIMIT: usize = 1024;
/// Pieces of the file that wait for the vendor to take them.
const WAITING: usize = 4;

/// Sends the form's file on to an account.
///
/// The form is read and the file is sent at the same time, so that a file whose
/// fields stand before it streams through. Whoever drops this ends both; a
/// client that breaks off breaks the vendor's upload off too.
///
/// # Errors
///
/// The form is not one, is too large or stands still, or the account refuses
/// the file.
pub async fn pass_on(
    gateway: &Gateway,
    account: &Upstream,
    headers: &TfyHeaders,
    request: Request,
) -> Result<File, Problem> {
    let limits = Limits {
        bytes: gateway.config().max_upload_bytes,
        idle: gateway.config().idle,
    };
    let form = Multipart::from_request(request, &())
        .await
        .map_err(|error| broken(error.body_text()))?;
    let (sender, found) = oneshot::channel();
    let upload = async {
        let uploading = found.await.ok()?;
        Some(account.upload(uploading, headers).await)
    };
    match tokio::join!(limits.read(form, sender), upload) {
        (Err(ReadError::Problem(problem)), _) => Err(problem),
        // The vendor did not want to read on; it says why.
        (Err(ReadError::Unwanted) | Ok(()), Some(answer)) => answer,
        (Err(ReadError::Unwanted) | Ok(()), None) => {
            Err(Problem::invalid("file", "the form holds no file"))
        }
    }
}

/// What stands in the form beside the file.
#[derive(Debug, Default)]
struct Fields {
    purpose: Option<String>,
    expires_anchor: Option<String>,
    expires_seconds: Option<String>,
}

/// The fields of an expiry, under OpenAI's names.
const EXPIRES_ANCHOR: &str = "expires_after[anchor]";
const EXPIRES_SECONDS: &str = "expires_after[seconds]";

impl Fields {
    /// The place of a field that the gateway passes on.
    fn place(&mut self, name: Option<&str>) -> Option<&mut Option<String>> {
        match name? {
            "purpose" => Some(&mut self.purpose),
            EXPIRES_ANCHOR => Some(&mut self.expires_anchor),
            EXPIRES_SECONDS => Some(&mut self.expires_seconds),
            _ => None,
        }
    }

    fn uploading(self, file: Upload) -> Result<Uploading, Problem> {
        let missing = |name: &'static str| {
            let message = format!("the form does not say {name}");
            move || Problem::invalid(name, message)
        };
        let expires = match (self.expires_anchor, self.expires_seconds) {
            (None, None) => None,
            (anchor, seconds) => Some(Expiry {
                anchor: anchor.ok_or_else(missing(EXPIRES_ANCHOR))?,
                seconds: whole(&seconds.ok_or_else(missing(EXPIRES_SECONDS))?)?,
            }),
        };
        Ok(Uploading {
            file,
            purpose: self.purpose.ok_or_else(missing("purpose"))?,
            expires,
        })
    }
}

fn whole(seconds: &str) -> Result<i64, Problem> {
    let number = seconds.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| {
        let message = format!("{EXPIRES_SECONDS} must be a whole number of seconds");
        Problem::invalid(EXPIRES_SECONDS, message)
    })
}

fn pieces(
    receiver: mpsc::Receiver<Result<Bytes, Broken>>,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'static {
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    })
}

/// The caller's part of the upload broke off.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the upload broke off")
    }
}

impl std::error::Error for Broken {}

enum ReadError {
    Problem(Problem),
    Unwanted,
}

impl From<Problem> for ReadError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A file that came before its fields. It has no name on the disk, and is gone
/// when this is dropped.
struct Waiting {
    name: String,
    content: tokio::fs::File,
    length: u64,
}

impl Waiting {
    async fn take(limits: &Limits, name: String, mut field: Field<'_>) -> Result<Self, Problem> {
        use tokio::io::{AsyncSeekExt, AsyncWriteExt};
        let full = |error: std::io::Error| {
            tracing::error!(%error, "an upload cannot wait on disk");
            Problem::busy("the upload cannot be taken now; send the purpose before the file")
        };
        let file = tempfile::tempfile().map_err(full)?;
        let mut content = tokio::fs::File::from_std(file);
        let mut length = 0;
        while let Some(piece) = limits.piece(&mut field).await? {
            length += piece.len() as u64;
            limits.check(length)?;
            content.write_all(&piece).await.map_err(full)?;
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
    async fn in_time<T>(&self, step: impl Future<Output = T>) -> Result<T, Problem> {
        tokio::time::timeout(self.idle, step)
            .await
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the upload stands still"))
    }

    async fn piece(&self, field: &mut Field<'_>) -> Result<Option<Bytes>, Problem> {
        self.in_time(field.chunk()).await?.map_err(refused)
    }

    fn check(&self, length: u64) -> Result<(), Problem> {
        if length <= self.bytes {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the file has more than {} bytes", self.bytes),
        ))
    }

    /// Reads the form to its end. As soon as it is known what is to be sent,
    /// `found` is told; a file that is still coming then streams on.
    async fn read(
        &self,
        mut form: Multipart,
        found: oneshot::Sender<Uploading>,
    ) -> Result<(), ReadError> {
        let mut fields = Fields::default();
        let mut waiting = None;
        while let Some(mut field) = self.field(&mut form).await? {
            if field.name() == Some("file") {
                if waiting.is_some() {
                    return Err(twice("file").into());
                }
                let name = file_name(field.file_name());
                // Most clients send the purpose first; then the file streams
                // through. Otherwise it waits on disk for its purpose.
                if fields.purpose.is_some() {
                    let (sender, receiver) = mpsc::channel(WAITING);
                    let file = Upload::from_stream(name, pieces(receiver), None);
                    if found.send(fields.uploading(file)?).is_err() {
                        return Err(ReadError::Unwanted);
                    }
                    let read = self.stream(field, &sender).await;
                    let read = match read {
                        Ok(()) => self.nothing_more(&mut form).await,
                        Err(error) => Err(error),
                    };
                    if read.is_err() {
                        // The vendor must not take what came so far for the
                        // whole file. An error means that it has given up.
                        let _ = sender.send(Err(Broken)).await;
                    }
                    return read;
                }
                waiting = Some(Waiting::take(self, name, field).await?);
                continue;
            }
            let name = field.name().map(str::to_owned);
            let Some(place) = fields.place(name.as_deref()) else {
                return Err(unknown_field(name.as_deref()).into());
            };
            if place.is_some() {
                return Err(twice(&name.unwrap_or_default()).into());
            }
            *place = Some(self.text(&mut field).await?);
        }
        let Some(waiting) = waiting else {
            return Err(Problem::invalid("file", "the form holds no file").into());
        };
        // An error means that nobody waits any more.
        let _ = found.send(fields.uploading(waiting.upload())?);
        Ok(())
    }

    async fn field<'f>(&self, form: &'f mut Multipart) -> Result<Option<Field<'f>>, Problem> {
        self.in_time(form.next_field()).await?.map_err(refused)
    }

    /// Hands a file on, piece by piece.
    async fn stream(
        &self,
        mut field: Field<'_>,
        sender: &mpsc::Sender<Result<Bytes, Broken>>,
    ) -> Result<(), ReadError> {
        let mut length = 0;
        while let Some(piece) = self.piece(&mut field).await? {
            length += piece.len() as u64;
            self.check(length)?;
            let sent = sender.send(Ok(piece)).await;
            sent.map_err(|_| ReadError::Unwanted)?;
        }
        Ok(())
    }

    /// The vendor has been told everything but the end of the file: what would
    /// change that cannot be passed on any more.
    async fn nothing_more(&self, form: &mut Multipart) -> Result<(), ReadError> {
        let Some(field) = self.field(form).await? else {
            return Ok(());
        };
        let mut fields = Fields::default();
        let problem = match (field.name(), fields.place(field.name())) {
            (Some("file"), _) => twice("file"),
            (Some(name), Some(_)) => Problem::invalid(
                name.to_owned(),
                format!("{name} stands after the file; send it before, with the purpose"),
            ),
            (name, _) => unknown_field(name),
        };
        Err(problem.into())
    }

    async fn text(&self, field: &mut Field<'_>) -> Result<String, Problem> {
        let mut text = Vec::new();
        while let Some(piece) = self.piece(field).await? {
            text.extend_from_slice(&piece);
            if text.len() > TEXT_LIMIT {
                return Err(broken("a field is too long"));
            }
        }
        let text = String::from_utf8(text).map_err(|_| broken("a field is not UTF-8"))?;
        Ok(text.trim().to_owned())
    }
}

/// The file's own name, without any folder before it.
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

fn unknown_field(name: Option<&str>) -> Problem {
    let name: String = name.unwrap_or_default().chars().take(100).collect();
    let message =
        format!("the gateway passes on `purpose`, `expires_after` and `file`, and not {name:?}");
    Problem::invalid(name, message)
}

fn twice(name: &str) -> Problem {
    let message = format!("{name} is given more than once");
    Problem::invalid(name.to_owned(), message)
}

fn refused(error: MultipartError) -> Problem {
    broken(error.body_text())
}

fn broken(reason: impl std::fmt::Display) -> Problem {
    let message = format!("the body is not a multipart form that can be read: {reason}");
    Problem::new(StatusCode::BAD_REQUEST, message)
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
