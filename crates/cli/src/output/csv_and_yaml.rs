//! Rows of a list as CSV, YAML and JSON objects.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
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
    let written = serde_saphyr::to_string(&Json(json));
    written.map_err(|e| Failure::new(Exit::Failure, format!("cannot write YAML: {e}")))
}

/// JSON text that is serialised as what it stands for, with its members in their order. What
/// is written as YAML passes through it: every type would otherwise be compiled once more.
struct Json<'j>(&'j str);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_bytes().first() {
            Some(b'{') => {
                let members: Members<'_> = read(self.0)?;
                let members = members.0.iter();
                serializer.collect_map(members.map(|(name, value)| (name, Json(value.get()))))
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = read(self.0)?;
                serializer.collect_seq(items.iter().map(|item| Json(item.get())))
            }
            _ => read::<Value, S::Error>(self.0)?.serialize(serializer),
        }
    }
}

fn read<'j, T: Deserialize<'j>, E: serde::ser::Error>(json: &'j str) -> Result<T, E> {
    serde_json::from_str(json).map_err(E::custom)
}

/// The members of an object, in their order.
struct Members<'j>(Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
