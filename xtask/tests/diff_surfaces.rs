//! What changes in Rust when an operation comes or goes: what the operations that stay
//! the same say of a type counts as much.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::diff_support;

use diff_support::{diff, prepared};
use serde_json::{Value, json};
use std::path::Path;
use unitune_diff::common::{common_references, without_common};
use unitune_diff::impact::{RustChange, Semver};
use unitune_diff::{Diff, Document, Format, Written, render};
use xtask::diff::rust_changes::{difference, surface};

fn answer(schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}})
}

fn body(schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

/// A document with these operations: (path, method) → operation.
fn document(operations: &[(&str, &str, Value)]) -> Document {
    let mut paths = json!({});
    for (path, method, operation) in operations {
        paths[path][method] = operation.clone();
    }
    let object = |field: &str, of: &str| {
        let field_schema = json!({"$ref": format!("#/components/schemas/{of}")});
        json!({"type": "object", "required": [field], "properties": {field: field_schema}})
    };
    let value = json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": paths,
        "components": {"schemas": {
            "Job": object("kind", "Kind"),
            "Order": object("kind", "Kind"),
            "Kind": {"type": "string", "enum": ["a", "b"]},
        }},
    });
    prepared("acme.json", &value)
}

fn list() -> (&'static str, &'static str, Value) {
    let operation = json!({"operationId": "listJobs", "responses": answer("Job")});
    ("/jobs", "get", operation)
}

fn retrieve() -> (&'static str, &'static str, Value) {
    let operation = json!({"operationId": "firstJob", "responses": answer("Job")});
    ("/jobs/first", "get", operation)
}

fn create() -> (&'static str, &'static str, Value) {
    let operation = json!({"operationId": "createOrder", "requestBody": body("Order"),
        "responses": {"204": {"description": ""}}});
    ("/orders", "post", operation)
}

fn rust(old: &[(&str, &str, Value)], new: &[(&str, &str, Value)]) -> RustChange {
    diff(&document(old), &document(new)).rust
}

#[test]
fn a_new_operation_brings_no_types_that_were_there() {
    let change = rust(&[list()], &[list(), retrieve()]);
    assert_eq!(change.appears, ["Client::first_job"]);
    assert!(change.vanishes.is_empty() && change.changes.is_empty());
    assert_eq!(change.semver, Semver::Minor);
}

#[test]
fn a_removed_operation_takes_no_types_that_others_need() {
    let change = rust(&[list(), retrieve()], &[list()]);
    assert_eq!(change.vanishes, ["Client::first_job"]);
    assert!(change.appears.is_empty() && change.changes.is_empty());
}

#[test]
fn an_enumeration_that_a_new_operation_receives_is_open_now() {
    let change = rust(&[create()], &[create(), list()]);
    let changed = &change.changes;
    let kind = changed.iter().find(|change| change.item == "Kind").unwrap();
    assert_eq!(
        (kind.from.as_str(), kind.to.as_str()),
        ("enum (closed)", "enum (open)")
    );
    assert!(!change.appears.contains(&"Kind".to_owned()), "{change:?}");
    assert_eq!(change.semver, Semver::Major);
}

#[test]
fn an_operation_id_that_stands_twice_is_no_obstacle() {
    let twice = |path: &'static str| {
        let (_, method, operation) = list();
        (path, method, operation)
    };
    let change = rust(&[list()], &[list(), twice("/jobs/again")]);
    assert_eq!(change.appears, ["Client::get_jobs_again"]);
    assert_eq!(change.semver, Semver::Minor);
}

#[test]
fn where_no_rust_can_be_generated_the_version_is_unknown() {
    let written = |path: &str| {
        let value = json!({
            "openapi": "3.0.3",
            "info": {"title": "Acme", "version": "1"},
            "paths": {path: {"get": {"operationId": "job", "responses": {}}}},
        });
        Document::in_normal_form(Written {
            file: "acme.json".to_owned(),
            text: value.to_string(),
            value,
        })
    };
    // A parameter of the path is declared nowhere.
    let diff = diff(&written("/jobs"), &written("/jobs/{id}"));
    assert_eq!(diff.rust.semver, Semver::Unknown);
    assert!(diff.notes[0].contains("no Rust"), "{:?}", diff.notes);
    let diff = Diff {
        documents: vec![diff],
    };
    for format in [Format::Text, Format::Markdown] {
        let text = render::render(&diff, format);
        assert!(text.contains("; Rust: unknown"), "{text}");
    }
}

#[test]
fn a_field_that_means_another_name_is_a_breaking_change() {
    let with = |member: &str| {
        let mut job = json!({"type": "object", "properties": {}});
        job["properties"][member] = json!({"type": "string"});
        let value = json!({
            "openapi": "3.0.3",
            "info": {"title": "Acme", "version": "1"},
            "paths": {"/jobs": {"get": {"operationId": "job", "responses": answer("Job")}}},
            "components": {"schemas": {"Job": job}},
        });
        prepared("acme.json", &value)
    };
    let change = diff(&with("jobId"), &with("job_id")).rust;
    assert_eq!(change.changes.len(), 1, "{change:?}");
    assert_eq!(change.changes[0].item, "Job.job_id");
    assert_eq!(change.semver, Semver::Major);
}

/// Which of the documents' Rust differs is the same with and without what they have in
/// common, for every operation that may come or go.
#[test]
fn documents_differ_in_the_same_rust_without_what_they_have_in_common() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let mut count = 0;
    for vendor in ["azure", "fireworks", "openai", "together", "truefoundry"] {
        let text = std::fs::read_to_string(specs.join(vendor).join("openapi.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let whole = prepared(vendor, &value);
        let whole_surface = surface(whole.value.clone()).unwrap();
        for operation in whole.operations() {
            let mut rest = value.clone();
            let item = rest["paths"][&operation.path].as_object_mut().unwrap();
            item.remove(&operation.method).unwrap();
            let rest = prepared(vendor, &rest);
            let expected = difference(&surface(rest.value.clone()).unwrap(), &whole_surface);
            let common = common_references(&rest, &whole);
            let reduced = without_common(&rest.value, &whole.value, &common);
            let [head, base] = without_common(&whole.value, &rest.value, &common);
            assert_eq!(reduced, [base, head], "{vendor}, back: {operation:?}");
            let [old, new] = reduced.map(|document| surface(document).unwrap());
            assert_eq!(difference(&old, &new), expected, "{vendor}: {operation:?}");
            count += 1;
        }
    }
    assert!(count > 20, "{count} operations");
}
