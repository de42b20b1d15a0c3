//! Opens lists and maps that hold nothing but themselves: a Rust type alias
//! cannot stand in its own definition.

use crate::component_schemas::referred;
use crate::report::Report;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Opens the components that are lists or maps of themselves.
pub(super) fn open(document: &mut Value, report: &mut Report) {
    for name in circles(document) {
        let at = format!("/components/schemas/{name}");
        let Some(Value::Object(schema)) = document.pointer_mut(&at) else {
            continue;
        };
        for keyword in ["items", "additionalProperties"] {
            if schema.contains_key(keyword) {
                schema.insert(keyword.to_owned(), json!({}));
                let detail = "what it holds is anything: it holds itself";
                report.add("recursive-alias", &at, detail);
            }
        }
    }
}

/// Returns one component of every circle.
fn circles(document: &Value) -> BTreeSet<String> {
    let schemas = document.pointer("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object) else {
        return BTreeSet::new();
    };
    let mut found: BTreeSet<String> = BTreeSet::new();
    for name in schemas.keys() {
        let mut path = vec![name.clone()];
        while let Some(next) = path.last().and_then(|last| inside(schemas.get(last)?)) {
            // A circle that is open already is none.
            if found.contains(&next) {
                break;
            }
            if path.contains(&next) {
                found.insert(next);
                break;
            }
            path.push(next);
        }
    }
    found
}

/// Returns the component that a list or map without members holds, or that an
/// alias names.
fn inside(schema: &Value) -> Option<String> {
    if let Some(name) = referred(schema) {
        return Some(name.to_owned());
    }
    let named = ["properties", "oneOf", "anyOf", "allOf", "enum"];
    if named.iter().any(|keyword| schema.get(*keyword).is_some()) {
        return None;
    }
    let held = schema
        .get("items")
        .or_else(|| schema.get("additionalProperties"))?;
    inside(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_itself_is_a_list_of_anything() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"components": {"schemas": {
            "A": {"type": "array", "items": reference("B")},
            "B": {"type": "object", "additionalProperties": reference("A")},
            "C": {"type": "array", "items": reference("A")},
        }}});
        let mut report = Report::default();
        open(&mut document, &mut report);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["A"]["items"], json!({}));
        assert_eq!(schemas["B"]["additionalProperties"], reference("A"));
        assert_eq!(schemas["C"]["items"], reference("A"));
        assert_eq!(report.lines.len(), 1);
    }
}
