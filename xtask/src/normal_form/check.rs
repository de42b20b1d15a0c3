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
        if let Some(message) = unnamed(kind, node, at) {
            faults.push(Fault::at(file, at, message));
        }
    });
    faults
}

fn is_ours(kind: Kind, name: &str) -> bool {
    matches!(name, "description" | "$ref")
        || (kind == Kind::Discriminator && name == "mapping")
        || name.starts_with("x-unitune-")
        || keywords::key(kind, name).is_some_and(|key| key.treatment == Treatment::Keep)
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
                "A": {"type": "string", "enum": ["a"], "x-unitune-boxed": true},
                "B": {"allOf": [{"type": "object", "properties": {"a": {}}}, {"$ref": "#/components/schemas/A"}]}
            }
        }});
        assert_eq!(places(&document), Vec::<String>::new());
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
