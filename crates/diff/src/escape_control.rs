//! Escapes control characters: a document may hold any, and a terminal or a web
//! page would interpret them.
//!
//! ```
//! use unitune_diff::escape_control::escape_control;
//!
//! assert!(!escape_control("a title\u{1b}[2J").contains('\u{1b}'));
//! ```

use std::fmt::Write as _;

/// Returns a text with its control characters, and those that turn or hide the
/// characters around them, as escape sequences.
#[must_use]
pub fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Returns a JSON text with such characters escaped as JSON does it: the value is the same.
/// serde_json leaves those from U+007F on as they are.
pub(crate) fn escape_control_in_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // In a text that serde_json wrote, a line break is between tokens.
        if c != '\n' && (c.is_control() || is_hidden(c)) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Returns whether a character cannot be seen, or changes the direction of others.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"a\u{7f}\u{9b}": ["\u{202e}", "\u{e0041}", "ä\n\"", 1]});
        let written = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escape_control_in_json(&written);
        let is_left = |c: char| c != '\n' && (c.is_control() || is_hidden(c));
        assert!(
            written.contains(is_left) && !escaped.contains(is_left),
            "{escaped:?}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).unwrap(),
            value
        );
    }
}
