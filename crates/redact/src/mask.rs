//! Finds one known key in many large bodies, and masks it.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::known::base64_spellings;

/// A shorter key is not looked for in bodies: it is a placeholder, such as `none` or `openai`, and stands in what is
/// none.
const SHORTEST: usize = 8;
/// How many bytes are compared at each of the places that are looked at.
const GRAM: usize = 4;
/// What most programs leave as it is when they write a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What some programs escape in JSON although they need not.
const ESCAPED: [(char, &str); 6] = [
    ('/', "\\/"),
    ('=', "\\u003d"),
    ('&', "\\u0026"),
    ('<', "\\u003c"),
    ('>', "\\u003e"),
    ('\'', "\\u0027"),
];

/// A key in each of its spellings, prepared to be looked for in the bodies of answers.
///
/// A body without the key is hardly read: every spelling covers one of the places that are looked at, and these are
/// nearly as far apart as the key is long.
///
/// ```
/// use unitune_redact::KnownKey;
///
/// let key = KnownKey::new("sk-live-1234");
/// assert_eq!(key.mask(br#"{"sent":"sk-live-1234"}"#).as_deref(), Some(&br#"{"sent":"************"}"#[..]));
/// assert_eq!(key.mask(br#"{"sent":"nothing"}"#), None);
/// ```
#[derive(Clone, Default)]
pub struct KnownKey {
    spellings: Vec<Spelling>,
    /// How far apart the places are that are looked at.
    step: usize,
    /// The grams of all spellings in order, each with its spelling and its place there.
    grams: Vec<(Gram, usize, usize)>,
    /// The same as bits, most of which are not set.
    filter: Vec<u64>,
}

type Gram = [u8; GRAM];

#[derive(Clone)]
struct Spelling {
    text: Vec<u8>,
    /// The letters beside it hold a part of the key.
    is_base64: bool,
}

impl KnownKey {
    /// Prepares a key.
    pub fn new(key: &str) -> Self {
        // Digits alone could be a number of the body, and a mask is none.
        if key.len() < SHORTEST || key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::default();
        }
        let mut written = vec![key.to_owned(), escaped(key)];
        for set in [NON_ALPHANUMERIC, QUERY] {
            let upper = utf8_percent_encode(key, set).to_string();
            written.push(lower_escapes(&upper));
            written.push(upper);
        }
        written.sort_unstable();
        written.dedup();
        let plain = written.into_iter().map(|text| (text, false));
        let encoded = base64_spellings(key.as_bytes()).into_iter();
        let all = plain.chain(encoded.map(|text| (text, true)));
        let spellings: Vec<Spelling> = all
            .map(|(text, is_base64)| Spelling {
                text: text.into_bytes(),
                is_base64,
            })
            .collect();
        let shortest = spellings.iter().map(|spelling| spelling.text.len()).min();
        let mut grams: Vec<(Gram, usize, usize)> = Vec::new();
        for (number, spelling) in spellings.iter().enumerate() {
            let windows = spelling.text.windows(GRAM).enumerate();
            grams.extend(windows.filter_map(|(at, gram)| Some((*gram.first_chunk()?, number, at))));
        }
        grams.sort_unstable();
        let mut filter = vec![0; (1 << 16) / 64];
        for (gram, ..) in &grams {
            let bit = bit_of(*gram);
            filter[bit / 64] |= 1 << (bit % 64);
        }
        Self {
            spellings,
            step: shortest.map_or(1, |shortest| shortest - GRAM + 1),
            grams,
            filter,
        }
    }

    /// Returns the body with asterisks in the key's place, as many as it has letters; nothing where the key is not in
    /// it.
    pub fn mask(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut masked = None;
        if self.spellings.is_empty() {
            return masked;
        }
        let places = (0..body.len().saturating_sub(GRAM - 1)).step_by(self.step);
        for place in places {
            let Some(gram) = body[place..].first_chunk().copied() else {
                break;
            };
            let bit = bit_of(gram);
            if self.filter[bit / 64] & (1 << (bit % 64)) == 0 {
                continue;
            }
            let first = self.grams.partition_point(|(other, ..)| *other < gram);
            let same = self.grams[first..]
                .iter()
                .take_while(|(other, ..)| *other == gram);
            for (_, spelling, at) in same {
                let spelling = &self.spellings[*spelling];
                let start = place.checked_sub(*at);
                let start = start.filter(|start| body[*start..].starts_with(&spelling.text));
                if let Some(start) = start {
                    spelling.overwrite(masked.get_or_insert_with(|| body.to_vec()), start);
                }
            }
        }
        masked
    }

    /// Returns a text without the key.
    pub fn mask_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask(text.as_bytes()).map(String::from_utf8) {
            Some(Ok(masked)) => Cow::Owned(masked),
            // A spelling begins and ends with whole letters, so what is left of a text is one.
            Some(Err(_)) | None => Cow::Borrowed(text),
        }
    }
}

