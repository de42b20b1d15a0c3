//! The pipeline from upstream documents to the normal form, without any I/O:
//! merge → slice → tags → lower → inline → compose → name → overlay → normal
//! form → validate. ARCHITECTURE.md describes each step and which command
//! takes which of them.

use crate::all_of::compose;
use crate::component_names::{Names, name};
use crate::component_schemas::referred;
use crate::discriminator_tags;
use crate::inline_shared::inline;
use crate::located_error::{Fault, Faults, Result};
use crate::lower::{Mode, Purpose, lower};
use crate::merge_documents::{Merged, Upstream, merge};
use crate::normal_form::{self, normalise};
use crate::overlay::Overlay;
use crate::path_items::item;
use crate::report::{Line, Report};
use crate::selected_operation::Selected;
use crate::slice::slice;
use crate::validate::validate;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The input of the pipeline beside the documents.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// The name of what comes out, in messages.
    pub file: &'a str,
    /// The file that the renames are from, in messages.
    pub source: &'a str,
    /// Our title; without one the document's own information stays.
    pub title: Option<&'a str>,
    /// The operations that the documents describe.
    pub documented: &'a [Selected],
    /// The operations that come from the overlay.
    pub handwritten: &'a [Selected],
    /// Automatic name → name.
    pub renames: &'a BTreeMap<String, String>,
    /// Our corrections.
    pub overlay: Option<&'a Overlay>,
    /// How the documents are read.
    pub mode: Mode,
}

/// The result of the pipeline.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The document in normal form.
    pub document: Value,
    /// The selected operations and what they reach, as upstream writes them.
    pub sliced: Value,
    /// The document as it was before the overlay.
    pub named: Value,
    /// What the lowering rewrote.
    pub lowering: Vec<Line>,
    /// Names with a number, because a better one is not known, that still
    /// exist.
    pub numbered: BTreeSet<String>,
}

/// Runs the pipeline: upstream documents in, the normal form out.
pub fn run(documents: &[Upstream<'_>], plan: Plan<'_>, report: &mut Report) -> Result<Outcome> {
    let merged = merge(documents, report);
    let read = lowered(&merged, plan, report);
    let (sliced, mut document, lowering) = read.map_err(|faults| merged.attributed(faults))?;
    let names = Names {
        file: plan.source,
        renames: plan.renames,
    };
    let naming = name(&mut document, names)?;
    let named = document.clone();
    if let Some(overlay) = plan.overlay {
        if let Err(mut faults) = overlay.apply(&mut document) {
            // A name that has gone is often why an action matches nothing.
            faults.0.extend(unused(plan, &naming.used));
            return Err(faults);
        }
        operations(plan, &mut document)?;
    }
    if plan.mode.purpose == Purpose::Compare {
        normalise(&mut document, plan.title, report);
    } else {
        settle(plan.file, &mut document, plan.title, report)?;
        Faults(unused(plan, &naming.used)).into_result()?;
    }
    let schemas = document.pointer("/components/schemas");
    let mut numbered = naming.numbered;
    numbered.retain(|name| schemas.and_then(|s| s.get(name)).is_some());
    Ok(Outcome {
        document,
        sliced,
        named,
        lowering,
        numbered,
    })
}

/// Returns the last steps, from a document whose components have their names to
/// one that can be committed: one in normal form comes out as it went in.
pub fn settle(
    file: &str,
    document: &mut Value,
    title: Option<&str>,
    report: &mut Report,
) -> Result<()> {
    circular(file, document).into_result()?;
    normalise(document, title, report);
    Faults(normal_form::faults(file, document)).into_result()?;
    validate(file, document)
}

/// Returns the steps before the naming: the slice, the slice lowered, and what
/// the lowering rewrote.
fn lowered(
    merged: &Merged<'_>,
    plan: Plan<'_>,
    report: &mut Report,
) -> Result<(Value, Value, Vec<Line>)> {
    let Plan {
        documented, mode, ..
    } = plan;
    let file = &merged.files;
    let upstream = &*merged.document;
    let mut faults = Faults::default();
    for operation in plan.handwritten.iter().filter(|own| has(upstream, own)) {
        let message = format!(
            "{} is documented now: it belongs under [operations]",
            operation.id
        );
        faults.0.push(Fault::at(file, operation.pointer(), message));
    }
    let sliced = faults.take(slice(file, upstream, documented, mode, report));
    let sliced = sliced.unwrap_or_default();
    faults.0.extend(merged.contradictions(&sliced).0);
    faults.into_result()?;
    let mut tagged = sliced.clone();
    if mode.purpose == Purpose::Generate {
        discriminator_tags::write(&mut tagged, report);
    }
    let before = report.lines.len();
    let mut document = lower(file, &tagged, mode, report)?;
    let lowering = report.lines[before..].to_vec();
    inline(file, &mut document, documented, mode, report)?;
    if mode.purpose == Purpose::Generate {
        compose(&mut document, report);
    }
    Ok((sliced, document, lowering))
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
                let at = unitune_diff::pointer::join("/components/schemas", name);
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

/// Returns renames that nothing was renamed by.
fn unused(plan: Plan<'_>, used: &BTreeSet<String>) -> Vec<Fault> {
    let unused = plan.renames.keys().filter(|key| !used.contains(*key));
    unused
        .map(|key| {
            let message = format!(
                "[components] {key:?} renames nothing: if the vendor renamed the schema, write \
                 its new name; else remove the line"
            );
            Fault::file(plan.source, message)
        })
        .collect()
}

fn has(document: &Value, operation: &Selected) -> bool {
    match item(document, &operation.path) {
        Ok(item) => item.members.contains_key(&operation.method),
        // Errors about it are reported by the slice.
        Err(_) => document
            .get("paths")
            .is_some_and(|paths| paths.get(&operation.path).is_some()),
    }
}

/// Returns the overlay brings the handwritten operations, under our names, and
/// no others.
fn operations(plan: Plan<'_>, document: &mut Value) -> Result<()> {
    let mut faults = Faults::default();
    let known = || plan.documented.iter().chain(plan.handwritten);
    for found in crate::slice::everything(document) {
        if !known().any(|s| s.path == found.path && s.method == found.method) {
            let message = "the overlay brings an operation that source.toml does not name";
            faults
                .0
                .push(Fault::at(plan.file, found.pointer(), message));
        }
    }
    for wanted in plan.handwritten {
        match document.pointer_mut(&wanted.pointer()) {
            Some(Value::Object(operation)) => {
                let id = Value::String(wanted.id.clone());
                operation.insert("operationId".to_owned(), id);
            }
            _ => {
                let message = format!("the overlay does not bring {}", wanted.id);
                faults
                    .0
                    .push(Fault::at(plan.file, wanted.pointer(), message));
            }
        }
    }
    faults.into_result()
}
