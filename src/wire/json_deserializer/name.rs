//! Makes types of members' names.

use std::borrow::Cow;

use serde::de::{Deserializer, Error as _, Visitor};
use serde_json::Error;

use super::super::json_reader::Reader;

/// The name of a member, whose quotation mark was peeked.
pub(super) struct Name<'a, 'de>(pub(super) &'a mut Reader<'de>);

/// The error of a name that is to be a number or a word, in serde_json's words.
const NOT_UNQUOTED: &str = "invalid value: expected key to be a number in quotes";

/// Methods that read a name as what stands between its quotation marks.
macro_rules! unquoted {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.string()? {
                Cow::Borrowed(text) if text.trim_ascii_start() == text => {
                    let mut reader = Reader::new(text);
                    let read = reader.$method(visitor);
                    let read = read.and_then(|value| match reader.place() == text.len() {
                        true => Ok(value),
                        false => Err(reader.malformed()),
                    });
                    read.map_err(|error| match reader.is_malformed() {
                        true => self.0.placed(Error::custom(NOT_UNQUOTED)),
                        false => self.0.placed(error),
                    })
                }
                _ => Err(self.0.placed(Error::custom(NOT_UNQUOTED))),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Name<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.visit_str(visitor)
    }

    unquoted! {
        deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_bytes(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
