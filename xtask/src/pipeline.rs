//! The way of a document, without any I/O: slice, tag, lower, compose, merge,
//! name, overlay, name again, normal form, validate.

use crate::component::referred;
use crate::compose::compose;
use crate::fault::{Fault, Faults, Result};
use crate::inline::inline;
use crate::lower::{Mode, lower};
use crate::merge::merge;
use crate::name::{Names, name};
use crate::normal::normalise;
use crate::overlay::Overlay;
use crate::paths::item;
use crate::report::Report;
use crate::slice::{Selected, slice};
use crate::tags;
use crate::validate::validate;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One upstream document.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    /// Its name in messages.
    pub file: &'a str,
    /// The document.
    pub value: &'a Value,
}

/// What is wanted of it.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// The name of what comes out, in messages.
    pub file: &'a str,
    /// Our title.
    pub title: &'a str,
    /// The operations that the documents describe.
    pub documented: &'a [Selected],
    /// The operations that come from the overlay.
    pub handwritten: &'a [Selected],
    /// Automatic name → name.
    pub renames: &'a BTreeMap<String, String>,
    /// Our corrections.
    pub overlay: Option<&'a Overlay>,
    /// How forgiving the lowering is.
    pub mend: bool,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The document in normal form.
    pub document: Value,
    /// The slice as it was before the overlay, lowered and named.
    pub slice: Value,
    /// Names that got a number for want of a better one, and are still there.
    pub numbered: BTreeSet<String>,
}

/// Runs the whole way.
pub fn run(documents: &[Upstream<'_>], plan: Plan<'_>, report: &mut Report) -> Result<Outcome> {
    let mode = Mode {
        mend: plan.mend,
        ours: false,
    };
    let mut parts = Vec::new();
    let mut faults = Faults::default();
    let missing: Vec<&Selected> = plan
        .documented
        .iter()
        .filter(|s| !documents.iter().any(|d| has(d.value, s)))
        .collect();
    for upstream in documents {
        // An operation that no document has is reported by the last of them.
        let last = documents
            .last()
            .is_some_and(|d| std::ptr::eq(d.value, upstream.value));
        let own: Vec<Selected> = plan
            .documented
            .iter()
            .filter(|s| has(upstream.value, s) || (last && missing.contains(s)))
            .cloned()
            .collect();
        let part = part(*upstream, &own, mode, report);
        parts.extend(
            faults
                .take(part)
                .map(|part| (upstream.file.to_owned(), part)),
        );
        for operation in plan.handwritten {
            if has(upstream.value, operation) {
                let message = format!(
                    "{} is documented now: it belongs under [operations]",
                    operation.id
                );
                faults
                    .0
                    .push(Fault::at(upstream.file, operation.pointer(), message));
            }
        }
    }
    faults.into_result()?;
    let mut document = merge(parts, report)?;
    if document.get("paths").is_none() {
        document = serde_json::json!({"openapi": "3.0.3", "info": {}, "paths": {}});
    }
    let first = Names {
        file: plan.file,
        renames: plan.renames,
        settled: false,
    };
    let named = name(&mut document, first)?;
    let (mut used, mut numbered) = (named.used, named.numbered);
    let before = document.clone();
    if let Some(overlay) = plan.overlay {
        if let Err(mut faults) = overlay.apply(&mut document) {
            // A name that has gone is often why an action matches nothing.
            faults.0.extend(unused(plan, &used));
            return Err(faults);
        }
        let again = corrected(
            plan.file,
            &document,
            plan.documented,
            plan.handwritten,
            report,
        )?;
        let second = Names {
            settled: true,
            ..first
        };
        document = again;
        let named = name(&mut document, second)?;
        used.extend(named.used);
        numbered.extend(named.numbered);
    }
    circular(plan.file, &document).into_result()?;
    normalise(&mut document, plan.title, report);
    Faults(unused(plan, &used)).into_result()?;
    validate(plan.file, &document)?;
    let schemas = document.pointer("/components/schemas");
    numbered.retain(|name| schemas.and_then(|s| s.get(name)).is_some());
    Ok(Outcome {
        document,
        slice: before,
        numbered,
    })
}

/// Takes a document of ours through the part of the way that comes after the
/// overlay: one in normal form comes out as it went in.
pub fn again(file: &str, document: &Value) -> Result<Value> {
    let mut report = Report::default();
    let selected = crate::slice::everything(document);
    let mut settled = corrected(file, document, &selected, &[], &mut report)?;
    let names = Names {
        file,
        renames: &BTreeMap::new(),
        settled: true,
    };
    name(&mut settled, names)?;
    let title = document.pointer("/info/title").and_then(Value::as_str);
    normalise(&mut settled, title.unwrap_or_default(), &mut report);
    Ok(settled)
}

/// Components that are nothing but references to each other, or that are made
/// of themselves.
fn circular(file: &str, document: &Value) -> Faults {
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    let made_of = |name: &str| -> Vec<&str> {
        let Some(schema) = schemas.and_then(|schemas| schemas.get(name)) else {
            return Vec::new();
        };
        let parts = ["allOf", "oneOf", "anyOf"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword)?.as_array())
            .flatten()
            .filter_map(referred);
        referred(schema).into_iter().chain(parts).collect()
    };
    let mut faults = Faults::default();
    for name in schemas.into_iter().flatten().map(|(name, _)| name) {
        let mut todo = made_of(name);
        let mut seen = BTreeSet::new();
        while let Some(next) = todo.pop() {
            if next == name {
                let at = crate::pointer::join("/components/schemas", name);
                faults
                    .0
                    .push(Fault::at(file, at, "this schema is made of itself"));
                break;
            }
            if seen.insert(next) {
                todo.extend(made_of(next));
            }
        }
    }
    faults
}

