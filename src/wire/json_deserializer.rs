//! Makes types of the text of a [`Reader`], as serde wants it.
//!
//! Some types need more than serde's data: see [`LIST`], [`OBJECT`], [`TEXT`] and
//! [`UNION`].

mod name;
mod special;
#[cfg(test)]
mod tests;
mod variant;

use std::borrow::Cow;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Error;

use self::name::Name;
use self::variant::{UnitVariant, Variant};
use super::json_reader::{Number, Reader};

/// The name of a newtype that is a list or `null`. An item that does not decode can be
/// read again, as another type.
pub(super) const LIST: &str = "$unitune::wire::List";
/// The name of a newtype that is the text of an object.
pub(super) const OBJECT: &str = "$unitune::wire::Object";
/// The name of a newtype that is the text of a value: serde_json's `RawValue`, whose
/// visitor gets a map of this name and the text. Deserialisers that do not know the name
/// give the value itself.
pub(super) const TEXT: &str = "$serde_json::private::RawValue";
/// The name of a newtype whose value is read until one of its branches fits: its
/// visitor gets a map whose key is the text from the value on, and each of whose
/// values is the value.
pub(super) const UNION: &str = "$unitune::wire::Union";

impl<'de> Reader<'de> {
    #[inline]
    fn visit_str<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let visited = match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        };
        visited.map_err(|error| self.placed(error))
    }

    #[inline]
    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let visited = match self.number()? {
            Number::Positive(value) => visitor.visit_u64(value),
            Number::Negative(value) => visitor.visit_i64(value),
            Number::Float(value) => visitor.visit_f64(value),
        };
        visited.map_err(|error| self.placed(error))
    }

    #[inline]
    fn visit_word<T>(
        &mut self,
        word: &str,
        visit: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.word(word)?;
        visit().map_err(|error| self.placed(error))
    }

    #[inline]
    fn visit_map<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        self.enter()?;
        let mut members = Members {
            reader: self,
            last: Last::Start,
        };
        let mut visited = visitor.visit_map(&mut members);
        let Members { last, .. } = members;
        if visited.is_ok()
            && let Err(error) = last.end(self, b'}')
        {
            visited = Err(error);
        }
        self.leave();
        if visited.is_err() {
            self.note_place();
        }
        visited
    }

    #[inline]
    fn visit_seq<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        self.visit_items(visitor, false)
    }

    #[inline]
    fn visit_items<V: Visitor<'de>>(
        &mut self,
        visitor: V,
        is_repeated: bool,
    ) -> Result<V::Value, Error> {
        self.enter()?;
        let mut items = Items {
            reader: self,
            last: Last::Start,
            is_repeated,
            failed: None,
        };
        let mut visited = visitor.visit_seq(&mut items);
        let Items { last, .. } = items;
        if visited.is_ok()
            && let Err(error) = last.end(self, b']')
        {
            visited = Err(error);
        }
        self.leave();
        if visited.is_err() {
            self.note_place();
        }
        visited
    }
}

/// A method that reads a value that begins with a byte, and rejects all others.
macro_rules! only {
    ($($method:ident: $first:literal => $visit:ident;)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.peek() {
                $first => self.$visit(visitor),
                _ => Err(self.invalid_type(&visitor)),
            }
        }
    )*};
}

