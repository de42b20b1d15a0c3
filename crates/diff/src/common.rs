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
//! let [base, head] = without_common(&old.value, &new.value, &common);
//! assert!(base["paths"].get("/files").is_some() && base["paths"].get("/jobs").is_none());
//! assert!(head["paths"].get("/models").is_some() && head["paths"].get("/jobs").is_none());
//! ```

mod uses;

use self::uses::Uses;
use super::document::Document;
use crate::keywords::METHODS;
use crate::pointer;
use serde_json::{Map, Value, json};
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

/// An operation in a document in normal form.
#[derive(Clone, Copy)]
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    value: &'a Value,
}

/// Returns two documents without the operations that are the same in both: what is
/// generated from the rest differs in the same things.
///
/// What is generated for a component depends on how operations use it: whether they
/// send it, receive it, or do both. Where what differs uses a component otherwise in
/// the one document than in the other, both keep operations enough of those that are
/// the same to say how these use it.
#[must_use]
pub fn without_common(old: &Value, new: &Value, common: &BTreeSet<String>) -> [Value; 2] {
    let (base, same) = divided(old, new, common);
    let (head, _) = divided(new, old, common);
    let kept = uses_in_one(old, &base, new, &head).map(|components| {
        let mut uses = Uses::of(old);
        let mut told = BTreeSet::new();
        let mut kept = same;
        kept.retain(|operation| {
            let mut found = uses.of_operation(operation.value);
            found.retain(|(component, _)| components.contains(*component));
            let tells_more = !found.is_subset(&told);
            told.extend(found);
            tells_more
        });
        kept
    });
    let kept = kept.unwrap_or_default();
    let side = |document: &Value, differing: &[Operation<'_>]| {
        reduced(document, differing.iter().chain(&kept).copied())
    };
    [side(old, &base), side(new, &head)]
}

/// Returns the operations of a document that differ in another one, and those that
/// are the same.
fn divided<'a>(
    document: &'a Value,
    other: &Value,
    common: &BTreeSet<String>,
) -> (Vec<Operation<'a>>, Vec<Operation<'a>>) {
    operations(document).into_iter().partition(|operation| {
        let item = other["paths"].get(operation.path);
        let counterpart = item.and_then(|item| item.get(operation.method));
        let mut found = BTreeSet::new();
        references(operation.value, &mut found);
        counterpart != Some(operation.value) || !found.is_subset(common)
    })
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                all.push(Operation {
                    path,
                    method,
                    value,
                });
            }
        }
    }
    all
}

/// Returns the components that some operations of one document use otherwise than
/// some of another one; `None` if there are none.
fn uses_in_one(
    old: &Value,
    base: &[Operation<'_>],
    new: &Value,
    head: &[Operation<'_>],
) -> Option<BTreeSet<String>> {
    let (mut before, mut after) = (Uses::of(old), Uses::of(new));
    let before = before.of_operations(base.iter().map(|operation| operation.value));
    let after = after.of_operations(head.iter().map(|operation| operation.value));
    let components: BTreeSet<String> = before
        .symmetric_difference(&after)
        .map(|(component, _)| (*component).to_owned())
        .collect();
    (!components.is_empty()).then_some(components)
}

/// Returns a document with some of its operations and what they reach.
fn reduced<'a>(document: &Value, operations: impl Iterator<Item = Operation<'a>>) -> Value {
    let mut paths = Map::new();
    let mut todo = BTreeSet::new();
    for operation in operations {
        references(operation.value, &mut todo);
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method] = operation.value.clone();
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
