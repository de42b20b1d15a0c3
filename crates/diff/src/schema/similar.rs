//! Measures whether two schemas or names are the same under another name.

use super::resolve::{Flat, Node, flatten, follow};
use crate::document::squash;
use crate::prose::is_prose;
use serde_json::{Map, Value};
use similar::TextDiff;
use std::collections::BTreeSet;

/// Returns how alike two names are, from 0 to 1.
#[must_use]
pub fn names(one: &str, other: &str) -> f32 {
    let (one, other) = (squash(one), squash(other));
    if one == other {
        return 1.0;
    }
    let diff: TextDiff<'_, '_, str> = TextDiff::from_chars(&one, &other);
    diff.ratio()
}

/// Returns whether a name is another one's after a correction.
#[must_use]
pub fn renamed(one: &str, other: &str) -> bool {
    // `v1` and `v2` are two things, however alike they look.
    let digits = |name: &str| {
        name.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    digits(one) == digits(other) && names(one, other) >= 0.72
}

/// Returns the same for words of an enum, which are often alike.
#[must_use]
pub fn respelled(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => renamed(one, other) && names(one, other) >= 0.88,
        _ => false,
    }
}

/// Returns a shape with its references written out, to some depth, without
/// prose.
#[must_use]
pub fn shape(root: &Value, node: &Node<'_>, depth: usize) -> Value {
    let followed = follow(root, node);
    let value = followed.core.value;
    let mut map = written(root, &followed.core.at, value, depth);
    if let Some(map) = map.as_object_mut() {
        for keyword in ["nullable", "default"] {
            if let Some(stated) = followed.own_annotation(keyword) {
                map.insert(keyword.to_owned(), stated.value.clone());
            }
        }
    }
    map
}

fn written(root: &Value, at: &str, value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(members) if members.contains_key("$ref") => {
            if depth == 0 {
                return members["$ref"].clone();
            }
            let node = Node {
                at: at.to_owned(),
                value,
            };
            shape(root, &node, depth - 1)
        }
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .iter()
                .filter(|(name, child)| !is_prose(name) || child.is_object())
                .map(|(name, child)| (name.clone(), written(root, at, child, depth)))
                .collect();
            Value::Object(kept)
        }
        Value::Array(list) => list
            .iter()
            .map(|child| written(root, at, child, depth))
            .collect(),
        other => other.clone(),
    }
}

/// Returns one word that distinguishes a branch: the values that a required
/// member of it must have.
fn tags<'a>(root: &'a Value, flat: &Flat<'a>) -> BTreeSet<(&'a str, String)> {
    let mut tags = BTreeSet::new();
    for (name, schemas) in &flat.properties {
        for schema in schemas {
            let followed = follow(root, schema);
            let values = followed.core.value.get("enum").and_then(Value::as_array);
            if let Some([one]) = values.map(Vec::as_slice) {
                tags.insert((*name, one.to_string()));
            }
        }
    }
    tags
}

/// Returns how much two branches of unions are the same, from 0 to 1.
#[must_use]
pub fn branches(roots: (&Value, &Value), one: &Node<'_>, other: &Node<'_>) -> f64 {
    let (a, b) = (follow(roots.0, one), follow(roots.1, other));
    if a.component.is_some() && a.component == b.component {
        return 1.0;
    }
    if shape(roots.0, one, 3) == shape(roots.1, other, 3) {
        return 0.95;
    }
    let (fa, fb) = (flatten(roots.0, &a.core), flatten(roots.1, &b.core));
    let (ta, tb) = (tags(roots.0, &fa), tags(roots.1, &fb));
    if !ta.is_empty() && ta == tb {
        return 0.9;
    }
    let near = |name: Option<&str>, other: Option<&str>| match (name, other) {
        (Some(one), Some(other)) if renamed(one, other) => 0.2,
        _ => 0.0,
    };
    let names = near(a.component, b.component);
    match (fa.kind(), fb.kind()) {
        (Some("object"), Some("object")) => {
            let common = fa
                .properties
                .keys()
                .filter(|k| fb.properties.contains_key(*k));
            let common = common.count();
            let all = fa.properties.len() + fb.properties.len() - common;
            // Tags that contradict each other make two branches of them.
            let apart = ta.iter().any(|(name, value)| {
                tb.iter()
                    .any(|(other, word)| other == name && word != value)
            });
            if all == 0 {
                return 0.6;
            }
            #[allow(clippy::cast_precision_loss)] // Members are few.
            let share = common as f64 / all as f64;
            (share * 0.75 + names) * if apart { 0.3 } else { 1.0 }
        }
        (Some("array"), Some("array")) => 0.7,
        (Some(x), Some(y)) if x == y => {
            match (fa.keyword("enum").is_some(), fb.keyword("enum").is_some()) {
                (true, true) => enums(&fa, &fb),
                (false, false) => 0.85,
                _ => 0.4,
            }
        }
        (Some("integer" | "number"), Some("integer" | "number")) => 0.5,
        (None, None) if fa.unions.len() == 1 && fb.unions.len() == 1 => 0.6,
        _ => 0.0,
    }
}

fn enums(one: &Flat<'_>, other: &Flat<'_>) -> f64 {
    let words = |flat: &Flat<'_>| -> BTreeSet<String> {
        let values = flat.values().unwrap_or_default();
        values.iter().map(|node| node.value.to_string()).collect()
    };
    let (a, b) = (words(one), words(other));
    if a.is_disjoint(&b) { 0.2 } else { 0.8 }
}
