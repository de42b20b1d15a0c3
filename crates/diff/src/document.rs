//! A document that is ready to be compared.
//!
//! ```
//! use unitune_diff::{Document, Written};
//!
//! let value = serde_json::json!({
//!     "openapi": "3.0.3",
//!     "info": {"title": "Jobs", "version": "1"},
//!     "paths": {"/jobs": {"get": {"operationId": "listJobs", "responses": {}}}},
//! });
//! let written = Written { file: "jobs.json".into(), text: String::new(), value };
//! let document = Document::in_normal_form(written);
//! assert_eq!(document.operations()[0].id, "listJobs");
//! ```

use crate::keywords::METHODS;
use crate::pointer;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A document as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The file in messages and annotations.
    pub file: String,
    /// The text, JSON or YAML: lines are found in it.
    pub text: String,
    /// The document.
    pub value: Value,
}

/// A document that is ready to be compared: as it was written, and in normal
/// form.
///
/// The normal form is OpenAPI 3.0 with one way to write each thing: every operation
/// has an `operationId` and contains its parameters, bodies and responses, and null is
/// `nullable`. Use [`Document::in_normal_form`] for a document in that form; for any
/// other, bring it into the form and fill in the fields.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document as it was written.
    pub written: Written,
    /// The document in normal form.
    pub value: Value,
    /// The operations that have an `operationId` in the written document:
    /// (path, method) → id.
    pub ids: BTreeMap<(String, String), String>,
    /// The component schemas that have a name in the written document: the name
    /// in normal form, [squashed](squash), → the written one.
    pub named: BTreeMap<String, String>,
    /// Component schemas of the written document that no operation reaches.
    pub unused: BTreeMap<String, Value>,
    /// What the normal form leaves out or states less precisely, by the JSON pointer
    /// in the written document.
    pub lossy: BTreeMap<String, LossyRewrite>,
}

/// A rewrite after which the normal form holds less than the written document.
#[derive(Clone, Debug)]
pub struct LossyRewrite {
    /// The rule that rewrote it.
    pub rule: &'static str,
    /// Whether it changes nothing that a client sends or receives.
    pub outside_request_and_response: bool,
    /// Whether it is left out; else it is stated less precisely.
    pub dropped: bool,
    /// Whether it is a tuple, which the normal form has as a list.
    pub tuple: bool,
    /// What was written, without prose.
    pub value: Value,
}

/// An operation of a document in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `get`, `post`, …
    pub method: String,
    /// The path.
    pub path: String,
    /// The `operationId`.
    pub id: String,
}

impl Document {
    /// Returns a document that is written in normal form.
    #[must_use]
    pub fn in_normal_form(written: Written) -> Self {
        let value = written.value.clone();
        let schemas = value.pointer("/components/schemas");
        let schemas = schemas.and_then(Value::as_object);
        let reached = reached(&value);
        let mut named = BTreeMap::new();
        let mut unused = BTreeMap::new();
        for (name, schema) in schemas.into_iter().flatten() {
            if reached.contains(&pointer::join("/components/schemas", name)) {
                named.insert(squash(name), name.clone());
            } else {
                unused.insert(name.clone(), schema.clone());
            }
        }
        let mut document = Self {
            written,
            value,
            ids: BTreeMap::new(),
            named,
            unused,
            lossy: BTreeMap::new(),
        };
        document.ids = document
            .operations()
            .into_iter()
            .map(|operation| ((operation.path, operation.method), operation.id))
            .collect();
        document
    }

    /// Returns a document without operations, to compare an added or removed one
    /// with.
    #[must_use]
    pub fn empty(file: &str) -> Self {
        Self::in_normal_form(Written {
            file: file.to_owned(),
            text: String::new(),
            value: json!({"openapi": "3.0.3", "info": {}, "paths": {}}),
        })
    }

    /// Returns the operations, in the order of paths and methods.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.value.get("paths").and_then(Value::as_object);
        let mut operations = Vec::new();
        for (path, item) in paths.into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(*method) else {
                    continue;
                };
                let id = operation.get("operationId").and_then(Value::as_str);
                operations.push(Operation {
                    method: (*method).to_owned(),
                    path: path.clone(),
                    id: id.unwrap_or_default().to_owned(),
                });
            }
        }
        operations
    }

    /// Returns whether that component has its name from the written document.
    #[must_use]
    pub fn names(&self, component: &str) -> bool {
        let name = squash(component);
        self.named.contains_key(&name)
            || self
                .named
                .contains_key(name.trim_end_matches(|c: char| c.is_ascii_digit()))
    }
}

/// Returns the components that operations reach, as JSON pointers.
fn reached(document: &Value) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut todo = Vec::new();
    references(&document["paths"], &mut todo);
    while let Some(target) = todo.pop() {
        let component: Vec<&str> = target.splitn(5, '/').take(4).collect();
        let component = component.join("/");
        if reached.insert(component.clone())
            && let Some(found) = document.pointer(&component)
        {
            references(found, &mut todo);
        }
    }
    reached
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match child {
                    Value::String(text) if name == "$ref" => {
                        found.extend(pointer::of_reference(text));
                    }
                    _ => references(child, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|child| references(child, found)),
        _ => {}
    }
}

/// Returns a name without what spelling habits change: its letters and digits
/// in lower case.
#[must_use]
pub fn squash(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
