//! Checks that a document is in normal form: what an overlay writes is neither
//! lowered nor named, so it has to be written in that form.

use crate::component_schemas::{split, worthy};
use crate::located_error::Fault;
use serde_json::{Map, Value};
use unitune_diff::keywords::{self, Kind, Treatment};
use unitune_diff::pointer;
use unitune_diff::walk;

/// Returns what is not in normal form. The meta-schema of OpenAPI 3.0 finds the
/// rest ([`mod@crate::validate`]).
#[must_use]
pub fn faults(file: &str, document: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    walk::nodes(Kind::Document, document, "", &mut |kind, node, at| {
        let Some(node) = node.as_object() else {
            return;
        };
        for name in node.keys().filter(|name| !is_ours(kind, name)) {
            let message = "the normal form has no such keyword: leave it out";
            faults.push(Fault::at(file, pointer::join(at, name), message));
        }
        let extensions = node.iter().filter(|(name, _)| name.starts_with(EXTENSION));
        for (name, value) in extensions {
            if let Some(message) = misplaced(kind, node, at, (name, value)) {
                faults.push(Fault::at(file, pointer::join(at, name), message));
            }
        }
        if let Some(message) = unnamed(kind, node, at) {
            faults.push(Fault::at(file, at, message));
        }
    });
    faults
}

fn is_ours(kind: Kind, name: &str) -> bool {
    matches!(name, "description" | "$ref")
        || (kind == Kind::Discriminator && name == "mapping")
        || name.starts_with(EXTENSION)
        || keywords::key(kind, name).is_some_and(|key| key.treatment == Treatment::Keep)
}

/// How the extensions of ours begin, which the generator reads.
const EXTENSION: &str = "x-unitune-";

/// Returns why the generator would not take notice of an extension of ours.
fn misplaced(
    kind: Kind,
    node: &Map<String, Value>,
    at: &str,
    (name, value): (&str, &Value),
) -> Option<String> {
    let (has_meaning, place) = match name {
        "x-unitune-lenient" => {
            let list = node.get("type").and_then(Value::as_str) == Some("array");
            (kind == Kind::Schema && list, "at a schema of type array")
        }
        "x-unitune-boxed" => {
            let property = at.rsplit('/').nth(1) == Some("properties");
            (kind == Kind::Schema && property, "at a property")
        }
        _ => {
            let known = ["x-unitune-boxed", "x-unitune-lenient"];
            let message = format!("unknown extension: it must be one of {}", known.join(", "));
            return Some(message);
        }
    };
    if !has_meaning {
        Some(format!("it has a meaning {place} only: leave it out here"))
    } else if value != &Value::Bool(true) {
        Some("it must be true, or be left out".to_owned())
    } else {
        None
    }
}

fn unnamed(kind: Kind, node: &Map<String, Value>, at: &str) -> Option<&'static str> {
    match kind {
        Kind::Operation if !node.contains_key("operationId") => {
            Some("an operation without an operationId: give it one")
        }
        Kind::Schema if !is_component(at) && !is_plain_part(node, at) => {
            let (_, core) = split(&Value::Object(node.clone()));
            worthy(&core).then_some(
                "an enum, a union or an object stands inline: \
                 make it a component of its own and refer to it",
            )
        }
        Kind::Schema | Kind::Response => None,
        _ if node.contains_key("$ref") => Some("a reference where none may stand: write it out"),
        _ => None,
    }
}

fn is_component(at: &str) -> bool {
    let name = at.strip_prefix("/components/schemas/");
    name.is_some_and(|name| !name.contains('/'))
}

/// Returns whether a schema is a part of an allOf and no union: that needs no
/// name.
fn is_plain_part(node: &Map<String, Value>, at: &str) -> bool {
    let steps: Vec<&str> = at.rsplit('/').take(2).collect();
    let is_part = matches!(steps.as_slice(), [_, "allOf"]);
    is_part && !node.contains_key("oneOf") && !node.contains_key("anyOf")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(document: &Value) -> Vec<String> {
        let faults = faults("x", document).into_iter();
        let mut places: Vec<String> = faults.filter_map(|fault| fault.pointer).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn what_is_named_and_written_out_passes() {
        let document = json!({"paths": {"/a": {"get": {"operationId": "a", "responses": {
            "200": {"$ref": "#/components/responses/A"}
        }}}}, "components": {
            "responses": {"A": {"description": "An answer."}},
            "schemas": {
                "A": {"type": "string", "enum": ["a"]},
                "C": {"type": "object", "properties": {"b": {
                    "allOf": [{"$ref": "#/components/schemas/B"}], "x-unitune-boxed": true
                }}},
                "D": {"type": "array", "items": {"type": "string"}, "x-unitune-lenient": true},
                "B": {"allOf": [{"type": "object", "properties": {"a": {}}}, {"$ref": "#/components/schemas/A"}]}
            }
        }});
        assert_eq!(places(&document), Vec::<String>::new());
    }

    #[test]
    fn extensions_that_mean_nothing_are_named() {
        let document = json!({"components": {"schemas": {
            "A": {"type": "array", "items": {}, "x-unitune-lenent": true},
            "B": {"type": "string", "x-unitune-lenient": true},
            "C": {"type": "object", "x-unitune-boxed": true, "properties": {
                "a": {"type": "array", "items": {}, "x-unitune-lenient": "yes"}
            }}
        }}});
        let schemas = "/components/schemas";
        assert_eq!(
            places(&document),
            [
                format!("{schemas}/A/x-unitune-lenent"),
                format!("{schemas}/B/x-unitune-lenient"),
                format!("{schemas}/C/properties/a/x-unitune-lenient"),
                format!("{schemas}/C/x-unitune-boxed"),
            ]
        );
        let first = &faults("x", &document)[0].message;
        assert!(first.contains("x-unitune-lenient"), "{first}");
    }

    #[test]
    fn what_needs_a_name_and_what_has_no_place_is_named() {
        let document = json!({"paths": {"/a": {"get": {"summary": "x", "parameters": [
            {"$ref": "#/components/parameters/P"},
            {"name": "q", "in": "query", "schema": {"type": "string", "enum": ["a"]}}
        ]}}}, "components": {"schemas": {
            "A": {"title": "x", "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}
        }}});
        let operation = "/paths/~1a/get";
        assert_eq!(
            places(&document),
            [
                "/components/schemas/A/properties/a".to_owned(),
                "/components/schemas/A/title".to_owned(),
                operation.to_owned(),
                format!("{operation}/parameters/0"),
                format!("{operation}/parameters/1/schema"),
                format!("{operation}/summary"),
            ]
        );
    }
}
