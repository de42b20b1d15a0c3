//! Decodes unions: finds the branch of a value.

use std::cell::{Cell, OnceCell};

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::Value;
use serde_json::value::RawValue;

use super::decode;
use super::extra::Key;
use super::json_position::end_of_string;

/// An enum whose variants are the branches of a union.
#[doc(hidden)]
pub trait Union: Sized {
    /// Returns the matching branch, or why there is none.
    fn from_json(value: UnionText<'_>) -> Result<Self, &'static str>;
}

/// Reads a union. Its text is skipped first, and read when the branch is known:
/// that takes less than keeping its members as values.
#[doc(hidden)]
pub fn read_union<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    // One pass reads text that is there as a whole.
    let read = match decode::is_one_pass() {
        true => U::from_json(UnionText::new(<&RawValue>::deserialize(deserializer)?)),
        false => U::from_json(UnionText::new(&Box::<RawValue>::deserialize(deserializer)?)),
    };
    read.map_err(D::Error::custom)
}

/// How many unions may stand in each other. Each is read by itself, so that the
/// parser's own limit of depth begins again in each.
const MAX_NESTED: usize = 32;

thread_local! {
    /// How many unions the value stands in that is being read.
    static NESTED: Cell<usize> = const { Cell::new(0) };
}

/// Counts a union for as long as it is read, and ends the count even by a panic.
struct Nested(usize);

impl Nested {
    fn enter() -> Option<Self> {
        let before = NESTED.get();
        (before < MAX_NESTED).then(|| {
            NESTED.set(before + 1);
            Self(before)
        })
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        NESTED.set(self.0);
    }
}

/// The JSON text of a union's value, without spaces around it: its first byte tells
/// the type.
#[doc(hidden)]
pub struct UnionText<'a> {
    text: &'a str,
    /// The member that tells the branch, and its value.
    tag: OnceCell<(&'static str, Option<String>)>,
}

#[doc(hidden)]
impl<'a> UnionText<'a> {
    fn new(value: &'a RawValue) -> Self {
        Self {
            text: value.get(),
            tag: OnceCell::new(),
        }
    }

    pub fn is_string(&self) -> bool {
        self.text.starts_with('"')
    }

    pub fn is_boolean(&self) -> bool {
        self.text.starts_with(['t', 'f'])
    }

    pub fn is_number(&self) -> bool {
        self.text
            .starts_with(|c: char| c == '-' || c.is_ascii_digit())
    }

    /// Returns true for a number without a fraction that fits into 64 bits.
    pub fn is_integer(&self) -> bool {
        self.is_number() && (self.text.parse::<i64>().is_ok() || self.text.parse::<u64>().is_ok())
    }

    pub fn is_array(&self) -> bool {
        self.text.starts_with('[')
    }

    pub fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Returns true for a string that is one of `words`.
    pub fn is_one_of(&self, words: &[&str]) -> bool {
        // An error takes much longer than a value, and every branch is asked.
        let read = || serde_json::from_str::<Key<'_>>(self.text).ok();
        let word = self.is_string().then(read).flatten();
        word.is_some_and(|word| words.contains(&word.as_str()))
    }

    /// Returns true for an object whose member `tag` is one of `words`.
    pub fn has_tag(&self, tag: &'static str, words: &[&str]) -> bool {
        if !self.is_object() {
            return false;
        }
        let read = || (tag, tag_of(self.text, tag));
        let (kept, word) = self.tag.get_or_init(read);
        match *kept == tag {
            true => word.as_deref().is_some_and(|word| words.contains(&word)),
            false => tag_of(self.text, tag).is_some_and(|word| words.contains(&&*word)),
        }
    }

    /// Returns a branch, where the value has its form.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let _nested = Nested::enter()?;
        // A list in the branch may need the second pass.
        decode::from_str(self.text).ok()
    }

    /// Returns the value as it came.
    ///
    /// # Errors
    ///
    /// It cannot be read: nested too deeply, a number beyond all ranges, half a
    /// surrogate pair.
    pub fn value(&self) -> Result<Value, &'static str> {
        serde_json::from_str(self.text).map_err(|_| "a value that cannot be read")
    }
}

