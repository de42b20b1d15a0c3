//! Two documents in, the changes between them out: pure, without any I/O.

use super::document::{Document, squash};
use super::entry::{Entry, Place, Touched};
use super::found::Finding;
use super::level::{Level, Ways};
use super::locate::Lines;
use super::mapping::Mapping;
use super::operations::{Walk, walk};
use super::residue;
use super::rust::RustChange;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    let told: BTreeSet<String> = entries
        .iter()
        .filter(|entry| entry.rule.id != "description-changed")
        .flat_map(|entry| {
            let old = entry.base.as_ref().map(|p| lines.0.origin(&p.pointer));
            let new = entry.head.as_ref().map(|p| lines.1.origin(&p.pointer));
            old.into_iter().chain(new)
        })
        .collect();
    for finding in residue::residue(base, head, &told) {
        let touched = touched(&walk, &reached, &finding);
        entries.push(entry(&walk, &finding, &touched, &lines));
    }
    entries.sort_by(|a, b| a.key().cmp(&b.key()));
    entries
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
    for place in [&finding.base, &finding.head].into_iter().flatten() {
        let component = place.strip_prefix("/components/schemas/");
        let component = component.map(|rest| squash(rest.split('/').next().unwrap_or(rest)));
        for (n, operation) in walk.operations.iter().enumerate() {
            for node in [&operation.base, &operation.head].into_iter().flatten() {
                let ways = match place.strip_prefix(&node.at) {
                    Some(rest) if rest.starts_with("/responses") => Ways::RECEIVED,
                    Some(rest) if rest.starts_with("/parameters") => Ways::SENT,
                    Some(rest) if rest.starts_with("/requestBody") => Ways::SENT,
                    Some(rest) if rest.starts_with('/') => Ways::BOTH,
                    _ => continue,
                };
                let known = touched.entry(n).or_default();
                *known = known.or(ways);
            }
        }
        let Some(component) = component else { continue };
        for (n, ways, pair) in reached {
            let at = &walk.schemas.pairs[*pair].head.at;
            let name = at.strip_prefix("/components/schemas/");
            if name.is_some_and(|name| squash(name) == component) {
                let known = touched.entry(*n).or_default();
                *known = known.or(*ways);
            }
        }
    }
    touched
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
        pointer.as_ref().map(|pointer| Place {
            pointer: pointer.clone(),
            file: lines.file().to_owned(),
            line: lines.line(pointer),
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
