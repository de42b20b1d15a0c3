//! Two documents in, the changes between them out: pure, without any I/O.

use super::document::{Document, squash};
use super::entry::{Entry, Place, Touched};
use super::found::Finding;
use super::level::{Level, Ways};
use super::locate::Lines;
use super::mapping::Mapping;
use super::operations::{Walk, walk};
use super::residue::{self, Told};
use super::rust::RustChange;
use super::twins::Twins;
use crate::pointer;
use crate::shape::METHODS;
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
pub fn compare(base: &Document, head: &Document) -> Vec<Entry> {
    let mut walk = walk(base, head);
    let mut found: BTreeMap<Key, (Finding, BTreeMap<usize, Ways>)> = BTreeMap::new();
    let mut add = |finding: &Finding, touched: &mut dyn Iterator<Item = (usize, Ways)>| {
        let entry = found
            .entry(key(finding))
            .or_insert_with(|| (finding.clone(), BTreeMap::new()));
        for (operation, ways) in touched {
            let ways = ways.and(finding.ways);
            if !ways.is_empty() {
                let known = entry.1.entry(operation).or_default();
                *known = known.or(ways);
            }
        }
    };
    for (finding, touched) in std::mem::take(&mut walk.findings) {
        add(&finding, &mut touched.into_iter().map(|n| (n, Ways::BOTH)));
    }
    let reached = reached(&walk);
    let mut by_pair: BTreeMap<usize, Vec<(usize, Ways)>> = BTreeMap::new();
    for (operation, ways, pair) in &reached {
        by_pair.entry(*pair).or_default().push((*operation, *ways));
    }
    for (pair, touched) in by_pair {
        for finding in &walk.schemas.pairs[pair].findings {
            // A change that no direction shows is no change.
            if touched
                .iter()
                .any(|(_, ways)| !ways.and(finding.ways).is_empty())
            {
                add(finding, &mut touched.iter().copied());
            }
        }
    }
    let lines = (Lines::of(base), Lines::of(head));
    let mut entries: Vec<Entry> = found
        .into_values()
        .map(|(finding, touched)| entry(&walk, &finding, &touched, &lines))
        .collect();
    let mut told = Told::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.rule.id != "description-changed")
    {
        let old = entry.base.as_ref().map(|place| place.written.clone());
        let new = entry.head.as_ref().map(|place| place.written.clone());
        for place in old.into_iter().chain(new) {
            let level = told.entry(place).or_insert(entry.level);
            *level = entry.level.max(*level);
        }
    }
    let twins = Twins::of(&walk, &lines);
    for finding in residue::residue(base, head, &told, &twins) {
        let touched = touched(&walk, &reached, &finding);
        if finding.rule.id == "tuple-changed" {
            entries.retain(|entry| !of_tuple(entry, &finding));
        }
        entries.push(entry(&walk, &finding, &touched, &lines));
    }
    entries.sort_by(|a, b| a.key().cmp(&b.key()));
    entries
}

/// Whether an entry is what the items of a tuple look like as a list of any of
/// them: the tuple's own entry says it better.
fn of_tuple(entry: &Entry, tuple: &Finding) -> bool {
    let inside = |place: &Option<Place>, tuple: &Option<String>| {
        let (Some(place), Some(tuple)) = (place, tuple) else {
            return place.is_none();
        };
        let around = pointer::split(tuple).map(|(around, _)| around.to_owned());
        let items = place.pointer.contains("/items") || entry.rule.id.starts_with("union-");
        items && (place.written.starts_with(tuple) || Some(&place.written) == around.as_ref())
    };
    inside(&entry.base, &tuple.base) && inside(&entry.head, &tuple.head)
}

/// The pairs of schemas that each operation reaches, and in which directions.
fn reached(walk: &Walk<'_>) -> Vec<(usize, Ways, usize)> {
    let mut by_operation: BTreeMap<usize, Vec<(usize, Ways)>> = BTreeMap::new();
    for (operation, pair, ways) in &walk.roots {
        by_operation
            .entry(*operation)
            .or_default()
            .push((*pair, *ways));
    }
    let mut all = Vec::new();
    for (operation, roots) in by_operation {
        let mut seen: HashMap<usize, Ways> = HashMap::new();
        let mut todo = roots;
        while let Some((pair, ways)) = todo.pop() {
            let known = seen.entry(pair).or_default();
            if ways.is_empty() || known.has(ways) {
                continue;
            }
            *known = known.or(ways);
            let ways = *known;
            let children = walk.schemas.pairs[pair].children.iter();
            todo.extend(children.map(|(child, only)| (*child, ways.and(*only))));
        }
        let seen = seen.into_iter().filter(|(_, ways)| !ways.is_empty());
        all.extend(seen.map(|(pair, ways)| (operation, ways, pair)));
    }
    all
}

