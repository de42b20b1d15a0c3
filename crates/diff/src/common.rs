//! What two documents have in common, so that only the rest is compared.
//!
//! ```
//! use serde_json::json;
//! use unitune_diff::common::{common_references, without_common};
//! use unitune_diff::{Document, Written};
//!
//! let document = |path: &str| {
//!     let value = json!({"paths": {"/jobs": {"get": {}}, path: {"get": {}}}});
//!     Document::in_normal_form(Written { file: String::new(), text: String::new(), value })
//! };
//! let (old, new) = (document("/files"), document("/models"));
//! let common = common_references(&old, &new);
//! let rest = without_common(&new.value, &old.value, &common);
//! assert!(rest["paths"].get("/models").is_some() && rest["paths"].get("/jobs").is_none());
//! ```

use super::document::Document;
use crate::pointer;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Collects the references in a value, once each.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match child {
                    Value::String(reference) if name == "$ref" => {
                        found.insert(reference.clone());
                    }
                    _ => references(child, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|child| references(child, found)),
        _ => {}
    }
}

fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(&pointer::of_reference(reference)?)
}

/// Returns the references that mean the same in both documents, all the way down.
#[must_use]
pub fn common_references(base: &Document, head: &Document) -> BTreeSet<String> {
    let mut inside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut todo = BTreeSet::new();
    references(&base.value, &mut todo);
    let mut same = BTreeSet::new();
    for reference in todo {
        let (old, new) = (
            target(&base.value, &reference),
            target(&head.value, &reference),
        );
        if let Some(old) = old.filter(|_| old == new) {
            let mut found = BTreeSet::new();
            references(old, &mut found);
            inside.insert(reference.clone(), found);
            same.insert(reference);
        }
    }
    // What refers to something that differs, differs.
    loop {
        let gone: Vec<String> = same
            .iter()
            .filter(|one| inside[*one].iter().any(|other| !same.contains(other)))
            .cloned()
            .collect();
        if gone.is_empty() {
            return same;
        }
        for one in gone {
            same.remove(&one);
        }
    }
}

/// Returns a document without the operations that are the same in another one: what
/// is generated from the rest differs in the same things.
#[must_use]
pub fn without_common(document: &Value, other: &Value, common: &BTreeSet<String>) -> Value {
    let mut paths = Map::new();
    let mut todo = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let mut kept = Map::new();
        for (method, operation) in item.as_object().into_iter().flatten() {
            let mut found = BTreeSet::new();
            references(operation, &mut found);
            let counterpart = other["paths"].get(path).and_then(|item| item.get(method));
            if counterpart != Some(operation) || !found.is_subset(common) {
                kept.insert(method.clone(), operation.clone());
                todo.extend(found);
            }
        }
        if !kept.is_empty() {
            paths.insert(path.clone(), Value::Object(kept));
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(reference) = todo.pop_first() {
        if reached.insert(reference.clone())
            && let Some(value) = target(document, &reference)
        {
            references(value, &mut todo);
            todo.retain(|one| !reached.contains(one));
        }
    }
    let mut components = Map::new();
    for (folder, map) in document["components"].as_object().into_iter().flatten() {
        let map = map.as_object().into_iter().flatten();
        let kept: Map<String, Value> = map
            .filter(|(name, _)| {
                let own = format!("#/components/{folder}/{}", pointer::escape(name));
                let plain = format!("#/components/{folder}/{name}");
                folder == "securitySchemes" || reached.contains(&own) || reached.contains(&plain)
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        components.insert(folder.clone(), Value::Object(kept));
    }
    let mut reduced = Map::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        let value = match name.as_str() {
            "paths" => Value::Object(std::mem::take(&mut paths)),
            "components" => Value::Object(std::mem::take(&mut components)),
            _ => value.clone(),
        };
        reduced.insert(name.clone(), value);
    }
    Value::Object(reduced)
}
