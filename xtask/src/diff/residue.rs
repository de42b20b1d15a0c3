//! What the comparison of the normal forms cannot see: schemas that nobody
//! uses, keywords that the lowering leaves out, and the vendor's prose.

use super::document::{Document, is_prose};
use super::found::{Finding, quoted};
use super::schema::label;
use crate::lower::rules::type_of;
use crate::pointer;
use crate::shape::{self, Kind, Shape};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Everything of that sort.
pub(super) fn residue(base: &Document, head: &Document, told: &BTreeSet<String>) -> Vec<Finding> {
    let mut found = unused(base, head);
    found.extend(lost(base, head, told));
    found.extend(prose(base, head));
    found
}

fn unused(base: &Document, head: &Document) -> Vec<Finding> {
    let names: BTreeSet<&String> = base.unused.keys().chain(head.unused.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let at = pointer::join("/components/schemas", name);
        let rule = match (base.unused.get(name), head.unused.get(name)) {
            (None, None) => continue,
            (Some(old), Some(new)) if plain(old) == plain(new) => continue,
            (Some(_), Some(_)) => "unused-schema-changed",
            // One that comes into use, or goes out of it, is reported there.
            (None, Some(_)) if used(base, name) => continue,
            (Some(_), None) if used(head, name) => continue,
            (None, Some(_)) => "unused-schema-added",
            (Some(_), None) => "unused-schema-removed",
        };
        let side = |document: &Document| document.unused.contains_key(name).then_some(at.as_str());
        found.push(
            Finding::new(rule)
                .at(side(base), side(head))
                .named(name)
                .about(name),
        );
    }
    found
}

/// Whether an operation reaches the schema that the vendor calls so.
fn used(document: &Document, name: &str) -> bool {
    document.named.values().any(|known| known == name)
}

/// A schema without prose.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(name, child)| !is_prose(name) || child.is_object())
            .map(|(name, child)| (name.clone(), plain(child)))
            .collect(),
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn lost(base: &Document, head: &Document, told: &BTreeSet<String>) -> Vec<Finding> {
    let places: BTreeSet<&String> = base.lost.keys().chain(head.lost.keys()).collect();
    let mut found = Vec::new();
    for place in places {
        let (old, new) = (
            base.written.value.pointer(place),
            head.written.value.pointer(place),
        );
        let (before, after) = (base.lost.get(place), head.lost.get(place));
        // What stands in a node of one side only comes or goes with the node.
        let parent = pointer::split(place).map_or("", |(parent, _)| parent);
        let both = |d: &Document| d.written.value.pointer(parent).is_some();
        if before == after || !both(base) || !both(head) {
            continue;
        }
        let old = before.cloned().or_else(|| old.map(plain));
        let new = after.cloned().or_else(|| new.map(plain));
        // The rules have spoken of this very place.
        let told = told.contains(place) || told.contains(parent);
        if old == new || told {
            continue;
        }
        let last = pointer::split(place)
            .map(|(_, last)| last)
            .unwrap_or_default();
        let around = label::place(&head.written.value, parent);
        let (rule, name) = match (last.as_str(), &old, &new) {
            // A default that its own type does not allow is still a default.
            ("default", None, Some(_)) => ("default-added", around),
            ("default", Some(_), None) => ("default-removed", around),
            ("default", Some(a), Some(b)) if type_of(a) != type_of(b) => {
                ("default-type-changed", around)
            }
            ("default", Some(_), Some(_)) => ("default-changed", around),
            _ => ("lowered-away-changed", format!("`{last}` of {around}")),
        };
        found.push(
            Finding::new(rule)
                .at(
                    old.is_some().then_some(place),
                    new.is_some().then_some(place),
                )
                .named(name)
                .change(quoted(old.as_ref()), quoted(new.as_ref()))
                .about(last),
        );
    }
    found
}

/// One finding for all prose, by keyword: what it says is in the documents.
fn prose(base: &Document, head: &Document) -> Option<Finding> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: Option<String> = None;
    let (old, new) = (&base.written.value, &head.written.value);
    differ(Kind::Document, old, new, "", &mut |keyword, at| {
        let shown = if keyword.starts_with("x-") {
            "x-*"
        } else {
            keyword
        };
        *counts.entry(shown.to_owned()).or_default() += 1;
        first.get_or_insert_with(|| pointer::join(at, keyword));
    });
    let first = first?;
    let said: Vec<String> = counts
        .iter()
        .map(|(keyword, count)| format!("{count} × {keyword}"))
        .collect();
    let side = |document: &Document| {
        let there = document.written.value.pointer(&first).is_some();
        there.then_some(first.as_str())
    };
    Some(
        Finding::new("prose-changed")
            .at(side(base), side(head))
            .named(said.join(", ")),
    )
}

/// Tells the prose that differs between nodes that both documents have.
fn differ(kind: Kind, old: &Value, new: &Value, at: &str, tell: &mut dyn FnMut(&str, &str)) {
    let (Value::Object(one), Value::Object(other)) = (old, new) else {
        return;
    };
    if one == other {
        return;
    }
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        let (before, after) = (one.get(key), other.get(key));
        if before == after {
            continue;
        }
        if is_left_out(key) {
            tell(key, at);
            continue;
        }
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        let at = pointer::join(at, key);
        match (shape::key(kind, key).map(|key| key.shape), before, after) {
            (Some(Shape::One(kind)), _, _) => differ(kind, before, after, &at, tell),
            (Some(Shape::Open | Shape::Items), _, _) => {
                differ(Kind::Schema, before, after, &at, tell);
            }
            (Some(Shape::Each(kind)), Value::Array(before), Value::Array(after)) => {
                for (n, (before, after)) in before.iter().zip(after).enumerate() {
                    differ(kind, before, after, &pointer::index(&at, n), tell);
                }
            }
            (Some(Shape::Map(kind)), Value::Object(before), Value::Object(after)) => {
                for (name, before) in before {
                    if let Some(after) = after.get(name) {
                        differ(kind, before, after, &pointer::join(&at, name), tell);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a keyword is prose that the normal form has no place for.
fn is_left_out(keyword: &str) -> bool {
    let ours = keyword.starts_with("x-unitune-");
    let words = ["tags", "termsOfService", "contact"];
    keyword != "description" && !ours && (is_prose(keyword) || words.contains(&keyword))
}
