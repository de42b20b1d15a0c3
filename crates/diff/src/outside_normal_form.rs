//! Compares what the normal form does not hold: unused schemas, keywords that
//! the lowering leaves out, and prose.

use super::correspondence::Correspondence;
use super::discriminators::discriminators;
use super::document::{Document, LossyRewrite};
use super::finding::{Finding, code, quoted};
use super::level::Level;
use super::rule::Rule;
use super::rules;
use super::schema::label;
use crate::json_schema::type_of;
use crate::keywords::{self, Kind, Shape};
use crate::pointer;
use crate::prose::{is_prose, without_prose};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Returns everything of that sort.
pub(super) fn outside_normal_form(
    base: &Document,
    head: &Document,
    reported: &ReportedPlaces,
    correspondence: &Correspondence,
) -> Vec<Finding> {
    let mut found = unused(base, head);
    found.extend(lossy(base, head, reported, correspondence));
    found.extend(discriminators(base, head, correspondence));
    found.extend(prose(base, head));
    found.into_iter().map(Finding::written_place).collect()
}

fn unused(base: &Document, head: &Document) -> Vec<Finding> {
    let names: BTreeSet<&String> = base.unused.keys().chain(head.unused.keys()).collect();
    // What something that the lowering leaves out refers to is compared there.
    let rewrites = referred(base).into_iter().chain(referred(head));
    let rewrites: BTreeSet<String> = rewrites.collect();
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| !rewrites.contains(*name)) {
        let at = pointer::join("/components/schemas", name);
        let rule = match (base.unused.get(name), head.unused.get(name)) {
            (None, None) => continue,
            (Some(old), Some(new)) if without_prose(old) == without_prose(new) => continue,
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

/// Returns the schemas that something refers to which the lowering leaves out.
fn referred(document: &Document) -> BTreeSet<String> {
    fn collect(value: &Value, todo: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                todo.extend(reference.and_then(pointer::of_reference));
                map.values().for_each(|child| collect(child, todo));
            }
            Value::Array(list) => list.iter().for_each(|child| collect(child, todo)),
            _ => {}
        }
    }
    let mut todo = Vec::new();
    for rewrites in document.lossy.values() {
        collect(&rewrites.value, &mut todo);
    }
    let mut seen = BTreeSet::new();
    let mut names = BTreeSet::new();
    while let Some(at) = todo.pop() {
        if let Some(name) = at.strip_prefix("/components/schemas/") {
            names.insert(pointer::unescape(name.split('/').next().unwrap_or(name)));
        }
        if seen.insert(at.clone())
            && let Some(target) = document.written.value.pointer(&at)
        {
            collect(target, &mut todo);
        }
    }
    names
}

/// Returns whether an operation reaches the schema that the vendor calls so.
fn used(document: &Document, name: &str) -> bool {
    document.named.values().any(|known| known == name)
}

/// The places that rules have spoken of already, and how much it matters there.
pub(super) type ReportedPlaces = BTreeMap<String, Level>;

fn lossy(
    base: &Document,
    head: &Document,
    reported: &ReportedPlaces,
    correspondence: &Correspondence,
) -> Vec<Finding> {
    let roots = (&base.written.value, &head.written.value);
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    pairs.extend(
        base.lossy
            .keys()
            .map(|at| (at.clone(), correspondence.across(at))),
    );
    pairs.extend(
        head.lossy
            .keys()
            .map(|at| (correspondence.back(at), at.clone())),
    );
    let mut found = Vec::new();
    for (from, place) in &pairs {
        let (before, after) = (base.lossy.get(from), head.lossy.get(place));
        // What stands in a node of one side only comes or goes with the node.
        let parent = |place: &str| {
            let split = pointer::split(place);
            split.map_or(String::new(), |(parent, _)| parent.to_owned())
        };
        let around = (parent(from), parent(place));
        if roots.0.pointer(&around.0).is_none() || roots.1.pointer(&around.1).is_none() {
            continue;
        }
        let written = |root: &Value, at: &str, rewrites: Option<&LossyRewrite>, old: bool| {
            let value = rewrites.map(|rewrites| rewrites.value.clone());
            let value = value.or_else(|| root.pointer(at).map(without_prose));
            value.map(|value| correspondence.spelled(root, &value, old, 4))
        };
        let old = written(roots.0, from, before, true);
        let new = written(roots.1, place, after, false);
        if old == new {
            continue;
        }
        let last = pointer::split(place)
            .map(|(_, last)| last)
            .unwrap_or_default();
        let rewrites = || before.iter().chain(&after);
        let outside_request_and_response =
            rewrites().all(|rewrites| rewrites.outside_request_and_response);
        let tuple = rewrites().any(|rewrites| rewrites.tuple);
        let named = label::place(&head.written.value, &around.1);
        let (rule, name) = match (last.as_str(), &old, &new) {
            // A default that its own type does not allow is still a default.
            ("default", None, Some(_)) => ("default-added", named),
            ("default", Some(_), None) => ("default-removed", named),
            ("default", Some(a), Some(b)) if type_of(a) != type_of(b) => {
                ("default-type-changed", named)
            }
            ("default", Some(_), Some(_)) => ("default-changed", named),
            _ if tuple => ("tuple-changed", named),
            _ if outside_request_and_response => (
                "outside-request-and-response-changed",
                format!("{} of {named}", code(&last)),
            ),
            _ => (
                "lossy-lowering-changed",
                format!("{} of {named}", code(&last)),
            ),
        };
        // The rules have spoken of this very place; or of the schema, where it
        // is described less precisely, with the same level.
        let spoken = |place: &str, around: &str| {
            let level = reported.get(around).copied();
            reported.contains_key(place)
                || (!tuple
                    && rewrites().any(|l| !l.dropped)
                    && level >= rules::find(rule).map(Rule::worst))
        };
        if spoken(from, &around.0) || spoken(place, &around.1) {
            continue;
        }
        found.push(
            Finding::new(rule)
                .at(
                    old.is_some().then_some(from),
                    new.is_some().then_some(place),
                )
                .named(name)
                .change(quoted(old.as_ref()), quoted(new.as_ref()))
                .about(last),
        );
    }
    found
}

/// Returns one finding for all prose, by keyword: its text is in the
/// documents.
fn prose(base: &Document, head: &Document) -> Option<Finding> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut first: Option<String> = None;
    let (old, new) = (&base.written.value, &head.written.value);
    differ(Kind::Document, old, new, "", &mut |keyword, at| {
        let label = if keyword.starts_with("x-") {
            "x-*"
        } else {
            keyword
        };
        *counts.entry(label.to_owned()).or_default() += 1;
        first.get_or_insert_with(|| pointer::join(at, keyword));
    });
    let first = first?;
    let stated: Vec<String> = counts
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
            .named(stated.join(", ")),
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
        match (keywords::key(kind, key).map(|key| key.shape), before, after) {
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

/// Returns whether a keyword is prose that the normal form has no place for.
fn is_left_out(keyword: &str) -> bool {
    let ours = keyword.starts_with("x-unitune-");
    let words = ["tags", "termsOfService", "contact"];
    keyword != "description" && !ours && (is_prose(keyword) || words.contains(&keyword))
}
