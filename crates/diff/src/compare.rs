//! The comparison of two documents; pure, without any I/O.

use super::change::{AffectedOperation, Change, Location};
use super::correspondence::Correspondence;
use super::document::{Document, squash};
use super::finding::Finding;
use super::impact::{Mapping, RustChange};
use super::level::{Directions, Level};
use super::locate::Lines;
use super::operations::{Walk, walk};
use super::outside_normal_form::{ReportedPlaces, outside_normal_form};
use crate::keywords::METHODS;
use crate::pointer;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// What is one change: the same rule at the same places with the same words.
type Key = (
    &'static str,
    Option<String>,
    Option<String>,
    String,
    String,
    Option<String>,
);

fn key(finding: &Finding) -> Key {
    (
        finding.rule.id,
        finding.base.clone(),
        finding.head.clone(),
        finding.from.clone(),
        finding.to.clone(),
        finding.subject.clone(),
    )
}

/// Compares two documents.
#[must_use]
pub fn compare(base: &Document, head: &Document) -> Vec<Change> {
    let mut walk = walk(base, head);
    let mut found: BTreeMap<Key, (Finding, BTreeMap<usize, Directions>)> = BTreeMap::new();
    let mut add = |finding: &Finding, touched: &mut dyn Iterator<Item = (usize, Directions)>| {
        let change = found
            .entry(key(finding))
            .or_insert_with(|| (finding.clone(), BTreeMap::new()));
        for (operation, directions) in touched {
            let directions = directions.and(finding.directions);
            if !directions.is_empty() {
                let known = change.1.entry(operation).or_default();
                *known = known.or(directions);
            }
        }
    };
    for (finding, touched) in std::mem::take(&mut walk.findings) {
        add(
            &finding,
            &mut touched.into_iter().map(|n| (n, Directions::BOTH)),
        );
    }
    let reached = reached(&walk);
    let mut by_pair: BTreeMap<usize, Vec<(usize, Directions)>> = BTreeMap::new();
    for (operation, directions, pair) in &reached {
        by_pair
            .entry(*pair)
            .or_default()
            .push((*operation, *directions));
    }
    for (pair, touched) in by_pair {
        for finding in &walk.schemas.pairs[pair].findings {
            // A change that no direction shows is no change.
            if touched
                .iter()
                .any(|(_, directions)| !directions.and(finding.directions).is_empty())
            {
                add(finding, &mut touched.iter().copied());
            }
        }
    }
    let lines = (Lines::of(base), Lines::of(head));
    let mut changes: Vec<Change> = found
        .into_values()
        .map(|(finding, touched)| change(&walk, &finding, &touched, &lines))
        .collect();
    let mut reported = ReportedPlaces::new();
    for change in changes
        .iter()
        .filter(|change| change.rule.id != "description-changed")
    {
        let old = change.base.as_ref().map(|place| place.written.clone());
        let new = change.head.as_ref().map(|place| place.written.clone());
        for place in old.into_iter().chain(new) {
            let level = reported.entry(place).or_insert(change.level);
            *level = change.level.max(*level);
        }
    }
    let correspondence = Correspondence::of(&walk, &lines);
    for finding in outside_normal_form(base, head, &reported, &correspondence) {
        let touched = touched(&walk, &reached, &finding);
        if finding.rule.id == "tuple-changed" {
            changes.retain(|change| !of_tuple(change, &finding));
        }
        changes.push(change(&walk, &finding, &touched, &lines));
    }
    changes.sort_by(|a, b| a.key().cmp(&b.key()));
    changes
}

/// Returns whether a change is what the items of a tuple look like as a list
/// of any of them: the tuple's own change is more precise.
fn of_tuple(change: &Change, tuple: &Finding) -> bool {
    let inside = |place: &Option<Location>, tuple: &Option<String>| {
        let (Some(place), Some(tuple)) = (place, tuple) else {
            return place.is_none();
        };
        let around = pointer::split(tuple).map(|(around, _)| around.to_owned());
        let items = place.pointer.contains("/items") || change.rule.id.starts_with("union-");
        items && (place.written.starts_with(tuple) || Some(&place.written) == around.as_ref())
    };
    inside(&change.base, &tuple.base) && inside(&change.head, &tuple.head)
}

/// Returns the pairs of schemas that each operation reaches, and in which
/// directions.
fn reached(walk: &Walk<'_>) -> Vec<(usize, Directions, usize)> {
    let mut by_operation: BTreeMap<usize, Vec<(usize, Directions)>> = BTreeMap::new();
    for (operation, pair, directions) in &walk.roots {
        by_operation
            .entry(*operation)
            .or_default()
            .push((*pair, *directions));
    }
    let mut all = Vec::new();
    for (operation, roots) in by_operation {
        let mut seen: HashMap<usize, Directions> = HashMap::new();
        let mut todo = roots;
        while let Some((pair, directions)) = todo.pop() {
            let known = seen.entry(pair).or_default();
            if directions.is_empty() || known.has(directions) {
                continue;
            }
            *known = known.or(directions);
            let directions = *known;
            let children = walk.schemas.pairs[pair].children.iter();
            todo.extend(children.map(|(child, only)| (*child, directions.and(*only))));
        }
        let seen = seen
            .into_iter()
            .filter(|(_, directions)| !directions.is_empty());
        all.extend(seen.map(|(pair, directions)| (operation, directions, pair)));
    }
    all
}

