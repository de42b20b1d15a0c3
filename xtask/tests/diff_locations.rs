//! The line of a change in the file as it was written: the normal form sorts
//! lists, shares parameters and names what has no name.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::diff_support;

use diff_support::{changes, merge, skeleton};
use serde_json::{Value, json};

/// The document that the changes are made to, as a vendor may write it.
fn document() -> Value {
    let mut document = skeleton();
    merge(
        &mut document,
        &json!({
            "paths": {"/things": {
                "parameters": [{"in": "query", "name": "zone", "schema": {"type": "string"}}],
                "post": {"parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer"}},
                    {"$ref": "#/components/parameters/Meta"},
                    {"in": "query", "name": "after", "schema": {"type": "string"}},
                ]},
            }},
            "components": {
                "parameters": {"Meta": {"in": "header", "name": "meta", "schema": {"type": "string"}}},
                "schemas": {
                    "Thing": {"properties": {
                        "status": {"type": "string", "enum": ["running", "done", "lost"]},
                        "choice": {"anyOf": [{"const": "one"}, {"const": "other"}]},
                        "part": {"oneOf": [
                            {"type": "null"},
                            {"type": "array", "items": {"type": "string"}},
                            {"$ref": "#/components/schemas/Z"},
                            {"$ref": "#/components/schemas/A"},
                        ]},
                    }},
                    "Z": {"type": "object", "required": ["z"], "properties": {"z": {"type": "string"}}},
                    "A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
                },
            },
        }),
    );
    document["openapi"] = json!("3.1.0");
    document
}

/// The place and line of the one change, and what stands on that line.
fn place(edit: &dyn Fn(&mut Value)) -> (String, String) {
    let mut head = document();
    edit(&mut head);
    let changes = changes(&document(), &head);
    assert_eq!(changes.len(), 1, "{:?}", diff_support::rules(&changes));
    let place = changes[0].head.clone().unwrap();
    let text = serde_json::to_string_pretty(&head).unwrap();
    let line = text.lines().nth(place.line.unwrap() - 1).unwrap();
    (place.written, line.trim().to_owned())
}

const THING: &str = "/components/schemas/Thing/properties";
const POST: &str = "/paths/~1things/post/parameters";

#[test]
fn a_value_is_found_by_its_text() {
    let (at, line) = place(&|head| {
        let status = &mut head["components"]["schemas"]["Thing"]["properties"]["status"];
        status["enum"].as_array_mut().unwrap().push(json!("asleep"));
    });
    assert_eq!(at, format!("{THING}/status/enum/3"));
    assert_eq!(line, "\"asleep\"");
    let (at, line) = place(&|head| {
        let choice = &mut head["components"]["schemas"]["Thing"]["properties"]["choice"];
        choice["anyOf"]
            .as_array_mut()
            .unwrap()
            .push(json!({"const": "any"}));
    });
    assert_eq!(at, format!("{THING}/choice/anyOf/2/const"));
    assert_eq!(line, "\"const\": \"any\"");
}

#[test]
fn a_parameter_is_found_by_its_place_and_name() {
    let post = |head: &mut Value, n: usize, key: &str, value: Value| {
        head["paths"]["/things"]["post"]["parameters"][n][key] = value;
    };
    let (at, _) = place(&|head| post(head, 0, "required", json!(true)));
    assert_eq!(at, format!("{POST}/0"));
    let (at, line) = place(&|head| post(head, 2, "schema", json!({"type": "integer"})));
    assert_eq!(at, format!("{POST}/2/schema"));
    assert_eq!(line, "\"schema\": {");
    let (at, line) = place(&|head| {
        head["components"]["parameters"]["Meta"]["required"] = json!(true);
    });
    assert_eq!(at, "/components/parameters/Meta");
    assert_eq!(line, "\"Meta\": {");
    let (at, _) =
        place(&|head| head["paths"]["/things"]["parameters"][0]["required"] = json!(true));
    assert_eq!(at, "/paths/~1things/parameters/0");
}

#[test]
fn a_branch_is_found_by_what_it_refers_to() {
    let part = |head: &mut Value| -> Value {
        head["components"]["schemas"]["Thing"]["properties"]["part"]["oneOf"].take()
    };
    let (at, _) = place(&|head| {
        let mut branches = part(head);
        branches[1]["items"]["type"] = json!("integer");
        head["components"]["schemas"]["Thing"]["properties"]["part"]["oneOf"] = branches;
    });
    assert_eq!(at, format!("{THING}/part/oneOf/1/items"));
    let (at, _) = place(&|head| {
        let mut branches = part(head);
        branches
            .as_array_mut()
            .unwrap()
            .insert(0, json!({"type": "boolean"}));
        head["components"]["schemas"]["Thing"]["properties"]["part"]["oneOf"] = branches;
    });
    assert_eq!(at, format!("{THING}/part/oneOf/0"));
    let (at, _) = place(&|head| {
        head["components"]["schemas"]["A"]["properties"]["a"]["maxLength"] = json!(9);
    });
    assert_eq!(at, "/components/schemas/A/properties/a");
}
