//! Recordings of the requests that were received, keys redacted.

use crate::state::limits;
use crate::vendor::Vendor;
use ::http::HeaderMap;
use ::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::VecDeque;
use unitune_redact::{redact_body, redact_header, redact_multipart, redact_query};

/// A request that the sandbox received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Its place in the order of arrival, from 1.
    pub number: u64,
    /// The vendor that it was sent to.
    pub vendor: Vendor,
    /// The operation, if there is one at this path.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: String,
    /// The path below the vendor's base URL.
    pub path: String,
    /// The query as sent, without the question mark; parameters that hold keys are `[redacted]`.
    pub query: String,
    /// The headers in the order received, names in lower case; those that hold keys are `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// The body's first 64 KiB, keys redacted; empty when the body was not read, or is longer JSON.
    pub body: Bytes,
    /// The faults that were injected into it, as fault specifications write them.
    pub faults: Vec<String>,
}

impl RecordedRequest {
    /// Returns a header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|pair| pair.0.eq_ignore_ascii_case(name));
        found.map(|pair| pair.1.as_str())
    }

    /// Returns the body, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn render(&self) -> Value {
        let body = self
            .json()
            .unwrap_or_else(|| json!(String::from_utf8_lossy(&self.body)));
        json!({
            "number": self.number,
            "vendor": self.vendor.name(),
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": body,
            "faults": self.faults,
        })
    }
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Records {
    all: VecDeque<RecordedRequest>,
}

impl Records {
    /// Records a request, and drops the oldest one when there are too many.
    pub(crate) fn add(&mut self, request: RecordedRequest) {
        if self.all.len() >= limits::RECORDED_REQUESTS {
            self.all.pop_front();
        }
        let later = self
            .all
            .iter()
            .rev()
            .take_while(|known| known.number > request.number);
        let at = self.all.len() - later.count();
        self.all.insert(at, request);
    }

    /// All of them, in the order of arrival.
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.all.iter().cloned().collect()
    }

    /// Drops all of them.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }
}

/// Headers as they are recorded.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = headers.iter().map(|(name, value)| {
        let value = redact_header(name.as_str(), value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    pairs.collect()
}

/// A body as it is recorded.
pub(crate) fn body(body: &Bytes, headers: &HeaderMap) -> Bytes {
    let cut = match body.len() > limits::RECORDED_BODY {
        // A copy, so that the whole body need not stay in memory.
        true => Bytes::copy_from_slice(&body[..limits::RECORDED_BODY]),
        false => body.clone(),
    };
    let media_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let media_type = media_type.unwrap_or_default();
    if let Some(boundary) = boundary(media_type) {
        return Bytes::from(redact_multipart(&cut, boundary));
    }
    if media_type.starts_with("application/x-www-form-urlencoded") {
        return Bytes::from(redact_query(&String::from_utf8_lossy(&cut)));
    }
    // A cut JSON text is not JSON and cannot be searched by field.
    match cut.trim_ascii_start().first() {
        Some(b'{' | b'[') if cut.len() < body.len() => Bytes::new(),
        _ => match redact_body(&cut) {
            Cow::Borrowed(_) => cut.clone(),
            Cow::Owned(redacted) => Bytes::from(redacted),
        },
    }
}

/// The boundary between the parts of a multipart form.
fn boundary(media_type: &str) -> Option<&str> {
    if !media_type.starts_with("multipart/form-data") {
        return None;
    }
    let mut parameters = media_type.split(';').map(str::trim);
    let boundary = parameters.find_map(|it| it.strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
}
