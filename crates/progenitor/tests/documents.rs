//! What is done to the documents, and that it is written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::fit;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn vendors() -> Vec<String> {
    let folders = fs::read_dir(Path::new(FOLDER).join("specs")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.join("openapi.json").is_file());
    let mut names: Vec<_> = folders
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn document(vendor: &str) -> Value {
    let path = format!("{FOLDER}/specs/{vendor}/openapi.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn readme() -> String {
    fs::read_to_string(format!("{FOLDER}/README.md")).unwrap()
}

#[test]
fn each_vendor_is_a_feature() {
    let manifest = fs::read_to_string(format!("{FOLDER}/Cargo.toml")).unwrap();
    let start = manifest.find("[features]").unwrap();
    let section = manifest[start..].split("\n\n").next().unwrap();
    let names = section
        .lines()
        .filter_map(|line| line.strip_suffix(" = []"));
    let features: BTreeSet<String> = names.map(str::to_owned).collect();
    assert_eq!(features, vendors().into_iter().collect());
}

#[test]
fn the_readme_lists_what_is_left_out() {
    let mut table = String::new();
    for vendor in vendors() {
        for left_out in fit::fit(&mut document(&vendor)) {
            let what = match left_out.parameter {
                Some(parameter) => format!("its parameter `{parameter}`"),
                None => "all of it".to_owned(),
            };
            let (operation, reason) = (left_out.operation, left_out.reason);
            table += &format!("| {vendor} | `{operation}` | {what} | {reason} |\n");
        }
    }
    let readme = readme();
    assert!(
        readme.contains(&format!("\n{table}\n")),
        "it has to say:\n{table}"
    );
}

#[test]
fn the_readme_lists_what_is_taken_out_of_schemas() {
    let rows = fit::TAKEN_OUT.iter().map(|(keyword, value, becomes)| {
        let value = value.map_or("any".to_owned(), |value| format!("`{value}`"));
        format!("| `{keyword}` | {value} | {becomes} |\n")
    });
    let table: String = rows.collect();
    let readme = readme();
    assert!(readme.ends_with(&table), "it has to end with:\n{table}");
}

#[test]
fn a_document_is_changed_in_these_places_only() {
    let text = json!({"type": "string"});
    let mut given = json!({
        "openapi": "3.0.3",
        "paths": {
            "/files": {
                "parameters": [{"in": "header", "name": "x", "schema": text}],
                "get": {"operationId": "listFiles", "parameters": [
                    {"in": "query", "name": "metadata", "style": "deepObject", "schema": {}},
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "default": 20}},
                ], "responses": {"default": {"description": ""}}},
                "post": {"operationId": "uploadFile", "requestBody": {"content": {
                    "multipart/form-data": {"schema": {"type": "object"}},
                }}},
            },
        },
        "components": {"schemas": {
            "default": {"type": "object", "default": {}, "properties": {
                "default": {"type": "string", "default": "a"},
                "format": {"type": "string", "format": "date-time"},
                "integer": {"type": "integer", "format": "int64", "nullable": true},
                "list": {"type": "array", "items": {"type": "number", "format": "float"}},
            }},
        }},
    });
    let left_out = fit::fit(&mut given);
    assert_eq!(
        given,
        json!({
            "openapi": "3.0.3",
            "paths": {
                "/files": {
                    "parameters": [{"in": "header", "name": "x", "schema": text}],
                    "get": {"operationId": "listFiles", "parameters": [
                        {"in": "query", "name": "limit", "schema": {"type": "integer"}},
                    ], "responses": {"default": {"description": ""}}},
                },
            },
            "components": {"schemas": {
                "default": {"type": "object", "properties": {
                    "default": {"type": "string"},
                    "format": {"type": "string"},
                    "integer": {"type": "integer", "format": "int64", "nullable": true},
                    "list": {"type": "array", "items": {"type": "number"}},
                }},
            }},
        })
    );
    let named = |(operation, parameter): (&str, Option<&str>), reason| fit::LeftOut {
        operation: operation.to_owned(),
        parameter: parameter.map(str::to_owned),
        reason,
    };
    assert_eq!(
        left_out,
        [
            named(("listFiles", Some("metadata")), "its style is `deepObject`"),
            named(("uploadFile", None), "its body is multipart"),
        ]
    );
}
