//! Replaces what is not JSON in a body: a byte order mark, `NaN` and `Infinity`, as
//! servers that write it by hand, or with Python, send them.

/// The mark that some programs write before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Numbers that JSON has not, the longest first.
const NO_NUMBERS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];

/// Returns a text without a byte order mark, and with `null` for numbers that JSON
/// has not; nothing where there is neither.
pub(super) fn cleaned(text: &[u8]) -> Option<String> {
    let bytes = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut is_changed = bytes.len() < text.len();
    let mut cleaned = Vec::with_capacity(bytes.len());
    let (mut at, mut is_string) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let length = match byte {
            b'\\' if is_string => 2,
            b'"' => {
                is_string = !is_string;
                1
            }
            b'-' | b'I' | b'N' if !is_string => {
                let mut words = NO_NUMBERS.iter();
                if let Some(word) = words.find(|word| bytes[at..].starts_with(word)) {
                    cleaned.extend_from_slice(b"null");
                    is_changed = true;
                    at += word.len();
                    continue;
                }
                1
            }
            _ => 1,
        };
        let end = (at + length).min(bytes.len());
        cleaned.extend_from_slice(&bytes[at..end]);
        at = end;
    }
    String::from_utf8(cleaned).ok().filter(|_| is_changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_replaced_and_texts_are_not() {
        for fine in ["", "{}", r#"{"a": "NaN \" Infinity", "b": -1}"#, "\"é\""] {
            assert_eq!(cleaned(fine.as_bytes()), None, "{fine}");
        }
        for (text, expected) in [
            (&b"\xef\xbb\xbf{}"[..], "{}"),
            (
                b"[NaN, -Infinity,Infinity, \"NaN\", -1]",
                "[null, null,null, \"NaN\", -1]",
            ),
            (b"\"\\", "\"\\"),
        ] {
            let cleaned = cleaned(text);
            let is_same = text == expected.as_bytes();
            assert_eq!(
                cleaned,
                (!is_same).then(|| expected.to_owned()),
                "{expected}"
            );
        }
    }
}
