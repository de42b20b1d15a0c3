//! What was received, without the keys in it.

use crate::state::limits;
use crate::vendor::Vendor;
use ::http::HeaderMap;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// A request that the sandbox received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Its place in the order of arrival, from 1.
    pub number: u64,
    /// The vendor that it was meant for.
    pub vendor: Vendor,
    /// The operation, if there is one at this path.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: String,
    /// The path below the vendor's base URL.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The headers in the order received, names in lower case; those that hold keys say `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// The body's first 64 KiB, keys in JSON redacted; empty when the body was not read.
    pub body: Bytes,
    /// The faults that struck at it, as the grammar writes them.
    pub faults: Vec<String>,
}

impl RecordedRequest {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|pair| pair.0.eq_ignore_ascii_case(name));
        found.map(|pair| pair.1.as_str())
    }

    /// The body, if it is JSON.
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
    /// Remembers a request, and forgets the oldest one when there are too many.
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

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }
}

const REDACTED: &str = "[redacted]";

/// Headers and JSON fields whose names hold one of these hold keys.
const SECRET: &[&str] = &[
    "authorization",
    "api_key",
    "api-key",
    "wandb_key",
    "api_token",
    "cookie",
    "secret",
    "password",
];

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

/// Headers as they are remembered.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = headers.iter().map(|(name, value)| {
        let value = match is_secret(name.as_str()) {
            true => REDACTED.to_owned(),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        (name.as_str().to_owned(), value)
    });
    pairs.collect()
}

/// A body as it is remembered.
pub(crate) fn body(body: &Bytes) -> Bytes {
    if body.len() > limits::RECORDED_BODY {
        // A copy, so that the whole body need not stay in memory. A cut JSON text is not JSON and cannot be searched
        // by field, so what is cut is remembered only where it cannot hold such fields.
        return match body.first() {
            Some(b'{' | b'[') => Bytes::new(),
            _ => Bytes::copy_from_slice(&body[..limits::RECORDED_BODY]),
        };
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) if holds_secret(&value) => {
            redact(&mut value);
            Bytes::from(value.to_string())
        }
        _ => body.clone(),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Object(object) => object
            .iter()
            .any(|(name, value)| is_secret(name) || holds_secret(value)),
        Value::Array(items) => items.iter().any(holds_secret),
        _ => false,
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match is_secret(name) {
                    true => *value = json!(REDACTED),
                    false => redact(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_remembered() {
        let sent = Bytes::from(r#"{"model":"m","wandb_api_key":"w","x":[{"hf_api_token":"h"}]}"#);
        let kept: Value = serde_json::from_slice(&body(&sent)).unwrap();
        let expected =
            json!({"model": "m", "wandb_api_key": REDACTED, "x": [{"hf_api_token": REDACTED}]});
        assert_eq!(kept, expected);
        let plain = Bytes::from("{ \"model\" : \"m\" }");
        assert_eq!(
            body(&plain),
            plain,
            "byte for byte when there is nothing to hide"
        );
    }
}
