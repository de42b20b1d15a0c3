//! Lists that keep their items when one of them does not decode.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::decode_fault::{self, Fault, Problem};
use super::json_deserializer::LIST;
use super::lenient_object::Defect;
use super::raw_text::RawText;
use super::{decode, json_reader, unreadable_parts};

/// A list whose items decode one by one.
///
/// A list that is `null` is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct LenientList<T>(Vec<Item<T>>);

/// An item of a [`LenientList`].
#[derive(Clone, Debug, PartialEq)]
pub enum Item<T> {
    /// An item that decoded.
    Ok(T),
    /// An item that did not decode, and the reason.
    Malformed(MalformedItem),
}

/// An item that did not decode.
#[derive(Clone, PartialEq)]
pub struct MalformedItem {
    /// The item as it came, without members that cannot be read: nested too
    /// deeply, a number beyond all ranges, half a surrogate pair.
    pub raw: Value,
    /// The place and the reason, without any of the item's values.
    pub reason: String,
    /// The members that cannot be read, and why.
    unreadable: Vec<(String, Problem)>,
}

impl<T> LenientList<T> {
    /// Iterates over the items that decoded.
    pub fn ok(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.iter().filter_map(|item| match item {
            Item::Ok(value) => Some(value),
            Item::Malformed(_) => None,
        })
    }

    /// Iterates over the items that did not decode.
    pub fn malformed(&self) -> impl Iterator<Item = &MalformedItem> {
        self.0.iter().filter_map(|item| match item {
            Item::Ok(_) => None,
            Item::Malformed(item) => Some(item),
        })
    }

    /// Iterates over all items, in the order received.
    pub fn iter(&self) -> std::slice::Iter<'_, Item<T>> {
        self.0.iter()
    }

    /// Returns the number of items, decoded or not.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no items.
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
    /// Creates one from JSON that does not decode.
    ///
    /// # Errors
    ///
    /// The text is not JSON.
    pub(crate) fn of<T: DeserializeOwned>(text: &[u8]) -> Result<Self, serde_json::Error> {
        Self::with_fault(text, Fault::of::<T>)
    }

    fn with_fault(
        text: &[u8],
        fault_of: fn(&Value) -> Option<Fault>,
    ) -> Result<Self, serde_json::Error> {
        let shallow = unreadable_parts::parse(text)?;
        let unreadable = || {
            let (name, problem) = shallow.unreadable.first()?;
            Some(Defect::unreadable(name, problem).fault)
        };
        let fault = unreadable().or_else(|| fault_of(&shallow.value));
        let reason = fault.map_or_else(
            || decode_fault::UNDOCUMENTED.to_owned(),
            |fault| fault.to_string(),
        );
        Ok(Self {
            raw: shallow.value,
            reason,
            unreadable: shallow.unreadable,
        })
    }

    /// The members that cannot be read, and why.
    pub(crate) fn unreadable(&self) -> &[(String, Problem)] {
        &self.unreadable
    }

    /// Returns the item's `id`, if it has one that is a string.
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
        deserializer.deserialize_newtype_struct(LIST, Items(PhantomData))
    }
}

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
        loop {
            match seq.next_element() {
                Ok(None) => return Ok(LenientList(items)),
                Ok(Some(value)) => push(&mut items, Item::Ok(value))?,
                // What is deep by where it stands may be read by itself.
                Err(_) => match seq.next_element::<RawText<'_>>()? {
                    Some(text) => {
                        let item = item_of_text(text.as_str())
                            .map_err(|error| A::Error::custom(json_reader::reason(&error)))?;
                        push(&mut items, item)?;
                    }
                    None => return Ok(LenientList(items)),
                },
            }
        }
    }

    /// Other deserialisers than this crate's have no second way to read an item.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        RawText::deserialize(value)?.read()
    }
}

/// How many items a list has room for at first. Most lists are a page of jobs, or the
/// few events of one of them, and there are as many of those as jobs.
const FIRST_ITEMS: usize = 4;

/// Adds an item, within the memory that lists may take.
fn push<T, E: serde::de::Error>(items: &mut Vec<Item<T>>, item: Item<T>) -> Result<(), E> {
    if items.len() == items.capacity() {
        let more = items.capacity().max(FIRST_ITEMS);
        decode::count_items(more * size_of::<Item<T>>())?;
        items.reserve_exact(more);
    }
    items.push(item);
    Ok(())
}

/// An item by itself.
///
/// # Errors
///
/// The text is not JSON.
#[allow(dead_code)] // For lists that are read as they come; not every vendor has any.
pub(crate) fn item<T: DeserializeOwned>(text: &[u8]) -> Result<Item<T>, serde_json::Error> {
    decode::from_text(text, &|text| decode::document(|| item_of_text(text)))
}

fn item_of_text<T: DeserializeOwned>(text: &str) -> Result<Item<T>, serde_json::Error> {
    json_reader::from_str(text)
        .map(Item::Ok)
        .or_else(|_| MalformedItem::of::<T>(text.as_bytes()).map(Item::Malformed))
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

    /// Documents of other deserialisers have no end that is known here.
    #[test]
    fn lists_of_many_documents_are_not_counted_together() {
        let text = format!("[{}1]", "1, ".repeat(1 << 16));
        for _ in 0..40 {
            let list: LenientList<i64> = serde_json::from_str(&text).unwrap();
            assert_eq!(list.ok().count(), 1 + (1 << 16));
        }
    }
}
