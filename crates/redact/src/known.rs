//! Finds one known key in a text, however it is written there.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::REDACTED;

/// A shorter secret is no secret: it would be found in half of all words.
const SHORTEST: usize = 4;

/// Returns a text without a secret: as it is, percent-encoded in whole or in part, or in base64, also as a part of what
/// was encoded, as in the credentials of basic authentication.
///
/// ```
/// use unitune_redact::redact_known;
///
/// let key = "sk/live+1234";
/// assert_eq!(redact_known("bad key sk/live+1234.", key), "bad key [redacted].");
/// assert_eq!(redact_known("?key=sk%2flive%2B1234&a=b", key), "?key=[redacted]&a=b");
/// assert_eq!(redact_known("c2svbGl2ZSsxMjM0 is rejected", key), "[redacted] is rejected");
/// ```
pub fn redact_known<'t>(text: &'t str, secret: &str) -> Cow<'t, str> {
    if secret.len() < SHORTEST {
        return Cow::Borrowed(text);
    }
    let mut text = replace_each(Cow::Borrowed(text), |rest| {
        spelled_length(rest, secret.as_bytes())
    });
    for spelling in base64_spellings(secret.as_bytes()) {
        if text.contains(&spelling) {
            text = Cow::Owned(replace_with_neighbours(&text, &spelling));
        }
    }
    text
}

/// Replaces what `found` measures at the start of the rest of a text.
fn replace_each<'t>(text: Cow<'t, str>, found: impl Fn(&[u8]) -> Option<usize>) -> Cow<'t, str> {
    let mut replaced = String::new();
    let (mut kept, mut at) = (0, 0);
    while at < text.len() {
        match found(&text.as_bytes()[at..]) {
            Some(length) if text.is_char_boundary(at) && text.is_char_boundary(at + length) => {
                replaced.push_str(&text[kept..at]);
                replaced.push_str(REDACTED);
                at += length;
                kept = at;
            }
            _ => at += 1,
        }
    }
    match kept {
        0 => text,
        _ => Cow::Owned(replaced + &text[kept..]),
    }
}

/// Returns the length of the secret at the start of a text, each of its bytes
/// written as itself or as `%XX`.
fn spelled_length(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut length = 0;
    for byte in secret {
        length += match &text[length..] {
            [first, ..] if first == byte => 1,
            [b'%', high, low, ..] if hex(*high, *low) == Some(*byte) => 3,
            _ => return None,
        };
    }
    Some(length)
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Returns the characters of base64 that depend on the secret alone, for each
/// of its three possible positions in a group.
pub(crate) fn base64_spellings(secret: &[u8]) -> Vec<String> {
    let mut spellings = Vec::new();
    for before in 0..3 {
        let padded: Vec<u8> = [&[0; 2][..before], secret].concat();
        let start = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            spellings.push(encoded[start..end].to_owned());
        }
    }
    spellings.dedup();
    spellings
}

/// Replaces a spelling, with the character before and behind it that shares bits with it, and padding.
fn replace_with_neighbours(text: &str, spelling: &str) -> String {
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || "+/-_".contains(letter);
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(spelling) {
        replaced.push_str(before.strip_suffix(is_base64).unwrap_or(before));
        replaced.push_str(REDACTED);
        rest = after.strip_prefix(is_base64).unwrap_or(after);
        rest = rest.trim_start_matches('=');
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    const KEY: &str = "sk-live/é+~1234?";

    fn assert_hidden(spelling: &str) {
        for text in [
            spelling.to_owned(),
            format!("{spelling}{spelling}"),
            format!("the key ({spelling}) is rejected"),
            format!("é{spelling}é"),
        ] {
            let redacted = redact_known(&text, KEY);
            assert!(redacted.contains(REDACTED), "{redacted}");
            let core = &spelling[2..spelling.len() - 4];
            assert!(!redacted.contains(core), "{redacted}");
        }
    }

    #[test]
    fn a_key_is_found_in_every_spelling() {
        assert_hidden(KEY);
        let encoded = utf8_percent_encode(KEY, NON_ALPHANUMERIC).to_string();
        assert_hidden(&encoded);
        assert_hidden(&encoded.to_lowercase());
        assert_hidden(&KEY.replace('/', "%2F"));
        for before in ["", "u", "us", "user:"] {
            for after in ["", "x", "xy"] {
                let whole = format!("{before}{KEY}{after}");
                assert_hidden(&STANDARD.encode(&whole));
                assert_hidden(&URL_SAFE.encode(&whole));
                assert_hidden(&STANDARD_NO_PAD.encode(&whole));
            }
        }
    }

    #[test]
    fn other_text_stays() {
        for text in ["", "sk-live/é+~1234", "%", "sk-live%2", "é", "%73%6b"] {
            assert!(matches!(redact_known(text, KEY), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(redact_known("abc abc", "abc"), "abc abc");
    }
}
