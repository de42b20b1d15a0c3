//! The Rust items that change: the difference between the generated surfaces,
//! and which change of the document each follows from.

use super::component_uses::{Uses, member};
use crate::all_of::compose;
use crate::generate_rust::catch_panic;
use crate::report::Report;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use unitune_codegen::Settings;
use unitune_diff::document::squash;
use unitune_diff::impact::{Retyped, RustChange, Semver};
use unitune_diff::{Change, Document};

/// The mark of an enum without a variant for unknown values: a new variant
/// breaks exhaustive matches.
const CLOSED: &str = " (exhaustive)";

/// Sorts the items, and works out the version that follows.
fn settle(change: &mut RustChange) {
    change.appears.sort();
    change.vanishes.sort();
    change.changes.sort();
    let breaks = change.appears.iter().any(|item| item.ends_with(CLOSED));
    change.semver = if breaks || !change.vanishes.is_empty() || !change.changes.is_empty() {
        Semver::Major
    } else if !change.appears.is_empty() {
        Semver::Minor
    } else {
        Semver::None
    };
}

/// The surface: item → what it is.
pub type Surface = BTreeMap<String, String>;

/// Returns the generated surface of a document.
pub fn surface(mut prepared: Value) -> Result<Surface, String> {
    compose(&mut prepared, &mut Report::default());
    prepared["info"] = serde_json::json!({"title": "diff", "version": "0"});
    let text = catch_panic(|| unitune_codegen::surface(&prepared, &Settings::default()));
    let text = text.and_then(|text| text.map_err(|e| e.to_string()))?;
    Ok(text.lines().map(item).collect())
}

/// Returns a line of the surface, as an item and what it is.
fn item(line: &str) -> (String, String) {
    let (kind, rest) = line.split_once(' ').unwrap_or(("", line));
    let rest = rest.replace("types::", "");
    let split = |at: Option<usize>| match at {
        Some(at) => (rest[..at].to_owned(), rest[at..].trim().to_owned()),
        None => (rest.clone(), String::new()),
    };
    match kind {
        "fn" => {
            let (of, signature) = rest.split_once(": ").unwrap_or(("", &rest));
            let (before, name) = signature.split_once("fn ").unwrap_or(("", signature));
            let name_end = name.find('(').unwrap_or(name.len());
            let arguments = format!("{before}fn{}", &name[name_end..]);
            (format!("{of}::{}", &name[..name_end]), arguments)
        }
        "struct" => {
            let (item, of) = split(rest.find(": "));
            let of = of.trim_start_matches(": ").to_owned();
            if of.is_empty() {
                (item, "struct".to_owned())
            } else {
                (item, of)
            }
        }
        _ => {
            let (item, of) = split(rest.find([' ', '(']));
            let of = of.trim_start_matches(['=', ' ']).to_owned();
            (item, format!("{kind} {of}").trim_end().to_owned())
        }
    }
}

/// Returns the difference between two surfaces.
#[must_use]
pub fn difference(base: &Surface, head: &Surface) -> RustChange {
    let mut change = RustChange::default();
    for (item, old) in base {
        match head.get(item) {
            None => change.vanishes.push(item.clone()),
            Some(new) if new != old => change.changes.push(Retyped {
                item: item.clone(),
                from: old.clone(),
                to: new.clone(),
            }),
            Some(_) => {}
        }
    }
    for item in head.keys().filter(|item| !base.contains_key(*item)) {
        // A new variant of a closed enum breaks exhaustive matches.
        let of = item.split("::").next().unwrap_or_default();
        let closed = item.contains("::")
            && [base, head]
                .iter()
                .all(|s| s.get(of).is_some_and(|kind| kind == "enum (closed)"));
        let mark = if closed { CLOSED } else { "" };
        change.appears.push(format!("{item}{mark}"));
    }
    settle(&mut change);
    change
}

/// What a change is about, squashed: components, members of them, functions;
/// and what it may be about when nothing else is.
#[derive(Debug, Default)]
struct Anchors {
    strong: BTreeSet<String>,
    weak: BTreeSet<String>,
}

/// Gives every change of the surface to the changes of the document that it
/// follows from; what is left over is returned.
pub fn attribute(
    changes: &mut [Change],
    all: &RustChange,
    base: &Document,
    head: &Document,
) -> RustChange {
    let uses = (Uses::of(&base.value), Uses::of(&head.value));
    let anchors: Vec<Anchors> = changes.iter().map(anchors).collect();
    let mut rest = RustChange::default();
    let mut give = |item: &str, places: &[&Uses], put: &dyn Fn(&mut RustChange)| {
        let (container, whole) = spelled(item);
        let mut owners = having(&anchors, &whole);
        if owners.is_empty() {
            owners = having(&anchors, &container);
        }
        for uses in places {
            if owners.is_empty() {
                owners = through(&container, uses, &anchors);
            }
        }
        if owners.is_empty() {
            let weak = |a: &Anchors| a.weak.contains(&whole) || a.weak.contains(&container);
            owners = (0..anchors.len()).filter(|n| weak(&anchors[*n])).collect();
        }
        for owner in &owners {
            put(&mut changes[*owner].rust);
        }
        if owners.is_empty() {
            put(&mut rest);
        }
    };
    for item in &all.appears {
        give(item, &[&uses.1], &|change| {
            change.appears.push(item.clone())
        });
    }
    for item in &all.vanishes {
        give(item, &[&uses.0], &|change| {
            change.vanishes.push(item.clone())
        });
    }
    for retyped in &all.changes {
        give(&retyped.item, &[&uses.1, &uses.0], &|change| {
            change.changes.push(retyped.clone());
        });
    }
    for change in changes {
        settle(&mut change.rust);
    }
    settle(&mut rest);
    rest
}

