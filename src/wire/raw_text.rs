//! The text of a JSON value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::decode;
use super::extra::Key;
use super::json_deserializer::TEXT;
use super::json_reader;

/// The text of a value as it came.
pub(crate) struct RawText<'de>(Cow<'de, str>);

impl RawText<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// It is not of the type's form.
    pub(super) fn read<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        decode::part(|| json_reader::from_str(&self.0))
            .map_err(|error| E::custom(json_reader::reason(&error)))
    }
}

/// Returns the text that a visitor of [`TEXT`] gets. A deserialiser that takes no notice
/// of newtypes gives an object's own members.
pub(super) fn text_of<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    let mut members = Map::new();
    while let Some(name) = map.next_key::<Key<'de>>()? {
        if name.as_str() == TEXT && members.is_empty() {
            return map.next_value::<Key<'de>>().map(Key::into_text);
        }
        members.insert(name.into_text().into_owned(), map.next_value()?);
    }
    Ok(Cow::Owned(Value::Object(members).to_string()))
}

impl<'de> Deserialize<'de> for RawText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = RawText<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawText<'de>, A::Error> {
                text_of(&mut map).map(RawText)
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                value: D,
            ) -> Result<RawText<'de>, D::Error> {
                let value = Value::deserialize(value)?;
                Ok(RawText(Cow::Owned(value.to_string())))
            }
        }
        deserializer.deserialize_newtype_struct(TEXT, Text)
    }
}
