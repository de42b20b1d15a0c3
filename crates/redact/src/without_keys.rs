//! Writes a value without its members that are keys, however deep.
//!
//! A value goes from its own types to the output in one step: a map in between would cost more than all else.

use std::fmt;

use serde::ser::{
    Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

use crate::names::is_secret;
use crate::values::can_be_key;

/// A value that is serialised without its members that are keys, by the same rule as [`remove`](crate::remove).
#[derive(Clone, Copy)]
pub struct WithoutKeys<'a, T: ?Sized>(
    /// The value.
    pub &'a T,
);

/// The value is left out: its own `Debug` may show the keys.
impl<T: ?Sized> fmt::Debug for WithoutKeys<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithoutKeys(..)")
    }
}

impl<T: Serialize + ?Sized> Serialize for WithoutKeys<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Filter(serializer))
    }
}

/// Returns true for a member that is left out.
fn is_left_out<T: Serialize + ?Sized>(name: &str, value: &T) -> bool {
    is_secret(name) && serde_json::to_value(value).is_ok_and(|value| can_be_key(&value))
}

struct Filter<S>(S);

macro_rules! pass_on {
    ($($method:ident: $kind:ty),*) => {$(
        fn $method(self, value: $kind) -> Result<S::Ok, S::Error> {
            self.0.$method(value)
        }
    )*};
}

impl<S: Serializer> Serializer for Filter<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Filter<S::SerializeSeq>;
    type SerializeTuple = Filter<S::SerializeTuple>;
    type SerializeTupleStruct = Filter<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Filter<S::SerializeTupleVariant>;
    type SerializeMap = Members<S::SerializeMap>;
    type SerializeStruct = Filter<S::SerializeStruct>;
    type SerializeStructVariant = Filter<S::SerializeStructVariant>;

    pass_on!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str
    );

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&WithoutKeys(value))
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &WithoutKeys(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = &WithoutKeys(value);
        self.0
            .serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.0.serialize_seq(len).map(Filter)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.0.serialize_tuple(len).map(Filter)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.0.serialize_tuple_struct(name, len).map(Filter)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let variant = self.0.serialize_tuple_variant(name, index, variant, len);
        variant.map(Filter)
    }

    /// The number of members is not known before each is checked.
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let map = self.0.serialize_map(None)?;
        Ok(Members { map, name: None })
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        self.0.serialize_struct(name, len).map(Filter)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let variant = self.0.serialize_struct_variant(name, index, variant, len);
        variant.map(Filter)
    }
}

macro_rules! items {
    ($($kind:ident::$method:ident),*) => {$(
        impl<S: $kind> $kind for Filter<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$method(&WithoutKeys(value))
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($kind:ident),*) => {$(
        impl<S: $kind> $kind for Filter<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), S::Error> {
                match is_left_out(name, value) {
                    true => self.0.skip_field(name),
                    false => self.0.serialize_field(name, &WithoutKeys(value)),
                }
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
                self.0.skip_field(name)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

/// The members of a map.
struct Members<S> {
    map: S,
    /// The name of a member whose value comes by itself.
    name: Option<String>,
}

impl<S: SerializeMap> SerializeMap for Members<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Result<(), S::Error> {
        self.name = Some(
            key.serialize(Name(str::to_owned))
                .map_err(S::Error::custom)?,
        );
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        match self.name.take() {
            Some(name) => self.serialize_entry(&name, value),
            None => Err(S::Error::custom("a member's value came before its name")),
        }
    }

    fn serialize_entry<K: Serialize + ?Sized, T: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &T,
    ) -> Result<(), S::Error> {
        let left_out = key.serialize(Name(|name: &str| is_left_out(name, value)));
        match left_out.map_err(S::Error::custom)? {
            true => Ok(()),
            false => self.map.serialize_entry(key, &WithoutKeys(value)),
        }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.map.end()
    }
}

/// Hands a member's name to a function.
struct Name<F>(F);

/// Returns the error of a member whose name is not a string.
fn no_text<T>() -> Result<T, serde_json::Error> {
    Err(serde_json::Error::custom(
        "a member's name must be a string",
    ))
}

macro_rules! no_names {
    ($($method:ident($($kind:ty),*)),*) => {$(
        fn $method(self, $(_: $kind),*) -> Result<R, Self::Error> {
            no_text()
        }
    )*};
}

type No<R> = Impossible<R, serde_json::Error>;

impl<R, F: FnOnce(&str) -> R> Serializer for Name<F> {
    type Ok = R;
    type Error = serde_json::Error;
    type SerializeSeq = No<R>;
    type SerializeTuple = No<R>;
    type SerializeTupleStruct = No<R>;
    type SerializeTupleVariant = No<R>;
    type SerializeMap = No<R>;
    type SerializeStruct = No<R>;
    type SerializeStructVariant = No<R>;

    fn serialize_str(self, name: &str) -> Result<R, Self::Error> {
        Ok((self.0)(name))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<R, Self::Error> {
        Ok((self.0)(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<R, Self::Error> {
        value.serialize(self)
    }

    no_names!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str)
    );

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<R, Self::Error> {
        no_text()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<R, Self::Error> {
        no_text()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_tuple(self, _: usize) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<No<R>, Self::Error> {
        no_text()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No<R>, Self::Error> {
        no_text()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::remove;

    #[derive(Serialize)]
    struct Struct {
        hf_api_token: Option<&'static str>,
        word: Word,
        pair: (u8, BTreeMap<&'static str, Vec<Value>>),
    }

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Plain,
        New(Value),
        Named { password: &'static str, user: bool },
    }

    /// The map of a value, without keys.
    fn by_map(value: Value) -> Value {
        match value {
            Value::Object(mut members) => {
                remove(&mut members, &mut |_| ());
                members.into()
            }
            other => other,
        }
    }

    #[test]
    fn what_is_written_is_the_map_without_keys() {
        let deep = json!({"a": [{"wandb_key": "k", "b": {"secret": {"c": 1}, "d": null}}],
            "client_secret": null, "password": "p", "e": 1.5, "f": -1, "g": true});
        let structs = [
            Word::Plain,
            Word::New(deep.clone()),
            Word::Named {
                password: "p",
                user: true,
            },
        ]
        .map(|word| {
            let map =
                BTreeMap::from([("wandb_api_key", vec![json!(1)]), ("x", vec![deep.clone()])]);
            Struct {
                hf_api_token: Some("t"),
                word,
                pair: (1, map),
            }
        });
        let values = structs.iter().map(|value| {
            let filtered = serde_json::to_value(WithoutKeys(value)).unwrap();
            (serde_json::to_value(value).unwrap(), filtered)
        });
        for (value, filtered) in values.chain([(
            deep.clone(),
            serde_json::to_value(WithoutKeys(&deep)).unwrap(),
        )]) {
            assert_eq!(filtered, by_map(value));
            assert!(!filtered.to_string().contains("\"p\""), "{filtered}");
        }
        let text = serde_json::to_string(&WithoutKeys(&json!({"password": "p"}))).unwrap();
        assert_eq!(text, "{}");
    }
}
