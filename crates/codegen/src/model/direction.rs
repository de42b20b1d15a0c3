//! Which components are sent, and which are received.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const SCHEMAS: &str = "#/components/schemas/";

/// Components reachable from responses, and from requests and parameters.
pub(super) fn directions(document: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut received = BTreeSet::new();
    let mut sent = BTreeSet::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for item in paths.into_iter().flat_map(|p| p.values()) {
        if let Some(parameters) = item.get("parameters") {
            collect(document, parameters, &mut sent);
        }
        for operation in METHODS.iter().filter_map(|m| item.get(m)) {
            for (key, value) in operation.as_object().into_iter().flatten() {
                match key.as_str() {
                    "responses" => collect(document, value, &mut received),
                    "parameters" | "requestBody" => collect(document, value, &mut sent),
                    _ => {}
                }
            }
        }
    }
    (received, sent)
}

/// Adds every component schema that `value` reaches.
fn collect(document: &Value, value: &Value, into: &mut BTreeSet<String>) {
    let mut todo = vec![value];
    let mut seen = BTreeSet::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                    if let Some(name) = target.strip_prefix(SCHEMAS) {
                        into.insert(name.to_owned());
                    }
                    if seen.insert(target.to_owned()) {
                        let pointer = target.strip_prefix('#').unwrap_or_default();
                        todo.extend(document.pointer(pointer));
                    }
                }
                todo.extend(members.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
}

/// Fields that would make a type hold itself by value.
pub(super) fn cycles(
    edges: &BTreeMap<String, Vec<(String, String)>>,
) -> BTreeSet<(String, String)> {
    let mut boxed = BTreeSet::new();
    for (from, fields) in edges {
        for (field, to) in fields {
            if reaches(edges, to, from) {
                boxed.insert((from.clone(), field.clone()));
            }
        }
    }
    boxed
}

fn reaches(edges: &BTreeMap<String, Vec<(String, String)>>, from: &str, to: &str) -> bool {
    let mut todo = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            todo.extend(
                edges
                    .get(name)
                    .into_iter()
                    .flatten()
                    .map(|(_, n)| n.as_str()),
            );
        }
    }
    false
}
