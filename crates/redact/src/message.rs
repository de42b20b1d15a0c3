//! Redacts parts of an HTTP message: headers, queries, forms, bodies.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::REDACTED;
use crate::names::mentions_secret;
use crate::values::overwrite;

/// Returns a header's value as it may be recorded. Keys are redacted in a value that is JSON, too.
///
/// ```
/// use unitune_redact::redact_header;
///
/// assert_eq!(redact_header("Authorization", b"Bearer k"), "[redacted]");
/// assert_eq!(redact_header("x-metadata", br#"{"api_key":"k"}"#), r#"{"api_key":"[redacted]"}"#);
/// ```
pub fn redact_header<'v>(name: &str, value: &'v [u8]) -> Cow<'v, str> {
    if mentions_secret(name) {
        return Cow::Borrowed(REDACTED);
    }
    let json = serde_json::from_slice::<Value>(value).ok();
    match json.and_then(|mut json| overwrite(&mut json).then_some(json)) {
        Some(json) => Cow::Owned(json.to_string()),
        None => String::from_utf8_lossy(value),
    }
}

/// Returns a query, or a form of the type `application/x-www-form-urlencoded`, with the values of parameters redacted
/// whose names mention a key.
///
/// ```
/// assert_eq!(unitune_redact::redact_query("a=1&api%5Fkey=k&b"), "a=1&api%5Fkey=[redacted]&b");
/// ```
pub fn redact_query(query: &str) -> String {
    let is_key = |name: &str| mentions_secret(&percent_decode_str(name).decode_utf8_lossy());
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_key(name) => Cow::Owned(format!("{name}={REDACTED}")),
        _ => Cow::Borrowed(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns a body as it may be recorded: JSON, or lines of JSON, with keys redacted; byte for byte as it came where
/// there are none. A body of another form is redacted as a whole if it mentions a key.
pub fn redact_body(body: &[u8]) -> Cow<'_, [u8]> {
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        return match overwrite(&mut value) {
            true => Cow::Owned(value.to_string().into_bytes()),
            false => Cow::Borrowed(body),
        };
    }
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    match lines.map(serde_json::from_str).collect() {
        Ok(lines) => redact_lines(lines).map_or(Cow::Borrowed(body), Cow::Owned),
        // What cannot be searched by member is not kept if it may hold a key.
        Err(_) if mentions_secret(&text) => Cow::Borrowed(REDACTED.as_bytes()),
        Err(_) => Cow::Borrowed(body),
    }
}

/// Returns the lines with keys redacted; `None` if there are none.
fn redact_lines(mut lines: Vec<Value>) -> Option<Vec<u8>> {
    let found = lines
        .iter_mut()
        .fold(false, |found, line| overwrite(line) | found);
    let text = || lines.iter().map(|line| format!("{line}\n"));
    found.then(|| text().collect::<String>().into_bytes())
}

/// Returns a body of the type `multipart/form-data` as it may be recorded: parts whose names mention a key lose their
/// content.
pub fn redact_multipart(body: &[u8], boundary: &str) -> Vec<u8> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let end = find(rest, &delimiter).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        match find(part, b"\r\n\r\n").map(|at| part.split_at(at + 4)) {
            Some((head, _)) if mentions_secret(&before_file_name(head)) => {
                kept.extend_from_slice(head);
                kept.extend_from_slice(REDACTED.as_bytes());
                kept.extend_from_slice(b"\r\n");
            }
            _ => kept.extend_from_slice(part),
        }
        let Some(after) = after.strip_prefix(&delimiter[..]) else {
            return kept;
        };
        kept.extend_from_slice(&delimiter);
        rest = after;
    }
}

/// Returns a part's head up to the name of its file, which may be anything.
fn before_file_name(head: &[u8]) -> String {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let end = head.find("filename").unwrap_or(head.len());
    head[..end].to_owned()
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_every_form_lose_their_keys() {
        let redacted = |body: &str| {
            let body = redact_body(body.as_bytes()).into_owned();
            String::from_utf8(body).unwrap_or_default()
        };
        assert_eq!(redacted("{ \"model\" : \"m\" }"), "{ \"model\" : \"m\" }");
        assert_eq!(
            redacted(r#"{"model":"m","x":[{"hf_api_token":"h"}]}"#),
            r#"{"model":"m","x":[{"hf_api_token":"[redacted]"}]}"#
        );
        assert_eq!(
            redacted("{\"a\":1}\n{\"api_key\":\"k\"}\n"),
            "{\"a\":1}\n{\"api_key\":\"[redacted]\"}\n"
        );
        assert_eq!(redacted("{\"a\":1}\n\n{\"b\":2}"), "{\"a\":1}\n\n{\"b\":2}");
        assert_eq!(redacted(r#"{"api_key":"k""#), REDACTED);
        assert_eq!(redacted("{\"a\""), "{\"a\"");
    }

    #[test]
    fn parts_that_are_named_like_keys_lose_their_content() {
        let part = |name: &str, content: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
        };
        let form = |key: &str| {
            let file = part(
                "file\"; filename=\"secret.jsonl",
                "{\"content\":\"password\"}",
            );
            let form = part("purpose", "fine-tune") + &part("api_key", key) + &file + "--b--\r\n";
            form.into_bytes()
        };
        assert_eq!(redact_multipart(&form("k"), "b"), form(REDACTED));
    }
}
