//! Applies effects to answers.

use super::effect::{Effect, Hint, rejection};
use crate::http::{Answer, ErrorResponse};
use crate::vendor::Vendor;
use ::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use ::http::{Response, StatusCode};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use std::io;
use std::time::Duration;
use tokio::sync::watch;

/// How long the body of [`Effect::Huge`] is.
const HUGE: usize = 100_000_000;
const CHUNK: usize = 1 << 16;

/// An answer after its effect.
pub(crate) enum Outcome {
    /// This response is sent.
    Answer(Response<Body>),
    /// The connection is reset instead.
    Reset,
}

/// The answer that an effect gives in place of the vendor's, before anything is done.
pub(crate) fn injected_answer(effect: &Effect, vendor: Vendor) -> Option<Answer> {
    if *effect == Effect::ErrorText {
        let body = json!({"error": "Internal error (injected fault)."});
        return Some(Answer::status(500, body));
    }
    let Effect::Status(status, hint) = effect else {
        return None;
    };
    let row = rejection(*status, *hint)?;
    let answer: Answer = if row.html {
        let page = format!("<html><body><h1>{}</h1></body></html>", row.message);
        let mut answer = Answer::bytes("text/html", Bytes::from(page));
        answer.status = row.status;
        answer
    } else {
        let mut error_response = ErrorResponse::new(row.status, row.message).kind(row.kind);
        error_response.code = row.code;
        vendor.error_answer(error_response)
    };
    let header = match hint {
        Some(Hint::RetryAfter(seconds)) => ("retry-after", seconds.to_string()),
        Some(Hint::RetryAfterDate(seconds)) => ("retry-after", date_in(*seconds)),
        Some(Hint::RetryAfterMs(milliseconds)) => ("retry-after-ms", milliseconds.to_string()),
        Some(Hint::ShouldRetry(yes)) => ("x-should-retry", yes.to_string()),
        Some(Hint::Code(_)) | None => return Some(answer),
    };
    Some(answer.header(header.0, header.1))
}

/// Clients compare such a date with their own clock, so this one comes from the machine's.
fn date_in(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    let at = jiff::Timestamp::now().saturating_add(jiff::SignedDuration::from_secs(seconds));
    let at = at.unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Applies an effect to a finished answer. `closing` ends bodies that would never end.
pub(crate) fn apply(
    effect: &Effect,
    response: Response<Body>,
    body: Bytes,
    closing: watch::Receiver<bool>,
) -> Outcome {
    let (mut parts, _) = response.into_parts();
    let headers = &mut parts.headers;
    let body = match effect {
        Effect::ResetBeforeBody | Effect::ResetAfterBody => return Outcome::Reset,
        Effect::Status(..) | Effect::ErrorText | Effect::Delay(_) => Body::from(body),
        Effect::Truncated => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            truncated(body.slice(..body.len() / 2))
        }
        Effect::ContentType => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
            Body::from(body)
        }
        Effect::InvalidJson => Body::from("{\"object\": \"list\", \"data\": [,"),
        Effect::InvalidUtf8 => Body::from(&b"{\"object\": \"list\", \"data\": [\"\xff\xfe\"]}"[..]),
        Effect::Huge => huge(),
        Effect::Drip => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            drip(body, closing)
        }
        Effect::Redirect => {
            parts.status = StatusCode::TEMPORARY_REDIRECT;
            let elsewhere = HeaderValue::from_static("http://elsewhere.invalid/");
            headers.insert(LOCATION, elsewhere);
            headers.insert(
                HeaderName::from_static("x-sandbox-fault"),
                HeaderValue::from_static("redirect"),
            );
            Body::empty()
        }
    };
    Outcome::Answer(Response::from_parts(parts, body))
}

/// A body that is sent, and then breaks off.
fn truncated(half: Bytes) -> Body {
    Body::from_stream(stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) => Some((Ok(half), None)),
            None => {
                // Leaves the connection the time to send what it has.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
        }
    }))
}

/// `{"padding":"…"}`, in pieces that share one buffer.
fn huge() -> Body {
    let (head, tail) = (
        Bytes::from_static(b"{\"padding\":\""),
        Bytes::from_static(b"\"}"),
    );
    let piece = Bytes::from(vec![b'x'; CHUNK]);
    let pieces = HUGE / CHUNK;
    let all = std::iter::once(head)
        .chain(std::iter::repeat_n(piece, pieces))
        .chain([tail]);
    Body::from_stream(stream::iter(all.map(Ok::<Bytes, io::Error>)))
}

fn drip(body: Bytes, closing: watch::Receiver<bool>) -> Body {
    let start = (body, closing, true);
    Body::from_stream(stream::unfold(
        start,
        |(mut body, mut closing, first)| async move {
            if body.is_empty() {
                return None;
            }
            if !first {
                let closed = tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => false,
                    _ = closing.wait_for(|closing| *closing) => true,
                };
                if closed {
                    // The sandbox stops: the rest of the body will not come.
                    let aborted = io::Error::from(io::ErrorKind::ConnectionAborted);
                    return Some((Err(aborted), (Bytes::new(), closing, false)));
                }
            }
            let byte = body.split_to(1);
            Some((Ok(byte), (body, closing, false)))
        },
    ))
}
