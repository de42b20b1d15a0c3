//! Which members of a request hold keys, and how these stay out of what is answered and recorded.

use crate::http::percent_decode;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// What is remembered in a key's place.
const REDACTED: &str = "[redacted]";

/// Names that hold one of these name keys. They are compared without case, `-` and `_`.
const NAMES: &[&str] = &[
    "authorization",
    "apikey",
    "wandbkey",
    "accesskey",
    "privatekey",
    "apitoken",
    "accesstoken",
    "authtoken",
    "bearertoken",
    "hftoken",
    "refreshtoken",
    "securitytoken",
    "sessiontoken",
    "cookie",
    "credential",
    "password",
    "secret",
];

/// Whether a header, a member or a parameter of this name holds a key.
pub(crate) fn is_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    name == "token" || NAMES.iter().any(|part| name.contains(part))
}

/// A value without the members that hold keys, as a vendor would answer it.
pub(crate) fn without(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(members(object)),
        Value::Array(items) => Value::Array(items.iter().map(without).collect()),
        other => other.clone(),
    }
}

fn members(object: &Map<String, Value>) -> Map<String, Value> {
    let kept = object.iter().filter(|(name, _)| !is_secret(name));
    let kept = kept.map(|(name, value)| match value {
        // The names of a multi's graders are the caller's own words: a grader called `secret_word` is no key.
        Value::Object(graders) if name == "graders" => {
            let named = graders
                .iter()
                .filter(|(name, grader)| grader.is_object() || !is_secret(name));
            let named = named.map(|(name, grader)| (name.clone(), without(grader)));
            (name.clone(), Value::Object(named.collect()))
        }
        value => (name.clone(), without(value)),
    });
    kept.collect()
}

/// A header's value as it is remembered.
pub(crate) fn header(name: &str, value: &[u8]) -> String {
    if is_secret(name) {
        return REDACTED.to_owned();
    }
    // `x-tfy-metadata` and its like are JSON.
    let json = serde_json::from_slice::<Value>(value).ok();
    let redacted = json.and_then(|mut json| redact(&mut json).then_some(json));
    match redacted {
        Some(json) => json.to_string(),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

/// A query, or a form that is written like one, as it is remembered.
pub(crate) fn query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(&percent_decode(name)) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A body that is JSON, lines of JSON, or should have been either, as it is remembered.
pub(crate) fn text(body: &Bytes) -> Bytes {
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        return match redact(&mut value) {
            true => Bytes::from(value.to_string()),
            // Byte for byte when there is nothing to hide.
            false => body.clone(),
        };
    }
    let whole = String::from_utf8_lossy(body);
    let lines = whole.lines().filter(|line| !line.trim().is_empty());
    let lines: Result<Vec<Value>, _> = lines.map(serde_json::from_str).collect();
    match lines {
        Ok(mut lines) => {
            let redacted = lines.iter_mut().map(redact);
            if redacted.fold(false, |any, this| any | this) {
                let lines = lines.iter().map(|line| format!("{line}\n"));
                return Bytes::from(lines.collect::<String>());
            }
            body.clone()
        }
        // What cannot be searched by field is not remembered if it may hold a key.
        Err(_) if is_secret(&whole) => Bytes::from_static(REDACTED.as_bytes()),
        Err(_) => body.clone(),
    }
}

/// A multipart body as it is remembered: parts that are named like keys lose their content.
pub(crate) fn multipart(body: &Bytes, boundary: &str) -> Bytes {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    loop {
        let end = find(rest, &delimiter).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        match find(part, b"\r\n\r\n").map(|at| part.split_at(at + 4)) {
            Some((head, _)) if is_secret(&before_file_name(head)) => {
                kept.extend_from_slice(head);
                kept.extend_from_slice(REDACTED.as_bytes());
                kept.extend_from_slice(b"\r\n");
            }
            _ => kept.extend_from_slice(part),
        }
        let Some(after) = after.strip_prefix(&delimiter[..]) else {
            return Bytes::from(kept);
        };
        kept.extend_from_slice(&delimiter);
        rest = after;
    }
}

/// A part's head up to the name of its file, which may be anything.
fn before_file_name(head: &[u8]) -> String {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let end = head.find("filename").unwrap_or(head.len());
    head[..end].to_owned()
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

/// Overwrites keys; whether there were any.
fn redact(value: &mut Value) -> bool {
    match value {
        Value::Object(object) => {
            let mut any = false;
            for (name, value) in object {
                any |= match is_secret(name) {
                    true => {
                        *value = json!(REDACTED);
                        true
                    }
                    false => redact(value),
                };
            }
            any
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, item| any | redact(item)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_known_in_every_spelling() {
        for name in [
            "api_key",
            "apiKey",
            "X-Api-Key",
            "wandb_api_key",
            "hf_api_token",
            "Authorization",
            "token",
            "client_secret",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["max_tokens", "eos_token", "project", "token_count", "key"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn answers_leave_keys_out_and_keep_what_graders_are_called() {
        let given = json!({
            "wandb": {"project": "p", "api_key": "k", "apiKey": ["k"]},
            "graders": {"secret_word": {"type": "string_check", "api_key": "k"}, "api_key": "k"},
        });
        let expected = json!({
            "wandb": {"project": "p"},
            "graders": {"secret_word": {"type": "string_check"}},
        });
        assert_eq!(without(&given), expected);
    }

    #[test]
    fn no_form_of_body_is_remembered_with_its_keys() {
        let json =
            |body: &'static str| String::from_utf8(text(&Bytes::from(body)).to_vec()).unwrap();
        assert_eq!(json("{ \"model\" : \"m\" }"), "{ \"model\" : \"m\" }");
        assert_eq!(
            json(r#"{"model":"m","x":[{"hf_api_token":"h"}]}"#),
            r#"{"model":"m","x":[{"hf_api_token":"[redacted]"}]}"#
        );
        assert_eq!(
            json("{\"a\":1}\n{\"api_key\":\"k\"}\n"),
            "{\"a\":1}\n{\"api_key\":\"[redacted]\"}\n"
        );
        assert_eq!(json(r#"{"api_key":"k""#), REDACTED);
        assert_eq!(json("{\"a\""), "{\"a\"");
        assert_eq!(query("a=1&api%5Fkey=k&b"), "a=1&api%5Fkey=[redacted]&b");
        assert_eq!(
            header("x-tfy-metadata", br#"{"api_key":"k"}"#),
            r#"{"api_key":"[redacted]"}"#
        );

        let part = |name: &str, content: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
        };
        let form = |key: &str| {
            let file = part(
                "file\"; filename=\"secret.jsonl",
                "{\"content\":\"password\"}",
            );
            Bytes::from(part("purpose", "fine-tune") + &part("api_key", key) + &file + "--b--\r\n")
        };
        assert_eq!(multipart(&form("k"), "b"), form(REDACTED));
    }
}
