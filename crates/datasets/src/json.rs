//! JSON as it is written in a line: numbers keep their text, objects their order,
//! and what is not escaped is borrowed.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How deep arrays and objects may be inside each other.
pub(crate) const MAX_DEPTH: usize = 100;
/// How many members that stand twice are told of a line.
const MAX_DUPLICATES: usize = 20;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// The number's own text.
    Number(Cow<'a, str>),
    String(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Object<'a>),
}

/// A JSON object: its members in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(pub(crate) Vec<(Cow<'a, str>, Value<'a>)>);

/// Why a line is no JSON value that can be used.
#[derive(Debug, PartialEq)]
pub(crate) enum ParseError {
    /// The parser's reason, and its column in bytes, from one.
    Syntax { column: usize, reason: String },
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Reads a text. Pointers of members that stand twice in an object are added to
/// `duplicates`; the last of them counts, as everywhere.
///
/// It is read in one pass. Where a number in it is no integer of 64 bits, it is
/// read again, level by level, because only raw text keeps such a number as it is
/// written.
pub(crate) fn parse<'a>(
    text: &'a str,
    duplicates: &mut Vec<String>,
) -> Result<Value<'a>, ParseError> {
    let mut state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Tree {
        state: &mut state,
        depth: 0,
    };
    let read = seed.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    match read {
        _ if state.is_too_deep => Err(ParseError::TooDeep),
        _ if state.is_inexact => {
            let raw: &RawValue = serde_json::from_str(text).map_err(|e| syntax(&e, 0))?;
            let mut state = State::default();
            let value = Parser { text }.value(raw, 0, &mut state);
            duplicates.append(&mut state.duplicates);
            value
        }
        Ok(value) => {
            duplicates.append(&mut state.duplicates);
            Ok(value)
        }
        Err(error) => Err(syntax(&error, 0)),
    }
}

/// What is known while a value is read.
#[derive(Default)]
struct State<'a> {
    path: Vec<Step<'a>>,
    duplicates: Vec<String>,
    is_inexact: bool,
    is_too_deep: bool,
}

enum Step<'a> {
    Member(Cow<'a, str>),
    Index(usize),
}

impl<'a> State<'a> {
    /// Adds a member, or replaces the one of the same name.
    fn add(
        &mut self,
        object: &mut Object<'a>,
        seen: &mut HashSet<Cow<'a, str>>,
        name: Cow<'a, str>,
        value: Value<'a>,
    ) {
        // Most objects are small, and a search is faster than a hash there.
        const SMALL: usize = 16;
        let is_there = if object.0.len() < SMALL {
            object.contains(&name)
        } else {
            if seen.is_empty() {
                seen.extend(object.0.iter().map(|(name, _)| name.clone()));
            }
            !seen.insert(name.clone())
        };
        if !is_there {
            object.0.push((name, value));
            return;
        }
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) => pointer.push_str(&format!("/{}", escape(name))),
                Step::Index(n) => pointer.push_str(&format!("/{n}")),
            }
        }
        // What is wrong with a line is bounded, whatever is in it.
        if self.duplicates.len() < MAX_DUPLICATES {
            self.duplicates.push(format!("{pointer}/{}", escape(&name)));
            object.set(name, value);
        }
    }
}

/// Reads one value in one pass.
struct Tree<'s, 'a> {
    state: &'s mut State<'a>,
    depth: usize,
}

