//! Rows of a list as CSV, YAML and JSON objects.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::column::{Cell, Row};
use crate::exit::{Exit, Failure};

/// The columns of a row, by their names.
pub fn object<R: Row>(cells: &[Cell<R>], row: &R) -> Value {
    let mut members = Map::new();
    for cell in cells {
        members.insert(cell.name().to_owned(), cell.value(row));
    }
    Value::Object(members)
}

/// A line of CSV.
///
/// # Errors
///
/// It cannot be written.
pub fn record(fields: &[String]) -> Result<Vec<u8>, Failure> {
    let mut line = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Failure::new(Exit::Failure, format!("cannot write CSV: {e}"));
    line.write_record(fields).map_err(failed)?;
    let line = line.into_inner();
    line.map_err(|e| failed(e.into_error().into()))
}

/// A document in JSON as YAML.
///
/// # Errors
///
/// It cannot be written.
pub fn yaml(json: &str) -> Result<String, Failure> {
    let failed =
        |e: &dyn fmt::Display| Failure::new(Exit::Failure, format!("cannot write YAML: {e}"));
    let document: InOrder = serde_json::from_str(json).map_err(|e| failed(&e))?;
    serde_saphyr::to_string(&document).map_err(|e| failed(&e))
}

/// JSON whose members stand in the order in which they came. What is written as YAML passes
/// through it: every type would otherwise be compiled once more, for YAML.
enum InOrder {
    Scalar(Value),
    Items(Vec<Self>),
    Members(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = InOrder;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, value: bool) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(value.into()))
            }

            fn visit_str<E>(self, value: &str) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(value.into()))
            }

            fn visit_unit<E>(self) -> Result<InOrder, E> {
                Ok(InOrder::Scalar(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<InOrder, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(InOrder::Items(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(InOrder::Members(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Serialize for InOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::Items(items) => serializer.collect_seq(items),
            Self::Members(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}
