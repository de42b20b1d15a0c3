//! Reads error bodies, in whatever form they come.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use unitune_redact::{REDACTED, redact_known};

/// The largest part of an error body that is read, in bytes.
pub(super) const LIMIT: usize = 64 << 10;
/// The largest part of a message that is kept, in characters.
const MESSAGE_LIMIT: usize = 1000;

/// The content of an error response's body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VendorError {
    /// The vendor's message.
    pub message: Option<String>,
    /// The vendor's type of error.
    pub kind: Option<String>,
    /// The vendor's error code.
    pub code: Option<String>,
    /// The parameter that is invalid.
    pub param: Option<String>,
}

impl VendorError {
    /// Reads a body: JSON in the vendor's form, or plain text. An HTML page
    /// gives nothing. The secret is removed from each text, in every spelling in
    /// which it could be repeated.
    pub(super) fn parse(body: &[u8], read_json: fn(&Value) -> Self, secret: &str) -> Self {
        let read = match serde_json::from_slice::<Value>(body) {
            Ok(value) => read_json(&value),
            Err(_) => Self {
                message: Some(String::from_utf8_lossy(body).into_owned()),
                ..Self::default()
            },
        };
        read.in_one_line(secret)
    }

    /// Reads `{"error": {…}}`, `{"error": "text"}`, `{"message": …}` and
    /// `{"detail": …}`: OpenAI's form and its usual variants.
    pub fn from_json(value: &Value) -> Self {
        let error = match value.get("error") {
            Some(error @ (Value::Object(_) | Value::String(_))) => error,
            _ => value,
        };
        if let Some(message) = error.as_str() {
            return Self {
                message: Some(message.to_owned()),
                ..Self::default()
            };
        }
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| error.get(name).or_else(|| value.get(name)))
                .find_map(scalar_text)
        };
        Self {
            message: first(&["message", "detail", "error_description"]),
            kind: first(&["type", "error_type"]),
            code: first(&["code"]),
            param: first(&["param"]),
        }
    }

    /// Reads an error that came with a successful status; nothing where the body
    /// is something else, such as a job that failed, which has an id. The key is
    /// masked in the body already.
    pub(super) fn in_success(body: &[u8], read_json: fn(&Value) -> Self) -> Option<Self> {
        if body.len() > LIMIT {
            return None;
        }
        let value: Value = serde_json::from_slice(body).ok()?;
        let is_error = matches!(
            value.get("error"),
            Some(Value::Object(_) | Value::String(_))
        );
        if !is_error || value.get("id").is_some() {
            return None;
        }
        let read = read_json(&value).in_one_line("");
        read.message.is_some().then_some(read)
    }

    /// Removes a secret and control characters from each text, and limits its length.
    fn in_one_line(mut self, secret: &str) -> Self {
        let texts = [
            &mut self.message,
            &mut self.kind,
            &mut self.code,
            &mut self.param,
        ];
        for text in texts {
            *text = text.take().and_then(|text| plain_text(&text, secret));
        }
        self
    }
}

/// Removes a secret from every header that repeats it.
pub(super) fn redact_headers(headers: &mut HeaderMap, secret: &str) {
    // No spelling of it is shorter, and most values are.
    let long = |value: &&mut HeaderValue| value.len() >= secret.len();
    for value in headers.values_mut().filter(long) {
        let text = String::from_utf8_lossy(value.as_bytes());
        if matches!(redact_known(&text, secret), Cow::Owned(_)) {
            *value = HeaderValue::from_static(REDACTED);
        }
    }
}

/// Returns a scalar as text.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns one line of limited length; nothing where the text is an HTML page,
/// or the start of a truncated document. The secret is removed before the text is
/// cut: a cut could leave most of it.
fn plain_text(text: &str, secret: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with(['<', '{', '[']) {
        return None;
    }
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let redacted = redact_known(&line, secret);
    Some(redacted.chars().take(MESSAGE_LIMIT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &[u8]) -> VendorError {
        VendorError::parse(body, VendorError::from_json, "sk-live-1234")
    }

    #[test]
    fn every_form_that_vendors_send() {
        let full = parse(
            br#"{"error":{"message":"no such job","type":"invalid_request_error","param":"id","code":404}}"#,
        );
        assert_eq!(full.message.as_deref(), Some("no such job"));
        assert_eq!(full.kind.as_deref(), Some("invalid_request_error"));
        assert_eq!(full.param.as_deref(), Some("id"));
        assert_eq!(full.code.as_deref(), Some("404"));
        let message = |body: &[u8]| parse(body).message;
        assert_eq!(message(br#"{"error":"text"}"#).as_deref(), Some("text"));
        assert_eq!(message(br#"{"message":"m"}"#).as_deref(), Some("m"));
        assert_eq!(
            message(b"upstream\nfailed").as_deref(),
            Some("upstream failed")
        );
        assert_eq!(message(b"<html>502</html>"), None);
        assert_eq!(message(b"[]"), None);
        assert_eq!(message(b"{\"error\": {\"mess"), None);
        assert_eq!(message(b"\xff\xfe"), Some("\u{fffd}\u{fffd}".to_owned()));
        let limited = parse(br#"{"error":{"message":"m"},"error_type":"limit"}"#);
        assert_eq!(limited.kind.as_deref(), Some("limit"));
    }

    #[test]
    fn a_key_that_the_vendor_repeats_is_taken_out() {
        let body = parse(br#"{"error":{"message":"bad key sk-live-1234"}}"#);
        assert_eq!(body.message.as_deref(), Some("bad key [redacted]"));
        // The key in base64, as a proxy writes what it was sent.
        let body = parse(br#"{"error":{"message":"sent: c2stbGl2ZS0xMjM0"}}"#);
        assert_eq!(body.message.as_deref(), Some("sent: [redacted]"));
        // A text that begins with it is no truncated document.
        let body = parse(b"sk-live-1234 is refused");
        assert_eq!(body.message.as_deref(), Some("[redacted] is refused"));
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("req-sk-live-1234"));
        headers.insert("server", HeaderValue::from_static("nginx"));
        redact_headers(&mut headers, "sk-live-1234");
        assert_eq!(headers["x-request-id"], REDACTED);
        assert_eq!(headers["server"], "nginx");
    }
    #[test]
    fn where_a_long_message_is_cut_no_part_of_the_key_is_left() {
        for before in MESSAGE_LIMIT - 20..=MESSAGE_LIMIT {
            let text = format!("{} sk-live-1234 is refused", "x".repeat(before));
            let message = parse(text.as_bytes()).message.unwrap_or_default();
            assert!(message.chars().count() <= MESSAGE_LIMIT);
            assert!(!message.contains("sk"), "{message}");
        }
    }
}
