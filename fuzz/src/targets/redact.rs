//! What removes keys from bodies, texts, queries and forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use unitune_redact::{
    KnownKey, REDACTED, WithoutKeys, can_be_key, is_secret, mentions_secret, redact_body,
    redact_known, redact_multipart, redact_query,
};

/// The key that is looked for.
pub const KEY: &str = "sk-live/fuzz+1234";

/// Returns an input with the key in it, for the letters that stand for it: §0 plain,
/// §1 percent-encoded, §2 to §4 in base64, behind 0 to 2 bytes.
pub fn with_keys(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(3)
        .position(|part| part.starts_with("§".as_bytes()))
    {
        whole.extend_from_slice(&rest[..at]);
        let spelling = match rest[at + 2] {
            b'0' => KEY.to_owned(),
            b'1' => utf8_percent_encode(KEY, NON_ALPHANUMERIC).to_string(),
            before @ b'2'..=b'4' => {
                let before = "us"[..usize::from(before - b'2')].to_owned();
                STANDARD.encode(before + KEY + ":")
            }
            _ => String::new(),
        };
        whole.extend_from_slice(spelling.as_bytes());
        rest = &rest[at + 3..];
    }
    whole.extend_from_slice(rest);
    whole
}

/// Panics where a text has the key: plain, percent-encoded, or in base64.
pub fn assert_no_key(text: &str) {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    for text in [text, &*decoded] {
        assert!(!text.contains(KEY), "{text:?} has the key");
    }
    for before in ["", "u", "us"] {
        // The letters that depend on the key alone: each has 6 of its bits.
        let encoded = STANDARD.encode(format!("{before}{KEY}:"));
        let start = (before.len() * 8).div_ceil(6);
        let core = &encoded[start..(before.len() + KEY.len()) * 8 / 6];
        assert!(!text.contains(core), "{text:?} has the key in base64");
    }
}

/// The known key is masked in whatever body, and removed from its text; what is named
/// like a key is removed from JSON, queries and forms.
pub fn redact(bytes: &[u8]) {
    let body = with_keys(bytes);
    let key = KnownKey::new(KEY);
    let masked = key.mask(&body);
    if let Some(masked) = &masked {
        assert_eq!(
            masked.len(),
            body.len(),
            "a mask is as long as what it hides"
        );
        assert_eq!(key.mask(masked), None, "a second mask finds something");
        // Where both are JSON, numbers and the form are as before.
        if let Ok(before) = serde_json::from_slice::<Value>(&body) {
            let after = serde_json::from_slice::<Value>(masked).expect("it stays JSON");
            assert_eq!(before.is_object(), after.is_object());
        }
    }
    let masked = masked.unwrap_or_else(|| body.clone());
    let masked = String::from_utf8_lossy(&masked);
    assert!(!masked.contains(KEY), "{masked:?} has the key");
    let text = String::from_utf8_lossy(&body);
    assert_no_key(&redact_known(&text, KEY));
    assert_eq!(key.mask_text(&text).len(), text.len());
    named(&body);
}

/// What is named like a key.
fn named(body: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let shown = serde_json::to_value(WithoutKeys(&value)).expect("it is JSON");
        assert_no_member(&shown, &|name, value| is_secret(name) && can_be_key(value));
        let recorded: Value =
            serde_json::from_slice(&redact_body(body)).expect("what is recorded stays JSON");
        assert_no_member(&recorded, &|name, value| {
            mentions_secret(name) && value != REDACTED
        });
    }
    let once = redact_body(body).into_owned();
    // A body of one line that is no UTF-8 gets a line's end, and is UTF-8 afterwards.
    assert_eq!(
        redact_body(&once).trim_ascii_end(),
        once.trim_ascii_end(),
        "a body changes again"
    );
    let text = String::from_utf8_lossy(body);
    let query = redact_query(&text);
    assert_eq!(redact_query(&query), query, "a query changes again");
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let name = percent_decode_str(name).decode_utf8_lossy();
        assert!(
            !mentions_secret(&name) || value == REDACTED,
            "{name} keeps its value"
        );
    }
    let form = redact_multipart(body, "b");
    assert_eq!(redact_multipart(&form, "b"), form, "a form changes again");
}

fn assert_no_member(value: &Value, is_key: &dyn Fn(&str, &Value) -> bool) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!is_key(name, value), "{name} is left");
                assert_no_member(value, is_key);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_no_member(item, is_key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
