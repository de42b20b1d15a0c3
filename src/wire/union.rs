//! Decodes unions: finds the branch of a value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::json_deserializer::UNION;
use super::json_reader::Reader;
use super::raw_text::RawText;

/// An enum whose variants are the branches of a union.
#[doc(hidden)]
pub trait Union: Sized {
    /// Returns the matching branch.
    ///
    /// # Errors
    ///
    /// There is none.
    fn from_json<'de, A: MapAccess<'de>>(value: UnionText<'de, A>) -> Result<Self, A::Error>;
}

/// Reads a union.
#[doc(hidden)]
pub fn read_union<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_newtype_struct(UNION, UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a documented form")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<U, A::Error> {
        let text = access.next_key::<&'de str>()?.unwrap_or_default();
        U::from_json(UnionText {
            text,
            access,
            tag: None,
        })
    }

    /// Other deserialisers than this crate's read a value once.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<U, D::Error> {
        let text = RawText::deserialize(value)?;
        let read: Result<OfText<U>, _> = text.read();
        read.map(|union| union.0)
    }
}

/// A union that is read from its text.
struct OfText<U>(U);

impl<'de, U: Union> Deserialize<'de> for OfText<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_union(deserializer).map(Self)
    }
}

/// A union's value, read until a branch fits.
#[doc(hidden)]
pub struct UnionText<'de, A> {
    /// The text from the value on: its first byte tells the type.
    text: &'de str,
    access: A,
    /// A member's name, and its value where that is a string.
    tag: Option<(&'static str, Option<Cow<'de, str>>)>,
}

#[doc(hidden)]
impl<'de, A: MapAccess<'de>> UnionText<'de, A> {
    pub fn is_string(&self) -> bool {
        self.text.starts_with('"')
    }

    pub fn is_boolean(&self) -> bool {
        self.text.starts_with(['t', 'f'])
    }

    pub fn is_number(&self) -> bool {
        is_number(self.text)
    }

    /// Returns true for a number without a fraction that fits into 64 bits.
    pub fn is_integer(&self) -> bool {
        is_integer(self.text)
    }

    pub fn is_array(&self) -> bool {
        self.text.starts_with('[')
    }

    pub fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Returns true for a string that is one of `words`.
    pub fn is_one_of(&self, words: &[&str]) -> bool {
        is_one_of(self.text, words)
    }

    /// Reads a string that is this word.
    pub fn is_word(&mut self, word: &str) -> bool {
        is_one_of(self.text, &[word]) && self.access.next_value::<IgnoredAny>().is_ok()
    }

    /// Returns true for an object whose member `tag` is one of `words`.
    pub fn has_tag(&mut self, tag: &'static str, words: &[&str]) -> bool {
        if !self.is_object() {
            return false;
        }
        let (_, word) = match self.tag.take() {
            Some(found) if found.0 == tag => self.tag.insert(found),
            _ => self.tag.insert((tag, tag_of(self.text, tag))),
        };
        word.as_deref().is_some_and(|word| words.contains(&word))
    }

    /// Reads a branch, where the value has its form.
    pub fn read<T: Deserialize<'de>>(&mut self) -> Option<T> {
        self.access.next_value().ok()
    }

    /// Reads the value as it came.
    ///
    /// # Errors
    ///
    /// It cannot be read: nested too deeply, a number beyond all ranges, half a
    /// surrogate pair.
    pub fn value(&mut self) -> Result<Value, A::Error> {
        match self.access.next_value() {
            Ok(value) => Ok(value),
            Err(_) => Err(self.error("a value that cannot be read")),
        }
    }

    /// Creates the error of a value of no branch.
    #[cold]
    pub fn error(&mut self, message: &'static str) -> A::Error {
        // The error is then that of the whole value, and not of the branch tried last.
        match self.access.next_value::<IgnoredAny>() {
            Ok(_) => A::Error::custom(message),
            Err(error) => error,
        }
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn is_integer(text: &str) -> bool {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let length = text.bytes().take_while(is_part).count();
    let number = text.get(..length).unwrap_or_default();
    is_number(number) && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok())
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    string_of(&mut Reader::new(text)).is_some_and(|word| words.contains(&&*word))
}

/// Returns the next value, where it is a string.
fn string_of<'de>(reader: &mut Reader<'de>) -> Option<Cow<'de, str>> {
    match reader.peek() {
        b'"' => reader.string().ok(),
        _ => None,
    }
}

/// Returns the member of this name in the object with which a text begins, where it
/// is a string; of two, the last.
fn tag_of<'de>(text: &'de str, name: &str) -> Option<Cow<'de, str>> {
    let mut reader = Reader::new(text);
    let mut found = None;
    let mut is_first = true;
    reader.expect(b'{').ok()?;
    while reader.peek() != b'}' {
        if !is_first {
            reader.expect(b',').ok()?;
        }
        is_first = false;
        let key = string_of(&mut reader)?;
        reader.expect(b':').ok()?;
        if key == name {
            found = Some(reader.rest());
        }
        reader.skip().ok()?;
    }
    string_of(&mut Reader::new(found?))
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
        fn from_json<'de, A: MapAccess<'de>>(
            mut value: UnionText<'de, A>,
        ) -> Result<Self, A::Error> {
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
        let read: Steps = from_slice(text).unwrap();
        assert_eq!(serde_json::from_slice::<Steps>(text).unwrap(), read);
        let Steps::List(branch) = read else {
            panic!("{read:?}")
        };
        assert_eq!(branch.items.ok().count(), 2);
        // What looks like a tag in a list is none.
        let list: Steps = from_slice(br#"["type", {"x": "list"}]"#).unwrap();
        assert!(matches!(list, Steps::Unknown(_)), "{list:?}");
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Both {
        steps: Steps,
        names: LenientList<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Around {
        #[serde(flatten)]
        both: Both,
    }

    /// serde buffers what is below these attributes, and reads it from there.
    #[test]
    fn a_union_is_read_by_other_deserialisers_too() {
        let text = r#"{"names": ["a", 1], "steps": {"items": [1, "two"], "type": "list"}}"#;
        let expected: Both = from_slice(text.as_bytes()).unwrap();
        assert_eq!(expected.names.malformed().count(), 1);
        let Around { both } = from_slice(text.as_bytes()).unwrap();
        assert_eq!(both, expected);
        let Around { both } = serde_json::from_str(text).unwrap();
        assert_eq!(both, expected);
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_value::<Both>(value).unwrap(), expected);
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
