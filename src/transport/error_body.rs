//! Error bodies, in whatever form they come.

use serde_json::Value;

/// The most of an error body that is read, in bytes.
pub(super) const LIMIT: usize = 64 << 10;
/// The most of a message that is kept, in characters.
const MESSAGE_LIMIT: usize = 1000;

/// What an error body says, whichever form it had.
#[derive(Clone, Debug, Default)]
pub(super) struct ErrorBody {
    /// What the vendor says is wrong.
    pub(super) message: Option<String>,
    /// The vendor's class of error.
    pub(super) kind: Option<String>,
    /// The vendor's code of the error.
    pub(super) code: Option<String>,
    /// The parameter that is wrong.
    pub(super) param: Option<String>,
}

impl ErrorBody {
    /// Reads `{"error": {…}}`, `{"error": "text"}`, `{"message": …}`,
    /// `{"detail": …}`, and text that is not JSON. A page of HTML says nothing.
    pub(super) fn parse(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Self::from_json(&value),
            Err(_) => Self {
                message: plain_text(&String::from_utf8_lossy(body)),
                ..Self::default()
            },
        }
    }

    fn from_json(value: &Value) -> Self {
        let error = match value.get("error") {
            Some(error @ (Value::Object(_) | Value::String(_))) => error,
            _ => value,
        };
        if let Some(message) = error.as_str() {
            return Self {
                message: plain_text(message),
                ..Self::default()
            };
        }
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| error.get(name).or_else(|| value.get(name)))
                .find_map(word)
        };
        Self {
            message: first(&["message", "detail", "error_description"])
                .and_then(|m| plain_text(&m)),
            kind: first(&["type", "error_type"]),
            code: first(&["code"]),
            param: first(&["param"]),
        }
    }

    /// Takes a secret out of everything that will be shown.
    pub(super) fn redact(&mut self, secret: &str) {
        if secret.len() < 4 {
            return;
        }
        for text in [
            &mut self.message,
            &mut self.kind,
            &mut self.code,
            &mut self.param,
        ]
        .into_iter()
        .flatten()
        {
            if text.contains(secret) {
                *text = text.replace(secret, "[redacted]");
            }
        }
    }
}

/// A scalar as text.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// One line of limited length, or nothing where the text is a web page, or
/// the start of a document that broke off.
fn plain_text(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with(['<', '{', '[']) {
        return None;
    }
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MESSAGE_LIMIT)
        .collect();
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_vendors_send() {
        let full = ErrorBody::parse(
            br#"{"error":{"message":"no such job","type":"invalid_request_error","param":"id","code":404}}"#,
        );
        assert_eq!(full.message.as_deref(), Some("no such job"));
        assert_eq!(full.kind.as_deref(), Some("invalid_request_error"));
        assert_eq!(full.param.as_deref(), Some("id"));
        assert_eq!(full.code.as_deref(), Some("404"));
        let message = |body: &[u8]| ErrorBody::parse(body).message;
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
        let limited = ErrorBody::parse(br#"{"error":{"message":"m"},"error_type":"limit"}"#);
        assert_eq!(limited.kind.as_deref(), Some("limit"));
    }

    #[test]
    fn a_key_that_the_vendor_repeats_is_taken_out() {
        let mut body = ErrorBody::parse(br#"{"error":{"message":"bad key sk-live-1234"}}"#);
        body.redact("sk-live-1234");
        assert_eq!(body.message.as_deref(), Some("bad key [redacted]"));
    }
}