/// Rules about words, from which nothing follows in Rust.
fn is_remark(rule: &str) -> bool {
    matches!(
        rule,
        "description-changed" | "prose-changed" | "version-changed"
    ) || rule.starts_with("unused-")
}

fn anchors(change: &Change) -> Anchors {
    let mut anchors = Anchors::default();
    if is_remark(change.rule.id) {
        return anchors;
    }
    for place in [&change.base, &change.head].into_iter().flatten() {
        if let Some((component, member)) = member(&place.pointer) {
            let component = squash(&component);
            let one = ["enum-value", "union-branch"];
            let one = one.iter().any(|start| change.rule.id.starts_with(start));
            let part = match (member, &change.subject) {
                (Some(member), _) => format!("{component}.{}", squash(&member)),
                (None, Some(subject)) if one => format!("{component}.{}", squash(subject)),
                (None, _) => component,
            };
            anchors.strong.insert(part);
        } else if place.pointer.starts_with("/paths") {
            // Types that only this part of the operation reaches follow from it.
            anchors.strong.insert(part(&place.pointer));
            for id in change.operations.iter().flat_map(|t| [&t.id, &t.was]) {
                let id = squash(id);
                let set = if place.pointer.contains("/parameters/") {
                    let subject = change.subject.as_deref().unwrap_or_default();
                    let option = format!("{id}options.{}", squash(subject));
                    anchors.strong.insert(option);
                    &mut anchors.weak
                } else {
                    &mut anchors.strong
                };
                set.insert(format!("client.{id}"));
                set.insert(format!("{id}options"));
            }
        } else if place.pointer.is_empty() {
            let ids = change.operations.iter().map(|t| squash(&t.id));
            anchors.weak.extend(ids.map(|id| format!("client.{id}")));
        }
    }
    anchors
}

/// Returns the part of an operation that a place belongs to: its parameters,
/// its body, its answers, or the whole.
fn part(place: &str) -> String {
    let steps: Vec<&str> = place.split('/').take(5).collect();
    format!("part:{}", steps.join("/"))
}

/// Returns an item as anchors spell it: (container, whole).
fn spelled(item: &str) -> (String, String) {
    let item = item.trim_end_matches(CLOSED);
    let (container, part) = match item.split_once("::").or_else(|| item.split_once('.')) {
        Some((container, part)) => (container, part),
        None => (item, ""),
    };
    let container = squash(container);
    let whole = format!("{container}.{}", squash(part));
    (container, whole)
}

fn having(anchors: &[Anchors], name: &str) -> Vec<usize> {
    let found = anchors.iter().enumerate();
    let found = found.filter(|(_, anchors)| anchors.strong.contains(name));
    found.map(|(n, _)| n).collect()
}

/// Returns the changes at the places through which a type is reached.
fn through(container: &str, uses: &Uses, anchors: &[Anchors]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![container.to_owned()];
    while let Some(wanted) = todo.pop() {
        if !seen.insert(wanted.clone()) {
            continue;
        }
        for place in uses.of_squashed(&wanted) {
            let names = match member(place) {
                Some((outer, Some(member))) => {
                    let outer = squash(&outer);
                    vec![format!("{outer}.{}", squash(&member)), outer]
                }
                Some((outer, None)) => vec![squash(&outer)],
                None => {
                    let whole = operation(place).unwrap_or_default();
                    vec![part(place), part(&whole)]
                }
            };
            for name in names {
                let found = having(anchors, &name);
                if !found.is_empty() {
                    return found;
                }
            }
            if let Some((outer, _)) = member(place) {
                todo.push(squash(&outer));
            }
        }
    }
    Vec::new()
}

/// Returns the pointer of the operation that a place is part of.
fn operation(place: &str) -> Option<String> {
    let steps: Vec<&str> = place.split('/').collect();
    match steps.as_slice() {
        ["", "paths", path, method, ..] => Some(format!("/paths/{path}/{method}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::item;

    #[test]
    fn lines_of_the_surface_are_items() {
        let read = |line: &str| {
            let (item, of) = item(line);
            format!("{item} = {of}")
        };
        assert_eq!(read("struct types::Job"), "Job = struct");
        assert_eq!(read("struct types::Job.id: String"), "Job.id = String");
        assert_eq!(read("enum types::Kind (open)"), "Kind = enum (open)");
        assert_eq!(read("enum types::Kind::A = \"a\""), "Kind::A = enum \"a\"");
        assert_eq!(read("enum types::U::B(types::B)"), "U::B = enum (B)");
        assert_eq!(read("type types::L = Vec<types::Job>"), "L = type Vec<Job>");
        assert_eq!(
            read("fn Client: async fn get(&self, id: &str) -> Result<types::Job, Error>"),
            "Client::get = async fn(&self, id: &str) -> Result<Job, Error>"
        );
    }
}
