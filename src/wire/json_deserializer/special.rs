//! What serde_json reads in another way where a type asks for it: integers of 128 bits,
//! floating-point numbers of 32, and bytes.

use std::str::FromStr;

use serde::de::{Deserializer, Error as _, Visitor};
use serde_json::Error;

use super::super::json_position::end_of_string;
use super::super::json_reader::{Number, Reader, reason};

impl<'de> Reader<'de> {
    /// Reads an integer of any size that the type has, or another number as it is.
    pub(super) fn visit_wide<V: Visitor<'de>, N: FromStr>(
        &mut self,
        visitor: V,
        visit: fn(V, N) -> Result<V::Value, Error>,
    ) -> Result<V::Value, Error> {
        let start = self.place();
        match self.skip()?.parse() {
            Ok(number) => visit(visitor, number).map_err(|error| self.placed(error)),
            Err(_) => {
                self.go_back(start);
                self.visit_number(visitor)
            }
        }
    }

    /// Reads a number that is rounded once, and is not beyond all numbers of 32 bits.
    pub(super) fn visit_single<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let start = self.place();
        let is_float = matches!(self.number()?, Number::Float(_));
        self.go_back(start);
        if !is_float {
            return self.visit_number(visitor);
        }
        let visited = match self.skip()?.parse::<f32>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number.into()),
            _ => Err(Error::custom("number out of range")),
        };
        visited.map_err(|error| self.placed(error))
    }

    /// Reads a string that need not be text: half a surrogate pair is three bytes of it.
    pub(super) fn visit_bytes<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let rest = self.rest();
        let length = end_of_string(rest.as_bytes(), 0);
        let text = rest.get(..length).unwrap_or_default();
        let visited = serde_json::Deserializer::from_str(text).deserialize_bytes(visitor);
        if visited.as_ref().is_err_and(|error| !error.is_data()) {
            return Err(self.malformed());
        }
        self.go_back(self.place() + length);
        visited.map_err(|error| self.placed(Error::custom(reason(&error))))
    }
}
