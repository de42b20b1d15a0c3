//! Documents that are valid and unusual, through the whole pipeline: nothing of them may
//! vanish without a line in the report, and what is wrong with one is said at
//! its place.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use serde_json::{Value, json};
use xtask::replay_documents::{Replayed, value};

fn document(paths: Value, components: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": components
    })
}

fn operation(schema: Value) -> Value {
    json!({"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}})
}

fn passes(paths: Value, components: Value) -> Replayed {
    let document = document(paths, components);
    value("x.json", &document).unwrap_or_else(|e| panic!("{document:#}: {e}"))
}

/// The source for an answer of one schema, without its layout.
fn source(schema: Value, schemas: Value) -> String {
    let mut get = operation(schema);
    get["operationId"] = json!("op");
    let replayed = passes(json!({"/a": {"get": get}}), json!({"schemas": schemas}));
    replayed
        .source
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn object(members: &[&str]) -> Value {
    let members = members
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})));
    json!({"type": "object", "properties": members.collect::<serde_json::Map<_, _>>()})
}

fn functions(paths: Value, components: Value) -> Vec<String> {
    let source = passes(paths, components).source;
    let names = source.split("pub async fn ").skip(1);
    names
        .map(|rest| rest.split('(').next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_path_that_is_a_reference_has_all_its_operations() {
    let get = operation(json!({"type": "string"}));
    let shared = json!({"pathItems": {
        "A": {"$ref": "#/components/pathItems/B"},
        "B": {"get": get, "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}]}
    }});
    let paths = json!({"/a": {"$ref": "#/components/pathItems/A", "post": get}});
    assert_eq!(functions(paths, shared), ["get_a", "post_a"]);
}

#[test]
fn operations_without_names_get_different_ones() {
    let get = operation(json!({"type": "string"}));
    let named = |id: &str| {
        let mut operation = get.clone();
        operation["operationId"] = json!(id);
        operation
    };
    let paths = json!({"/a/b": {"get": get}, "/a-b": {"get": get}, "/a/{b}": {"get": {
        "responses": get["responses"],
        "parameters": [{"in": "path", "name": "b", "required": true, "schema": {"type": "string"}}]
    }}});
    assert_eq!(
        functions(paths, json!({})),
        ["get_a_dash_b", "get_ab", "get_a_by_b"]
    );
    let paths = json!({"/a": {"get": named("list")}, "/b": {"get": named("List")}, "/z": {"get": named("getB")}});
    assert_eq!(functions(paths, json!({})), ["list", "get_at_b", "get_b"]);
}

#[test]
fn names_of_any_script_pass() {
    for name in ["größe", "日本", "список", "🦀"] {
        let choice = json!({"enum": ["a", "b"]});
        let schema = json!({"type": "object", "properties": {name: choice}});
        source(schema, json!({}));
        let schema = json!({"type": "object", "properties": {name: object(&["a"])}});
        source(schema, json!({}));
        let mut get = operation(json!({"type": "string"}));
        get["operationId"] = json!(name);
        get["parameters"] = json!([{"in": "query", "name": "q", "schema": choice}]);
        passes(json!({"/a": {"get": get}}), json!({}));
    }
}

#[test]
fn every_branch_that_a_mapping_names_can_be_decoded() {
    let mut branch = object(&["k", "v"]);
    branch["required"] = json!(["k"]);
    let source = source(
        json!({"oneOf": [to("P"), to("Q")], "discriminator": {"propertyName": "k",
            "mapping": {"p": "#/components/schemas/P", "q": "Q"}}}),
        json!({"P": branch, "Q": branch}),
    );
    for words in [
        "value.has_tag(\"k\", &[\"p\"])",
        "value.has_tag(\"k\", &[\"q\"])",
    ] {
        assert!(source.contains(words), "{words}: {source}");
    }
}

#[test]
fn members_beside_unions_and_in_parts_are_all_there() {
    let schemas = json!({"P": object(&["p"]), "Q": object(&["q"])});
    let mut beside = object(&["x"]);
    beside["anyOf"] = json!([to("P"), to("Q")]);
    beside["minLength"] = json!(3);
    for schema in [
        beside,
        json!({"allOf": [object(&["x"]), {"oneOf": [to("P"), to("Q")]}]}),
        json!({"allOf": [{"oneOf": [object(&["p"]), object(&["q"])]},
                         {"oneOf": [object(&["x"]), object(&["y"])]}]}),
    ] {
        let source = source(schema.clone(), schemas.clone());
        for name in ["pub p:", "pub q:", "pub x:"] {
            assert!(source.contains(name), "{name} of {schema}: {source}");
        }
    }
}

#[test]
fn errors_have_their_place() {
    let get = || operation(json!({"type": "string"}));
    let with = |name: &str| {
        let mut get = get();
        get["parameters"] =
            json!([{"in": "path", "name": name, "required": true, "schema": {"type": "string"}}]);
        json!({"get": get})
    };
    let schema = |schema: Value| json!({"/a": {"get": operation(schema)}});
    let place = "/paths/~1a/get/responses/200/content/application~1json/schema";
    for (paths, components, pointer, words) in [
        (json!({"/a": null}), json!({}), "/paths/~1a", "not null"),
        (
            json!({"/a": {"$ref": "#/paths/~1a"}}),
            json!({}),
            "/paths/~1a",
            "itself",
        ),
        (
            json!({"/a/{x}": with("x"), "/a/{y}": with("y")}),
            json!({}),
            "/paths/~1a~1{y}",
            "/a/{x}",
        ),
        (
            json!({"/a#b": {"get": get()}}),
            json!({}),
            "/paths/~1a#b",
            "'#'",
        ),
        (json!({}), Value::Null, "/components", "object"),
        (
            schema(json!({"type": "strng"})),
            json!({}),
            &format!("{place}/type"),
            "strng",
        ),
        (
            schema(json!({"$ref": 5})),
            json!({}),
            &format!("{place}/$ref"),
            "text",
        ),
        (
            schema(json!({"$ref": "#"})),
            json!({}),
            &format!("{place}/$ref"),
            "whole document",
        ),
        (
            schema(json!({"$ref": "#foo"})),
            json!({}),
            &format!("{place}/$ref"),
            "$anchor",
        ),
    ] {
        let faults = value("x.json", &document(paths.clone(), components)).unwrap_err();
        assert_eq!(faults.0[0].pointer.as_deref(), Some(pointer), "{paths}");
        assert!(faults.to_string().contains(words), "{faults}");
    }
}

#[test]
fn security_schemes_are_written_out() {
    let mut get = operation(json!({"type": "string"}));
    get["security"] = json!([{"k": [], "m": []}]);
    let replayed = passes(
        json!({"/a": {"get": get}}),
        json!({"securitySchemes": {
            "k": {"$ref": "#/components/securitySchemes/n"},
            "n": {"type": "http", "scheme": "bearer"},
            "m": {"type": "mutualTLS"}
        }}),
    );
    let rules: Vec<&str> = replayed.report.lines.iter().map(|line| line.rule).collect();
    assert_eq!(rules, ["security-reference", "mutual-tls"]);
}

#[test]
fn a_document_of_webhooks_has_no_operations() {
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "webhooks": {"w": {"post": operation(json!({}))}}
    });
    assert_eq!(value("x.json", &document).unwrap().operations, 0);
}

#[test]
fn the_older_list_of_items_and_anchors_are_found() {
    let defs = json!({"X": object(&["deep"])});
    let list = json!({"type": "object", "$defs": defs, "properties": {
        "a": {"type": "array", "items": [{"$ref": "#/$defs/X"}]}
    }});
    assert!(source(list, json!({})).contains("pub deep:"));
    let anchored = json!({"type": "object", "properties": {
        "a": {"$ref": "#here"},
        "b": {"$anchor": "here", "type": "object", "properties": {"deep": {"type": "string"}}}
    }});
    assert!(source(anchored, json!({})).contains("pub deep:"));
}