impl Spelling {
    fn overwrite(&self, body: &mut [u8], start: usize) {
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let mut range = start..start + self.text.len();
        let before = &body[..start];
        if self.is_base64 && before.last().is_some_and(is_base64) && !ends_with_escape(before) {
            range.start -= 1;
        }
        if self.is_base64 && body.get(range.end).is_some_and(is_base64) {
            range.end += 1;
        }
        body[range].fill(b'*');
    }
}

impl fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownKey")
    }
}

/// Returns true where JSON's escape of a letter ends a text: `\n` before the key is no part of what was encoded, and
/// without its letter the body would be no JSON.
fn ends_with_escape(text: &[u8]) -> bool {
    let letter = text.len().checked_sub(2);
    let number = text.len().checked_sub(6);
    letter.is_some_and(|at| text[at] == b'\\')
        || number.is_some_and(|at| text[at..].starts_with(b"\\u"))
}

/// Returns the number of a gram's bit.
fn bit_of(gram: Gram) -> usize {
    (u32::from_le_bytes(gram).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

fn escaped(key: &str) -> String {
    let mut text = key.to_owned();
    for (letter, escape) in ESCAPED {
        text = text.replace(letter, escape);
    }
    text
}

/// Returns percent-encoded text with lower-case escapes.
fn lower_escapes(text: &str) -> String {
    let mut left = 0;
    let letters = text.chars().map(|letter| {
        left = if letter == '%' {
            3
        } else {
            usize::saturating_sub(left, 1)
        };
        if left > 0 {
            letter.to_ascii_lowercase()
        } else {
            letter
        }
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const KEY: &str = "sk-live/é+~1234=";

    fn masked(body: &str) -> String {
        let masked = KnownKey::new(KEY).mask_text(body).into_owned();
        assert_eq!(masked.len(), body.len());
        masked
    }

    #[test]
    fn every_spelling_is_masked_wherever_it_stands() {
        let percent = utf8_percent_encode(KEY, NON_ALPHANUMERIC).to_string();
        let mut spellings = vec![
            KEY.to_owned(),
            escaped(KEY),
            utf8_percent_encode(KEY, QUERY).to_string(),
            lower_escapes(&percent),
            percent,
        ];
        for before in ["", "u", "us", "user:"] {
            spellings.push(STANDARD.encode(format!("{before}{KEY}")));
            spellings.push(URL_SAFE.encode(format!("{before}{KEY}x")));
        }
        for spelling in spellings {
            for before in 0..40 {
                let body = format!("{}\"{spelling}\" {spelling}\"", "é ".repeat(before));
                let masked = masked(&body);
                let core = &spelling[3..spelling.len() - 5];
                assert!(!masked.contains(core), "{body} {masked}");
                assert_eq!(masked.matches('"').count(), 3, "{masked}");
            }
        }
    }

    #[test]
    fn an_escape_before_the_key_stays_whole() {
        for (escape, letter) in [("\\n", "\n"), ("\\t", "\t"), ("\\u00e9", "é")] {
            let body = format!("{{\"sent\":\"Basic{escape}{}\"}}", STANDARD.encode(KEY));
            let value: serde_json::Value = serde_json::from_str(&masked(&body)).unwrap();
            let sent = value["sent"].as_str().unwrap();
            assert!(sent.starts_with(&format!("Basic{letter}*")), "{sent}");
        }
    }

    #[test]
    fn other_text_stays() {
        let key = KnownKey::new(KEY);
        for body in ["", "sk", "sk-live/é+~1234", "{\"data\": []}"] {
            assert_eq!(key.mask(body.as_bytes()), None);
        }
        for placeholder in ["", "none", "openai", "123456789"] {
            let body = format!("{{\"id\": \"{placeholder}\"}}");
            assert_eq!(KnownKey::new(placeholder).mask(body.as_bytes()), None);
        }
        assert_eq!(lower_escapes("A%2FB%C3%A9C"), "A%2fB%c3%a9C");
    }
}