/// Renames that nothing was renamed by.
fn unused(plan: Plan<'_>, used: &BTreeSet<String>) -> Vec<Fault> {
    let unused = plan.renames.keys().filter(|key| !used.contains(*key));
    unused
        .map(|key| Fault::file(plan.file, format!("[components] {key:?} renames nothing")))
        .collect()
}

fn has(document: &Value, operation: &Selected) -> bool {
    match item(document, &operation.path) {
        Ok(item) => item.members.contains_key(&operation.method),
        // What is wrong with it is said when it is sliced.
        Err(_) => document
            .get("paths")
            .is_some_and(|paths| paths.get(&operation.path).is_some()),
    }
}

/// One document's part: sliced, lowered, operations written out.
fn part(
    upstream: Upstream<'_>,
    own: &[Selected],
    mode: Mode,
    report: &mut Report,
) -> Result<Value> {
    let mut sliced = slice(upstream.file, upstream.value, own, mode, report)?;
    tags::write(&mut sliced, report);
    let mut lowered = lower(upstream.file, &sliced, mode, report)?;
    inline(upstream.file, &mut lowered, own, mode, report)?;
    compose(&mut lowered, report);
    Ok(lowered)
}

/// What the overlay wrote goes the same way once more, with its words kept.
fn corrected(
    file: &str,
    document: &Value,
    documented: &[Selected],
    handwritten: &[Selected],
    report: &mut Report,
) -> Result<Value> {
    let mode = Mode {
        mend: false,
        ours: true,
    };
    let mut selected = documented.to_vec();
    selected.extend_from_slice(handwritten);
    let mut faults = Faults::default();
    for found in crate::slice::everything(document) {
        if !selected
            .iter()
            .any(|s| s.path == found.path && s.method == found.method)
        {
            let message = "the overlay brings an operation that source.toml does not name";
            faults.0.push(Fault::at(file, found.pointer(), message));
        }
    }
    for wanted in handwritten {
        if !has(document, wanted) {
            let message = format!("the overlay does not bring {}", wanted.id);
            faults.0.push(Fault::at(file, wanted.pointer(), message));
        }
    }
    faults.into_result()?;
    let mut sliced = slice(file, document, &selected, mode, report)?;
    tags::write(&mut sliced, report);
    let mut lowered = lower(file, &sliced, mode, report)?;
    inline(file, &mut lowered, &selected, mode, report)?;
    compose(&mut lowered, report);
    Ok(lowered)
}
