//! Uploads: a multipart form whose file goes on to the vendor as it arrives.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::StatusCode;
use tokio::sync::mpsc;
use unitune::transport::Upload;
use unitune::unify::File;

use crate::params::TfyHeaders;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::upstream::{Uploading, Upstream};

/// The longest text field, in bytes.
const TEXT_LIMIT: usize = 1024;
/// Pieces of the file that wait for the vendor to take them.
const WAITING: usize = 4;

/// Sends the form's file on to an account.
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
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| broken(error.body_text()))?;
    let mut purpose = None;
    loop {
        let field = limits.in_time(form.next_field()).await?;
        let Some(mut field) = field.map_err(refused)? else {
            return Err(Problem::invalid("file", "the form holds no file"));
        };
        match field.name() {
            Some("purpose") => purpose = Some(limits.text(&mut field).await?),
            Some("file") => {
                let name = file_name(field.file_name());
                // Most clients send the purpose first; then the file streams
                // through. Otherwise it waits on disk for its purpose.
                return match purpose {
                    Some(purpose) => through(&limits, account, headers, name, purpose, field).await,
                    None => {
                        Waiting::take(&limits, name, field)
                            .await?
                            .pass_on(&limits, account, headers, form)
                            .await
                    }
                };
            }
            other => return Err(unknown_field(other)),
        }
    }
}

/// Reads the file and sends it on at the same time. Whoever drops this ends
/// both; a client that breaks off breaks the vendor's upload off too.
async fn through(
    limits: &Limits,
    account: &Upstream,
    headers: &TfyHeaders,
    name: String,
    purpose: String,
    mut field: Field<'_>,
) -> Result<File, Problem> {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, Broken>>(WAITING);
    let uploading = Uploading {
        file: Upload::from_stream(name, pieces(receiver), None),
        purpose,
    };
    let upload = account.upload(uploading, headers);
    let read = async {
        let read = limits.read(&mut field, &sender).await;
        if read.is_err() {
            // The vendor must not take what came so far for the whole file. An
            // error means that it has given up already.
            let _ = sender.send(Err(Broken)).await;
        }
        drop(sender);
        read
    };
    let (read, answer) = tokio::join!(read, upload);
    match (read, answer) {
        (Err(ReadError::Problem(problem)), _) => Err(problem),
        // The vendor did not want to read on; it says why.
        (Err(ReadError::Unwanted), answer) | (Ok(()), answer) => answer,
    }
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

/// A file that came before its purpose.
struct Waiting {
    name: String,
    /// Removed from disk when this is dropped; it has no name there.
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

    async fn pass_on(
        self,
        limits: &Limits,
        account: &Upstream,
        headers: &TfyHeaders,
        mut form: Multipart,
    ) -> Result<File, Problem> {
        let mut purpose = None;
        while let Some(mut field) = limits.in_time(form.next_field()).await?.map_err(refused)? {
            match field.name() {
                Some("purpose") => purpose = Some(limits.text(&mut field).await?),
                other => return Err(unknown_field(other)),
            }
        }
        let Some(purpose) = purpose else {
            return Err(Problem::invalid(
                "purpose",
                "the form does not say the purpose",
            ));
        };
        let content = tokio_util::io::ReaderStream::with_capacity(self.content, 64 << 10);
        let uploading = Uploading {
            file: Upload::from_stream(self.name, content, Some(self.length)),
            purpose,
        };
        account.upload(uploading, headers).await
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

    async fn read(
        &self,
        field: &mut Field<'_>,
        sender: &mpsc::Sender<Result<Bytes, Broken>>,
    ) -> Result<(), ReadError> {
        let mut length = 0;
        while let Some(piece) = self.piece(field).await.map_err(ReadError::Problem)? {
            length += piece.len() as u64;
            self.check(length).map_err(ReadError::Problem)?;
            sender
                .send(Ok(piece))
                .await
                .map_err(|_| ReadError::Unwanted)?;
        }
        Ok(())
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
    let message = format!("the gateway passes on `purpose` and `file`, and not {name:?}");
    Problem::invalid(name, message)
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