impl<'a> Tree<'_, 'a> {
    fn inner(&mut self) -> Tree<'_, 'a> {
        Tree {
            state: self.state,
            depth: self.depth + 1,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_, 'de> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        if self.depth > MAX_DEPTH {
            self.state.is_too_deep = true;
            return Err(serde::de::Error::custom("too deep"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, 'de> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(is))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'de>, E> {
        self.state.is_inexact = true;
        Ok(Value::Null)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let mut array = Vec::new();
        loop {
            self.state.path.push(Step::Index(array.len()));
            let element = seq.next_element_seed(self.inner())?;
            self.state.path.pop();
            match element {
                Some(element) => array.push(element),
                None => return Ok(Value::Array(array)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut object = Object::default();
        let mut seen = HashSet::new();
        while let Some(Text(name)) = map.next_key()? {
            self.state.path.push(Step::Member(name.clone()));
            let value = map.next_value_seed(self.inner())?;
            self.state.path.pop();
            self.state.add(&mut object, &mut seen, name, value);
        }
        Ok(Value::Object(object))
    }
}

fn syntax(error: &serde_json::Error, offset: usize) -> ParseError {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    ParseError::Syntax {
        column: offset + error.column(),
        reason: text[..end].to_owned(),
    }
}

/// Reads a value level by level.
struct Parser<'a> {
    text: &'a str,
}

impl<'a> Parser<'a> {
    fn value(
        &self,
        raw: &'a RawValue,
        depth: usize,
        state: &mut State<'a>,
    ) -> Result<Value<'a>, ParseError> {
        let text = raw.get();
        if depth > MAX_DEPTH {
            return Err(ParseError::TooDeep);
        }
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = self.part(text)?;
                let mut object = Object::default();
                let mut seen = HashSet::new();
                for (name, raw) in members {
                    state.path.push(Step::Member(name.clone()));
                    let value = self.value(raw, depth + 1, state)?;
                    state.path.pop();
                    state.add(&mut object, &mut seen, name, value);
                }
                Value::Object(object)
            }
            Some(b'[') => {
                let Elements(elements) = self.part(text)?;
                let mut array = Vec::with_capacity(elements.len());
                for (n, element) in elements.into_iter().enumerate() {
                    state.path.push(Step::Index(n));
                    array.push(self.value(element, depth + 1, state)?);
                    state.path.pop();
                }
                Value::Array(array)
            }
            Some(b'"') => {
                let Text(text) = self.part(text)?;
                Value::String(text)
            }
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') | None => Value::Null,
            Some(_) => Value::Number(Cow::Borrowed(text)),
        })
    }

    fn part<T: Deserialize<'a>>(&self, part: &'a str) -> Result<T, ParseError> {
        let offset = part.as_ptr() as usize - self.text.as_ptr() as usize;
        serde_json::from_str(part).map_err(|e| syntax(&e, offset))
    }
}

/// A member's name as a part of a JSON pointer.
pub(crate) fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);
struct Elements<'a>(Vec<&'a RawValue>);
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Elements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(Collect)
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrow)
    }
}

impl<'a> Value<'a> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The number, as near as 64 bits have it.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// A hash that does not depend on white space, the order of members, or the
    /// way in which characters are escaped.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Null => 0_u8.hash(&mut hasher),
            Self::Bool(is) => (1_u8, is).hash(&mut hasher),
            Self::Number(text) => (2_u8, text).hash(&mut hasher),
            Self::String(text) => (3_u8, text).hash(&mut hasher),
            Self::Array(elements) => {
                (4_u8, elements.len()).hash(&mut hasher);
                for element in elements {
                    element.fingerprint().hash(&mut hasher);
                }
            }
            Self::Object(Object(members)) => {
                let member = |(name, value): &(Cow<'_, str>, Value<'_>)| {
                    let mut hasher = DefaultHasher::new();
                    (name, value.fingerprint()).hash(&mut hasher);
                    hasher.finish()
                };
                let sum = members.iter().map(member).fold(0, u64::wrapping_add);
                (5_u8, members.len(), sum).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

impl<'a> Object<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Value<'a>> {
        self.0.iter_mut().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The member, unless it is null.
    pub(crate) fn some(&self, name: &str) -> Option<&Value<'a>> {
        self.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// Replaces the member, or adds it at the end.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let name = name.into();
        match self.get_mut(&name) {
            Some(there) => *there = value,
            None => self.0.push((name, value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Value<'a>> {
        let place = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(place).1)
    }

    /// Gives a member another name, in its place.
    pub(crate) fn rename(&mut self, name: &str, new: &'static str) {
        if let Some((there, _)) = self.0.iter_mut().find(|(n, _)| n == name) {
            *there = Cow::Borrowed(new);
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(is) => serializer.serialize_bool(*is),
            Self::Number(text) => {
                let raw: &RawValue =
                    serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => {
                let mut seq = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    seq.serialize_element(element)?;
                }
                seq.end()
            }
            Self::Object(Object(members)) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name.as_ref(), value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