/// Returns the member of this name in an object, where it is a string; of two, the
/// last. The text is JSON already, so that strings and brackets are all that counts.
fn tag_of(object: &str, name: &str) -> Option<String> {
    let bytes = object.as_bytes();
    let (mut at, mut found) = (1, None);
    while let Some(start) = from(at, bytes, b'"') {
        let end = end_of_string(bytes, start);
        let key = object.get(start..end)?;
        let value = from(end, bytes, b':')? + 1;
        if is_name(key, name) {
            found = Some(value);
        }
        match end_of_member(bytes, value) {
            Some(comma) => at = comma + 1,
            None => break,
        }
    }
    let value = object.get(found?..)?.trim_start();
    let length = value
        .starts_with('"')
        .then(|| end_of_string(value.as_bytes(), 0))?;
    serde_json::from_str(value.get(..length)?).ok()
}

/// Returns true if a JSON string stands for this name.
fn is_name(text: &str, name: &str) -> bool {
    match text.contains('\\') {
        true => serde_json::from_str::<Key<'_>>(text).is_ok_and(|key| key.as_str() == name),
        false => text.get(1..text.len() - 1) == Some(name),
    }
}

/// Returns the first index of a byte, from an index on.
fn from(start: usize, bytes: &[u8], byte: u8) -> Option<usize> {
    let rest = bytes.get(start..)?;
    Some(start + rest.iter().position(|b| *b == byte)?)
}

/// Returns the index of the comma after a member's value; `None` at the end of the
/// object.
fn end_of_member(bytes: &[u8], value: usize) -> Option<usize> {
    let (mut at, mut depth) = (value, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = end_of_string(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{LenientList, from_slice};

    #[derive(Debug, PartialEq)]
    enum Steps {
        List(Branch),
        Unknown(Value),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Branch {
        items: LenientList<i64>,
    }

    impl Union for Steps {
        fn from_json(value: UnionText<'_>) -> Result<Self, &'static str> {
            if value.has_tag("type", &["list"])
                && let Some(found) = value.read()
            {
                return Ok(Self::List(found));
            }
            value.value().map(Self::Unknown)
        }
    }

    impl<'de> Deserialize<'de> for Steps {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            read_union(deserializer)
        }
    }

    #[test]
    fn a_bad_item_of_a_list_does_not_change_the_branch() {
        let text = br#"{"type": "list", "items": [1, "two", 3]}"#;
        let one_pass: Steps = from_slice(text).unwrap();
        assert_eq!(serde_json::from_slice::<Steps>(text).unwrap(), one_pass);
        let Steps::List(branch) = one_pass else {
            panic!("{one_pass:?}")
        };
        assert_eq!(branch.items.ok().count(), 2);
        // What looks like a tag in a list is none.
        let list: Steps = from_slice(br#"["type", {"x": "list"}]"#).unwrap();
        assert!(matches!(list, Steps::Unknown(_)), "{list:?}");
    }

    #[test]
    fn the_tag_is_found_wherever_it_stands() {
        for (object, expected) in [
            (r#"{"type":"a"}"#, Some("a")),
            (r#"{ "n" : { "type" : "b" } , "type" : "a" }"#, Some("a")),
            (
                r#"{"x": ["type", {"type": "\""}], "y": "}", "type": "\u0061\n", "z": 1}"#,
                Some("a\n"),
            ),
            (r#"{"type": 1}"#, None),
            (r#"{"type": "a", "type": "b"}"#, Some("b")),
            (r#"{"type": "a", "type": {}}"#, None),
            (r#"{"t\u0079pe": "a"}"#, Some("a")),
            (r#"{"n": {"type": "a"}}"#, None),
            (r#"{"a": "type"}"#, None),
            ("{}", None),
        ] {
            assert_eq!(tag_of(object, "type").as_deref(), expected, "{object}");
        }
    }
}
