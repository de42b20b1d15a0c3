//! Lists of which one bad item does not take the others with it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::fault::Fault;
use super::repair::Defect;
use super::{decode, shallow};

/// A list whose items decode one by one.
///
/// A list that is `null` is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct LenientList<T>(Vec<Item<T>>);

/// An item of a [`LenientList`].
#[derive(Clone, Debug, PartialEq)]
pub enum Item<T> {
    /// It decoded.
    Ok(T),
    /// It did not; here is what came, and why.
    Malformed(MalformedItem),
}

/// An item that did not decode.
#[derive(Clone, PartialEq)]
pub struct MalformedItem {
    /// The item as it came, without members that are nested too deeply to be
    /// read.
    pub raw: Value,
    /// Where and what is wrong with it, without any of its values.
    pub reason: String,
    /// The members that are nested too deeply.
    too_deep: Vec<String>,
}

impl<T> LenientList<T> {
    /// The items that decoded.
    pub fn ok(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.iter().filter_map(|item| match item {
            Item::Ok(value) => Some(value),
            Item::Malformed(_) => None,
        })
    }

    /// The items that did not.
    pub fn malformed(&self) -> impl Iterator<Item = &MalformedItem> {
        self.0.iter().filter_map(|item| match item {
            Item::Ok(_) => None,
            Item::Malformed(item) => Some(item),
        })
    }

    /// All items, in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, Item<T>> {
        self.0.iter()
    }

    /// How many items came, good and bad.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when no item came.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for LenientList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<T> for LenientList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().map(Item::Ok).collect())
    }
}

impl<T> IntoIterator for LenientList<T> {
    type Item = Item<T>;
    type IntoIter = std::vec::IntoIter<Item<T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a LenientList<T> {
    type Item = &'a Item<T>;
    type IntoIter = std::slice::Iter<'a, Item<T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl MalformedItem {
    /// Makes one of JSON that does not decode.
    ///
    /// # Errors
    ///
    /// The text is not JSON.
    pub(crate) fn of<T: DeserializeOwned>(text: &[u8]) -> Result<Self, serde_json::Error> {
        let shallow = shallow::parse(text)?;
        let too_deep = || {
            shallow
                .too_deep
                .first()
                .map(|name| Defect::too_deep(name).fault)
        };
        let fault = too_deep().or_else(|| Fault::of::<T>(&shallow.value));
        let reason = fault.map_or_else(
            || "not of the documented form".to_owned(),
            |fault| fault.to_string(),
        );
        Ok(Self {
            raw: shallow.value,
            reason,
            too_deep: shallow.too_deep,
        })
    }

    /// The members that are nested too deeply to be read.
    pub(crate) fn too_deep(&self) -> &[String] {
        &self.too_deep
    }

    /// The item's `id`, where it has one that is a string.
    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    /// A member of the item, where it is a string.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.raw.get(member).and_then(Value::as_str)
    }
}

/// Shows the reason and the id; the rest could hold anything.
impl fmt::Debug for MalformedItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MalformedItem")
            .field("id", &self.id())
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for LenientList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Items<T> {
            type Value = LenientList<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(LenientList::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                if decode::is_one_pass() {
                    while let Some(value) = seq.next_element()? {
                        items.push(Item::Ok(value));
                    }
                    return Ok(LenientList(items));
                }
                while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
                    items.push(item(raw.get())?);
                }
                Ok(LenientList(items))
            }
        }
        deserializer.deserialize_any(Items(PhantomData))
    }
}

/// An item by itself.
pub(crate) fn item<T: DeserializeOwned, E: serde::de::Error>(raw: &str) -> Result<Item<T>, E> {
    match decode::from_str(raw) {
        Ok(value) => Ok(Item::Ok(value)),
        Err(_) => MalformedItem::of::<T>(raw.as_bytes())
            .map(Item::Malformed)
            .map_err(E::custom),
    }
}

impl<T: Serialize> Serialize for LenientList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<T: Serialize> Serialize for Item<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ok(value) => value.serialize(serializer),
            Self::Malformed(item) => item.raw.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Job {
        id: String,
    }

    #[test]
    fn one_bad_item_between_two_good_ones() {
        let list: LenientList<Job> =
            serde_json::from_str(r#"[{"id":"a"}, {"id":7}, {"id":"b"}, {}]"#).unwrap();
        let ids: Vec<_> = list.ok().map(|j| j.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        let bad: Vec<_> = list.malformed().collect();
        assert_eq!(bad[0].raw, serde_json::json!({"id": 7}));
        assert!(bad[0].reason.contains("expected a string"), "{bad:?}");
        assert!(bad[1].reason.contains("missing field `id`"), "{bad:?}");
    }

    #[test]
    fn the_reason_does_not_quote_the_value() {
        let list: LenientList<Vec<i64>> = serde_json::from_str(r#"["sk-secret", [1]]"#).unwrap();
        assert!(!format!("{list:?}").contains("sk-secret"), "{list:?}");
        assert_eq!(list.ok().count(), 1);
    }

    /// However deep an item is, the others are read.
    #[test]
    fn an_item_that_is_nested_too_deeply_is_one_bad_item() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let text = format!(r#"[{{"id": "a"}}, {{"id": "b", "more": {deep}}}, {deep}]"#);
        let list: LenientList<BTreeMap<String, Value>> =
            decode::from_slice(text.as_bytes()).unwrap();
        assert_eq!(list.ok().count(), 1);
        let bad: Vec<_> = list.malformed().collect();
        assert_eq!(bad[0].id(), Some("b"));
        assert_eq!(bad[0].reason, "/more: nested too deeply");
        assert_eq!(bad[1].raw, Value::Null);
    }

    #[test]
    fn null_is_an_empty_list() {
        let list: LenientList<Job> = serde_json::from_str("null").unwrap();
        assert!(list.is_empty());
    }
}
