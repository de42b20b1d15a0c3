//! Decodes unions: finds the branch of a value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::StringDeserializer,
};
use serde_json::Value;
use serde_path_to_error::Track;

use super::decode;
use super::extra::Key;

/// An enum whose variants are the branches of a union.
#[doc(hidden)]
pub trait Union: Sized {
    /// The member whose value selects the branch of an object, if all branches
    /// have the same one.
    const TAG: Option<&'static str>;

    /// Returns the matching branch, or why there is none.
    fn from_json(value: Value) -> Result<Self, &'static str>;

    /// Returns the branch of an object with this tag. A tag that no branch has
    /// is left to [`Self::from_json`].
    fn tagged<'de, A: MapAccess<'de>>(
        tag: &str,
        members: TaggedObject<'de, A>,
    ) -> Result<Self, A::Error> {
        let _ = tag;
        members.untagged()
    }
}

/// Reads a union: by its tag while the object is read, or from the whole value.
#[doc(hidden)]
pub fn read_union<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    match U::TAG {
        Some(tag) if decode::is_one_pass() => deserializer.deserialize_any(ByTag {
            tag,
            union: PhantomData,
        }),
        _ => fitting(Value::deserialize(deserializer)?),
    }
}

fn fitting<U: Union, E: Error>(value: Value) -> Result<U, E> {
    U::from_json(value).map_err(E::custom)
}

struct ByTag<U> {
    tag: &'static str,
    union: PhantomData<U>,
}

impl<'de, U: Union> Visitor<'de> for ByTag<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<U, E> {
        fitting(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<U, E> {
        fitting(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<U, E> {
        fitting(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<U, E> {
        fitting(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<U, E> {
        fitting(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<U, E> {
        fitting(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<U, A::Error> {
        fitting(Value::deserialize(SeqAccessDeserializer::new(seq))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let is_tag = key.as_str() == self.tag;
            seen.push((key, map.next_value::<Value>()?));
            if let (true, Some((_, Value::String(tag)))) = (is_tag, seen.last()) {
                let tag = tag.clone();
                return U::tagged(&tag, TaggedObject::new(self.tag, seen, map));
            }
        }
        TaggedObject::new(self.tag, seen, map).untagged()
    }
}

/// An object whose members have been read up to its tag.
#[doc(hidden)]
pub struct TaggedObject<'de, A> {
    tag: &'static str,
    seen: std::vec::IntoIter<(Key<'de>, Value)>,
    /// The value of the member whose name was returned last.
    value: Option<Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> TaggedObject<'de, A> {
    fn new(tag: &'static str, seen: Vec<(Key<'de>, Value)>, rest: A) -> Self {
        Self {
            tag,
            seen: seen.into_iter(),
            value: None,
            rest,
        }
    }

    /// Decodes the object as one branch.
    pub fn read<T: Deserialize<'de>>(self) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(self))
    }

    /// Selects the branch by the whole value.
    pub fn untagged<U: Union>(self) -> Result<U, A::Error> {
        fitting(self.read()?)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for TaggedObject<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let key = match self.seen.next() {
            Some((key, value)) => {
                self.value = Some(value);
                key
            }
            None => match self.rest.next_key::<Key<'de>>()? {
                // Of two tags the last one counts, but the branch is selected.
                Some(key) if key.as_str() == self.tag => {
                    return Err(A::Error::custom("the tag appears twice"));
                }
                Some(key) => key,
                None => return Ok(None),
            },
        };
        match key.into_inner() {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => {
                let name: StringDeserializer<A::Error> = name.into_deserializer();
                seed.deserialize(name)
            }
        }
        .map(Some)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, A::Error> {
        match self.value.take() {
            // As in `decode_fault::read`, so that no type is compiled for one more way to read.
            Some(value) => {
                let mut track = Track::new();
                seed.deserialize(serde_path_to_error::Deserializer::new(value, &mut track))
                    .map_err(A::Error::custom)
            }
            None => self.rest.next_value_seed(seed),
        }
    }
}
