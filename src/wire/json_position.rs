//! Returns the path to the value at which an error of serde_json occurred, from the
//! line and column of the error.
//!
//! A deserialiser that records the path while it reads compiles every type once more.

use super::decode_fault::Step;

/// An object or a list that has begun and not ended.
enum Open {
    /// The name that was read last, if its value was not followed by a comma yet.
    Object(Option<String>),
    /// The index of the item.
    List(usize),
}

/// Returns the path to the value that ends at the place of the error, or that is
/// about to be read there. A visitor that
/// rejects a list must read it first: the place is otherwise that of its first item.
pub(super) fn path_at(text: &str, line: usize, column: usize) -> Vec<Step> {
    let start = line.checked_sub(2).map_or(0, |newlines| {
        let mut ends = memchr::memchr_iter(b'\n', text.as_bytes());
        ends.nth(newlines).map_or(text.len(), |end| end + 1)
    });
    let end = start.saturating_add(column).min(text.len());
    let steps = open_at(text, end).into_iter().map_while(|open| match open {
        Open::Object(name) => name.map(Step::Member),
        Open::List(index) => Some(Step::Item(index)),
    });
    steps.collect()
}

/// How deep a path leads. No type is as deep, and a body of brackets has millions.
const MAX_DEPTH: usize = 128;

/// Returns what has begun and not ended before the byte `end`, outermost first.
fn open_at(text: &str, end: usize) -> Vec<Open> {
    let bytes = text.as_bytes();
    let mut all: Vec<Open> = Vec::new();
    let (mut at, mut deeper) = (0, 0_usize);
    while at < end {
        match bytes[at] {
            b'{' | b'[' if all.len() == MAX_DEPTH => deeper += 1,
            b'}' | b']' if deeper > 0 => deeper -= 1,
            b'"' if deeper > 0 => {
                at = end_of_string(bytes, at);
                continue;
            }
            _ if deeper > 0 => {}
            b'{' => all.push(Open::Object(None)),
            b'[' => all.push(Open::List(0)),
            b'}' | b']' => drop(all.pop()),
            b',' => match all.last_mut() {
                Some(Open::Object(name)) => *name = None,
                Some(Open::List(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let after = end_of_string(bytes, at);
                if let Some(Open::Object(name @ None)) = all.last_mut() {
                    // A place inside a name is the object's.
                    let read = text.get(at..after).filter(|_| after <= end);
                    *name = read.and_then(|name| serde_json::from_str(name).ok());
                }
                at = after;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    all
}

/// Returns the index after the quotation mark that ends the string that begins at
/// `start`.
pub(super) fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        // The character after a backslash.
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::super::decode_fault::pointer;
    use super::*;
    use crate::wire::Timestamp;

    fn path<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).unwrap_err();
        pointer(&path_at(text, error.line(), error.column()))
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        #[serde(default)]
        names: Vec<String>,
        inner: Option<Inner>,
        time: Option<Timestamp>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        size: u8,
        #[serde(default)]
        text: String,
    }

    #[test]
    fn the_path_leads_to_the_value_of_the_error() {
        for (text, expected) in [
            (r#"{"names": "a"}"#, "/names"),
            (r#"{"names": {"a": 1}}"#, "/names"),
            (r#"{"names": ["a", null]}"#, "/names/1"),
            (r#"{"names": ["a", {"b": [1]}]}"#, "/names/1"),
            (r#"{"names": [[]]}"#, "/names/0"),
            (r#"{"names": ["{[\"\\", 7], "more": {}}"#, "/names/1"),
            (
                r#"{"more": [{"x": "}"}, [1]], "inner": {"size": 300}}"#,
                "/inner/size",
            ),
            (r#"{"inner": {"size": 1.5}}"#, "/inner/size"),
            (r#"{"inner": {"size": -1, "text": ""}}"#, "/inner/size"),
            (r#"{"inner": {}}"#, "/inner"),
            (r#"{"inner": {"text": "a"}, "names": []}"#, "/inner"),
            (
                "{\n  \"names\": [],\n  \"inner\": {\n \"text\":\n  null}}",
                "/inner/text",
            ),
            (r#"{"inner": {"size": 1, "te\u0078t": 2}}"#, "/inner/text"),
            ("7", ""),
            (r#"{"time": ["a"]}"#, "/time"),
            (r#"{"time": [[1], 2]}"#, "/time"),
            (r#"{"time": [ ]}"#, "/time"),
            (r#"{"time": {"a": 1}}"#, "/time"),
            (
                &format!(
                    r#"{{"more": {}"]"{}, "time": []}}"#,
                    "[".repeat(126),
                    "]".repeat(126)
                ),
                "/time",
            ),
        ] {
            assert_eq!(path::<Outer>(text), expected, "{text}");
        }
    }

    /// Whatever the text and the place, there is a path and no panic.
    #[test]
    fn every_place_of_a_text_has_a_path() {
        let text = "{\"a\": [\"\\\"\", {\"ä\\n\": [1, \"]\"]}],\n \"b\": \"\\\\\"} ]";
        for line in 0..4 {
            for column in 0..text.len() + 3 {
                path_at(text, line, column);
                path_at(&text[..text.len() / 2], line, column);
            }
        }
    }
}
