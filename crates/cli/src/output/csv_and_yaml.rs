//! Rows of a list as CSV, YAML and JSON objects.

use serde::Serialize;
use serde_json::{Map, Value};

use super::column::{Cell, Row};
use crate::exit::{Exit, Failure};

/// The columns of a row, by their names.
pub fn object<R: Row>(cells: &[Cell<R>], row: &R) -> Value {
    let members = cells
        .iter()
        .map(|cell| (cell.name().to_owned(), cell.value(row)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// A document as YAML.
pub fn yaml(document: &impl Serialize) -> Result<String, Failure> {
    let written = serde_saphyr::to_string(document);
    written.map_err(|e| Failure::new(Exit::Failure, format!("cannot write YAML: {e}")))
}