/// Returns the operations that a place of the written documents belongs to.
fn touched(
    walk: &Walk<'_>,
    reached: &[(usize, Directions, usize)],
    finding: &Finding,
) -> BTreeMap<usize, Directions> {
    let mut touched: BTreeMap<usize, Directions> = BTreeMap::new();
    let mut touch = |n: usize, directions: Directions| {
        let known = touched.entry(n).or_default();
        *known = known.or(directions);
    };
    let both = [
        (&finding.base, walk.schemas.base, true),
        (&finding.head, walk.schemas.head, false),
    ];
    for (place, document, old) in both {
        let Some(place) = place else { continue };
        for (n, operation) in walk.operations.iter().enumerate() {
            let node = if old {
                &operation.base
            } else {
                &operation.head
            };
            if let Some(node) = node {
                let directions = directions_of(place, &node.at, &document.written.value);
                if !directions.is_empty() {
                    touch(n, directions);
                }
            }
        }
        let component = place.strip_prefix("/components/schemas/");
        let component = component.map(|rest| squash(rest.split('/').next().unwrap_or(rest)));
        let Some(component) = component else { continue };
        let vendors = |name: &str| {
            let name = squash(name);
            let own = document.named.get(&name);
            name == component || own.is_some_and(|own| squash(own) == component)
        };
        for (n, directions, pair) in reached {
            let pair = &walk.schemas.pairs[*pair];
            let at = if old { &pair.base.at } else { &pair.head.at };
            let name = at.strip_prefix("/components/schemas/");
            let name = name.map(|rest| rest.split('/').next().unwrap_or(rest));
            let mut parts = pair
                .parts
                .iter()
                .map(|(one, other)| if old { one } else { other });
            if name.is_some_and(vendors) || parts.any(|part| vendors(part)) {
                touch(*n, *directions);
            }
        }
    }
    touched
}

/// Returns the directions in which an operation sends or receives what stands
/// at a place outside the schemas: in itself, beside it in its path, or in what
/// it refers to.
fn directions_of(place: &str, operation: &str, root: &Value) -> Directions {
    let part = |rest: &str| match rest.split('/').nth(1) {
        Some("responses") => Directions::RECEIVED,
        Some("parameters" | "requestBody") => Directions::SENT,
        Some(_) => Directions::BOTH,
        None => Directions::default(),
    };
    if let Some(rest) = place.strip_prefix(operation).filter(|r| r.starts_with('/')) {
        return part(rest);
    }
    let path = pointer::split(operation).map_or("", |(path, _)| path);
    if let Some(rest) = place.strip_prefix(path).filter(|r| r.starts_with('/')) {
        let other = rest.split('/').nth(1);
        let method = other.is_some_and(|step| METHODS.contains(&step));
        return if method {
            Directions::default()
        } else {
            part(rest)
        };
    }
    let steps: Vec<&str> = place.split('/').collect();
    let directions = match steps.as_slice() {
        ["", "components", "responses" | "headers", _, ..] => Directions::RECEIVED,
        ["", "components", "parameters" | "requestBodies", _, ..] => Directions::SENT,
        _ => return Directions::default(),
    };
    let reference = format!("#{}", steps[..4].join("/"));
    let own = [root.pointer(operation), root.pointer(path)];
    let refers = own
        .into_iter()
        .flatten()
        .any(|node| refers(node, &reference));
    if refers {
        directions
    } else {
        Directions::default()
    }
}

/// Returns whether something in a value refers to that.
fn refers(value: &Value, reference: &str) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(name, child)| {
            (name == "$ref" && child.as_str() == Some(reference)) || refers(child, reference)
        }),
        Value::Array(list) => list.iter().any(|child| refers(child, reference)),
        _ => false,
    }
}

fn change(
    walk: &Walk<'_>,
    finding: &Finding,
    touched: &BTreeMap<usize, Directions>,
    lines: &(Lines<'_>, Lines<'_>),
) -> Change {
    let rule = finding.rule;
    let mut operations: Vec<AffectedOperation> = touched
        .iter()
        .map(|(n, directions)| {
            let operation = &walk.operations[*n];
            AffectedOperation {
                operation: operation.name.clone(),
                id: operation.id.clone(),
                was: operation.was.clone(),
                sent: rule.sent.filter(|_| directions.sent),
                received: rule.received.filter(|_| directions.received),
            }
        })
        .collect();
    operations.sort();
    let worst = |levels: &mut dyn Iterator<Item = Option<Level>>| levels.flatten().max();
    let sent = worst(&mut operations.iter().map(|o| o.sent));
    let received = worst(&mut operations.iter().map(|o| o.received));
    let level = sent.max(received).unwrap_or_else(|| rule.worst());
    let place = |pointer: &Option<String>, lines: &Lines<'_>| {
        pointer.as_ref().map(|pointer| {
            let written = match finding.written {
                true => pointer.clone(),
                false => lines.origin(pointer),
            };
            Location {
                pointer: pointer.clone(),
                file: lines.file().to_owned(),
                line: lines.line_of(&written),
                written,
            }
        })
    };
    let near = finding.head.as_ref().or(finding.base.as_ref());
    Change {
        near: place(&near.cloned(), &lines.1),
        rule,
        level,
        sent,
        received,
        text: finding.sentence(),
        subject: finding.subject.clone(),
        base: place(&finding.base, &lines.0),
        head: place(&finding.head, &lines.1),
        values: (finding.from.clone(), finding.to.clone()),
        operations,
        rust: RustChange::default(),
        mapping: Mapping::default(),
    }
}