/// Methods that read a number.
macro_rules! numbers {
    ($($method:ident => $visit:ident $(($as:ident))?;)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.peek() {
                b'-' | b'0'..=b'9' => self.$visit(visitor $(, V::$as)?),
                _ => Err(self.invalid_type(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b'"' => self.visit_str(visitor),
            b'{' => self.visit_map(visitor),
            b'[' => self.visit_seq(visitor),
            b'-' | b'0'..=b'9' => self.visit_number(visitor),
            b'n' => self.visit_word("null", || visitor.visit_unit()),
            b't' => self.visit_word("true", || visitor.visit_bool(true)),
            b'f' => self.visit_word("false", || visitor.visit_bool(false)),
            _ => Err(self.malformed()),
        }
    }

    only! {
        deserialize_str: b'"' => visit_str;
        deserialize_map: b'{' => visit_map;
        deserialize_seq: b'[' => visit_seq;
    }

    numbers! {
        deserialize_i8 => visit_number;
        deserialize_i16 => visit_number;
        deserialize_i32 => visit_number;
        deserialize_i64 => visit_number;
        deserialize_u8 => visit_number;
        deserialize_u16 => visit_number;
        deserialize_u32 => visit_number;
        deserialize_u64 => visit_number;
        deserialize_f64 => visit_number;
        deserialize_i128 => visit_wide(visit_i128);
        deserialize_u128 => visit_wide(visit_u128);
        deserialize_f32 => visit_single;
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b't' => self.visit_word("true", || visitor.visit_bool(true)),
            b'f' => self.visit_word("false", || visitor.visit_bool(false)),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b'n' => self.visit_word("null", || visitor.visit_none()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b'n' => self.visit_word("null", || visitor.visit_unit()),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match name {
            LIST => match self.peek() {
                b'[' => self.visit_items(visitor, true),
                b'n' => self.visit_word("null", || visitor.visit_unit()),
                _ => Err(self.invalid_type(&visitor)),
            },
            OBJECT if self.peek() != b'{' => Err(self.invalid_type(&visitor)),
            OBJECT | TEXT => {
                let text = self.skip()?;
                let visited = visitor.visit_map(Text(Some(text)));
                visited.map_err(|error| self.placed(error))
            }
            UNION => {
                self.peek();
                let depth = self.enter_union()?;
                let start = self.place();
                let visited = visitor.visit_map(Branches {
                    reader: self,
                    start,
                });
                self.leave_union(depth);
                visited.map_err(|error| self.placed(error))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.peek() {
            b'{' => self.visit_map(visitor),
            b'[' => self.visit_seq(visitor),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.peek() {
            b'"' => {
                let visited = visitor.visit_enum(UnitVariant(&mut *self));
                visited.map_err(|error| self.placed(error))
            }
            b'{' => {
                self.enter()?;
                let visited = visitor.visit_enum(Variant(&mut *self));
                self.leave();
                let value = visited.map_err(|error| self.placed(error))?;
                self.expect(b'}')?;
                Ok(value)
            }
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek() {
            b'"' => self.visit_bytes(visitor),
            b'[' => self.visit_seq(visitor),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }
}

/// What was read last of a list or an object.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// Its bracket.
    Start,
    /// An item or a member.
    Item,
    /// The bracket that ends it.
    End,
}

impl Last {
    /// Steps to the next item or member, and returns false at the end.
    #[inline]
    fn next(&mut self, reader: &mut Reader<'_>, end: u8) -> Result<bool, Error> {
        reader.forget_fault();
        let next = reader.peek();
        if *self == Self::Item && next == b',' {
            reader.step();
            return Ok(true);
        }
        if next == end && *self != Self::End {
            reader.step();
            *self = Self::End;
        }
        match self {
            Self::Start => {
                *self = Self::Item;
                Ok(true)
            }
            Self::Item => Err(reader.malformed()),
            Self::End => Ok(false),
        }
    }

    /// Steps over the end, where a visitor has not read as far.
    #[inline]
    fn end(self, reader: &mut Reader<'_>, end: u8) -> Result<(), Error> {
        match self {
            Self::End => Ok(()),
            _ if reader.peek() == end => {
                reader.step();
                Ok(())
            }
            _ => Err(Error::custom("trailing characters")),
        }
    }
}

/// The items of a list.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    last: Last,
    /// An item that does not decode is the next one again.
    is_repeated: bool,
    /// Where the last item begins, if it is to be repeated.
    failed: Option<usize>,
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        match self.failed.take() {
            Some(start) => self.reader.go_back(start),
            None if self.last.next(self.reader, b']')? => {}
            None => return Ok(None),
        }
        let start = self.reader.place();
        match seed.deserialize(&mut *self.reader) {
            Ok(item) => Ok(Some(item)),
            Err(error) => {
                // Other visitors than that of `LIST` would read the same item for ever.
                self.failed = self.is_repeated.then_some(start);
                Err(error)
            }
        }
    }
}

/// The members of an object.
struct Members<'a, 'de> {
    reader: &'a mut Reader<'de>,
    last: Last,
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if !self.last.next(self.reader, b'}')? {
            return Ok(None);
        }
        match self.reader.peek() {
            b'"' => seed.deserialize(Name(self.reader)).map(Some),
            _ => Err(self.reader.malformed()),
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.reader.forget_fault();
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// The text of a value, under the name [`TEXT`].
struct Text<'de>(Option<&'de str>);

impl<'de> MapAccess<'de> for Text<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let name = self.0.map(|_| BorrowedStrDeserializer::new(TEXT));
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let text = self.0.take().unwrap_or_default();
        seed.deserialize(BorrowedStrDeserializer::new(text))
    }
}

/// A value that is read until one of its branches fits.
struct Branches<'a, 'de> {
    reader: &'a mut Reader<'de>,
    start: usize,
}

impl<'de> MapAccess<'de> for Branches<'_, 'de> {
    type Error = Error;

    /// The text from the value on.
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let rest = BorrowedStrDeserializer::new(self.reader.rest());
        seed.deserialize(rest).map(Some)
    }

    /// The value.
    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.reader.go_back(self.start);
        seed.deserialize(&mut *self.reader)
    }
}
