//! Objects whose members a document leaves open.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::json_deserializer::OBJECT;
use super::json_reader;
use super::raw_text::text_of;

/// A JSON object of any members, kept as the text that came until it is asked for: a
/// map of them would take more memory, and longer, than the rest of a job.
///
/// ```
/// use unitune::serde_json::json;
/// use unitune::wire::{Object, from_slice};
///
/// let settings: Object = from_slice(br#"{"n_epochs": "auto", "batch_size": 8}"#)?;
/// assert_eq!(settings.get("batch_size"), Some(json!(8)));
/// assert_eq!(settings.to_map().len(), 2);
/// # Ok::<(), unitune::serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Object(Box<str>);

impl Object {
    /// Returns the value of a member.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.to_map().remove(name)
    }

    /// Returns all members.
    pub fn to_map(&self) -> Map<String, Value> {
        // The text is that of an object, or it would not be here.
        json_reader::from_str(&self.0).unwrap_or_default()
    }
}

impl Default for Object {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl From<Map<String, Value>> for Object {
    fn from(members: Map<String, Value>) -> Self {
        Self(Value::Object(members).to_string().into())
    }
}

impl From<Object> for Map<String, Value> {
    fn from(object: Object) -> Self {
        object.to_map()
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.to_map())
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Map::from_iter(members).into()
    }
}

impl PartialEq for Object {
    /// Spaces and the order of members do not count.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.to_map() == other.to_map()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_map().fmt(f)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_map().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let text = text_of(&mut map)?;
                if may_be_unreadable(&text) {
                    let read = json_reader::from_str::<Map<String, Value>>(&text);
                    read.map_err(|error| A::Error::custom(json_reader::reason(&error)))?;
                }
                Ok(Object(text.into()))
            }
            /// Of other deserialisers than this crate's.
            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                value: D,
            ) -> Result<Object, D::Error> {
                Map::deserialize(value).map(Object::from)
            }
        }
        deserializer.deserialize_newtype_struct(OBJECT, Text)
    }
}

/// The length below which no text is nested too deeply, and no number without an
/// exponent beyond all ranges.
const SHORT: usize = 250;

/// Returns false for JSON that can certainly be read: without half a surrogate pair, a
/// number beyond all ranges, and deep nesting.
fn may_be_unreadable(text: &str) -> bool {
    let is_part = |pair: &[u8]| match pair {
        [b'\\', b'u'] => true,
        [first, b'e' | b'E'] => first.is_ascii_digit(),
        _ => false,
    };
    text.len() >= SHORT || text.as_bytes().windows(2).any(is_part)
}

#[cfg(test)]
mod tests {
    use serde::de::value::{self, MapDeserializer};
    use serde_json::json;

    use super::*;
    use crate::wire::{LenientList, from_slice};

    fn read(text: &str) -> Result<Object, serde_json::Error> {
        from_slice(text.as_bytes())
    }

    #[test]
    fn it_is_what_came() {
        let object = read(r#" { "b": [1, 1e-5, "\u00e9"], "a" : {} } "#).unwrap();
        let expected = json!({"a": {}, "b": [1, 1e-5, "é"]});
        assert_eq!(Value::Object(object.to_map()), expected);
        assert_eq!(serde_json::to_value(&object).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Object>(expected).unwrap(), object);
        assert_eq!(Object::from(object.to_map()), object);
        assert_ne!(object, Object::default());
        assert_eq!(read("{}").unwrap(), Object::default());
    }

    #[test]
    fn what_cannot_be_read_is_an_error_when_it_comes() {
        for text in ["[]", "1", "\"{}\"", "null", "true"] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("expected an object"), "{error}");
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let digits = "9".repeat(400);
        for value in ["1e999", "\"\\ud800\"", &deep, &digits, "1e", "01"] {
            let text = format!("{{\"a\": {value}}}");
            assert!(read(&text).is_err(), "{text}");
            let list = format!("[{{}}, {text}]");
            if let Ok(list) = from_slice::<LenientList<Object>>(list.as_bytes()) {
                assert_eq!(list.ok().count(), 1, "{text}");
            }
        }
    }

    /// And not that in the object, or both.
    #[test]
    fn the_place_of_an_error_is_that_in_the_document() {
        let error = from_slice::<Vec<Object>>(b"[{},\n {\"a\": 1e999}]").unwrap_err();
        assert_eq!(error.to_string(), "number out of range at line 2 column 13");
        let text = "[\n\n[1e999]]";
        let read = serde_json::from_str::<Vec<LenientList<f64>>>(text);
        assert_eq!(read.unwrap()[0].malformed().count(), 1);
        let read = serde_json::from_str::<Vec<LenientList<f64>>>("[\n\n5]");
        assert_eq!(read.unwrap_err().line(), 3);
    }

    /// serde's own, and those of some formats, give members where a newtype is asked for.
    #[test]
    fn a_deserialiser_that_knows_no_newtypes_loses_no_members() {
        let members = [("name", "a"), ("size", "b")];
        let members = MapDeserializer::<_, value::Error>::new(members.into_iter());
        let object = Object::deserialize(members).unwrap();
        let expected = json!({"name": "a", "size": "b"});
        assert_eq!(Value::Object(object.to_map()), expected);
    }
}
