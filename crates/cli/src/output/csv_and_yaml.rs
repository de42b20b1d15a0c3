//! Rows of a list as CSV, YAML and JSON objects.

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

/// Rows with a head.
pub fn csv<R: Row>(rows: &[R], cells: &[Cell<R>]) -> Result<String, Failure> {
    let failed = |e: csv::Error| Failure::new(Exit::Failure, format!("cannot write CSV: {e}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(cells.iter().map(Cell::name))
        .map_err(failed)?;
    for row in rows {
        out.write_record(cells.iter().map(|cell| cell.field(row)))
            .map_err(failed)?;
    }
    let text = out
        .into_inner()
        .map_err(|e| failed(e.into_error().into()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A document as YAML.
pub fn yaml(document: &Value) -> Result<String, Failure> {
    let written = serde_saphyr::to_string(document);
    written.map_err(|e| Failure::new(Exit::Failure, format!("cannot write YAML: {e}")))
}