/// The operations that a place of the written documents belongs to.
fn touched(
    walk: &Walk<'_>,
    reached: &[(usize, Ways, usize)],
    finding: &Finding,
) -> BTreeMap<usize, Ways> {
    let mut touched: BTreeMap<usize, Ways> = BTreeMap::new();
    let mut touch = |n: usize, ways: Ways| {
        let known = touched.entry(n).or_default();
        *known = known.or(ways);
    };
    let sides = [
        (&finding.base, walk.schemas.base, true),
        (&finding.head, walk.schemas.head, false),
    ];
    for (place, document, old) in sides {
        let Some(place) = place else { continue };
        for (n, operation) in walk.operations.iter().enumerate() {
            let node = if old {
                &operation.base
            } else {
                &operation.head
            };
            if let Some(node) = node {
                let ways = ways_of(place, &node.at, &document.written.value);
                if !ways.is_empty() {
                    touch(n, ways);
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
        for (n, ways, pair) in reached {
            let pair = &walk.schemas.pairs[*pair];
            let at = if old { &pair.base.at } else { &pair.head.at };
            let name = at.strip_prefix("/components/schemas/");
            let name = name.map(|rest| rest.split('/').next().unwrap_or(rest));
            let mut parts = pair
                .parts
                .iter()
                .map(|(one, other)| if old { one } else { other });
            if name.is_some_and(vendors) || parts.any(|part| vendors(part)) {
                touch(*n, *ways);
            }
        }
    }
    touched
}

/// The ways in which an operation sends or receives what stands at a place
/// outside the schemas: in itself, beside it in its path, or in what it refers
/// to.
fn ways_of(place: &str, operation: &str, root: &Value) -> Ways {
    let part = |rest: &str| match rest.split('/').nth(1) {
        Some("responses") => Ways::RECEIVED,
        Some("parameters" | "requestBody") => Ways::SENT,
        Some(_) => Ways::BOTH,
        None => Ways::default(),
    };
    if let Some(rest) = place.strip_prefix(operation).filter(|r| r.starts_with('/')) {
        return part(rest);
    }
    let path = pointer::split(operation).map_or("", |(path, _)| path);
    if let Some(rest) = place.strip_prefix(path).filter(|r| r.starts_with('/')) {
        let other = rest.split('/').nth(1);
        let method = other.is_some_and(|step| METHODS.contains(&step));
        return if method { Ways::default() } else { part(rest) };
    }
    let steps: Vec<&str> = place.split('/').collect();
    let ways = match steps.as_slice() {
        ["", "components", "responses" | "headers", _, ..] => Ways::RECEIVED,
        ["", "components", "parameters" | "requestBodies", _, ..] => Ways::SENT,
        _ => return Ways::default(),
    };
    let reference = format!("#{}", steps[..4].join("/"));
    let own = [root.pointer(operation), root.pointer(path)];
    let refers = own
        .into_iter()
        .flatten()
        .any(|node| refers(node, &reference));
    if refers { ways } else { Ways::default() }
}

/// Whether something in a value refers to that.
fn refers(value: &Value, reference: &str) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(name, child)| {
            (name == "$ref" && child.as_str() == Some(reference)) || refers(child, reference)
        }),
        Value::Array(list) => list.iter().any(|child| refers(child, reference)),
        _ => false,
    }
}

fn entry(
    walk: &Walk<'_>,
    finding: &Finding,
    touched: &BTreeMap<usize, Ways>,
    lines: &(Lines<'_>, Lines<'_>),
) -> Entry {
    let rule = finding.rule;
    let mut operations: Vec<Touched> = touched
        .iter()
        .map(|(n, ways)| {
            let operation = &walk.operations[*n];
            Touched {
                operation: operation.name.clone(),
                id: operation.id.clone(),
                was: operation.was.clone(),
                sent: rule.sent.filter(|_| ways.sent),
                received: rule.received.filter(|_| ways.received),
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
            Place {
                pointer: pointer.clone(),
                file: lines.file().to_owned(),
                line: lines.line_of(&written),
                written,
            }
        })
    };
    let near = finding.head.as_ref().or(finding.base.as_ref());
    Entry {
        near: place(&near.cloned(), &lines.1),
        rule,
        level,
        sent,
        received,
        text: finding.sentence(),
        subject: finding.subject.clone(),
        base: place(&finding.base, &lines.0),
        head: place(&finding.head, &lines.1),
        change: (finding.from.clone(), finding.to.clone()),
        operations,
        rust: RustChange::default(),
        mapping: Mapping::default(),
    }
}
