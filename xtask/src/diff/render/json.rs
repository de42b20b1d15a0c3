//! For programs. The form is published as `schema/diff.schema.json`.

use crate::diff::entry::{Entry, Place, Touched};
use crate::diff::level::Level;
use crate::diff::mapping::Mapping;
use crate::diff::rust::{RustChange, Semver};
use crate::diff::{Counts, Diff, DocumentDiff};
use serde::Serialize;

/// The version of the form.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'d> {
    version: u32,
    level: Option<Level>,
    counts: Counts,
    semver: Semver,
    documents: Vec<OneDocument<'d>>,
}

#[derive(Serialize)]
struct OneDocument<'d> {
    name: &'d str,
    vendor: Option<&'d str>,
    base: Option<&'d str>,
    head: Option<&'d str>,
    level: Option<Level>,
    counts: Counts,
    semver: Semver,
    changes: Vec<Change<'d>>,
    rust: &'d RustChange,
    rust_unexplained: &'d RustChange,
    notes: &'d [String],
}

#[derive(Serialize)]
struct Change<'d> {
    rule: &'d str,
    level: Level,
    sent: Option<Level>,
    received: Option<Level>,
    text: &'d str,
    subject: Option<&'d str>,
    from: Option<&'d str>,
    to: Option<&'d str>,
    base: Option<&'d Place>,
    head: Option<&'d Place>,
    operations: &'d [Touched],
    rust: &'d RustChange,
    mapping: &'d Mapping,
}

/// Writes a diff as JSON.
pub(super) fn json(diff: &Diff) -> String {
    let report = Report {
        version: VERSION,
        level: diff.worst(),
        counts: diff.counts(),
        semver: diff.semver(),
        documents: diff.documents.iter().map(document).collect(),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn document(diff: &DocumentDiff) -> OneDocument<'_> {
    OneDocument {
        name: &diff.name,
        vendor: diff.vendor.as_deref(),
        base: diff.base.as_deref(),
        head: diff.head.as_deref(),
        level: diff.entries.iter().map(|entry| entry.level).max(),
        counts: Counts::of(&diff.entries),
        semver: diff.rust.semver,
        changes: diff.entries.iter().map(change).collect(),
        rust: &diff.rust,
        rust_unexplained: &diff.unexplained,
        notes: &diff.notes,
    }
}

fn change(entry: &Entry) -> Change<'_> {
    let said = |text: &'_ str| !text.is_empty();
    Change {
        rule: entry.rule.id,
        level: entry.level,
        sent: entry.sent,
        received: entry.received,
        text: &entry.text,
        subject: entry.subject.as_deref(),
        from: Some(entry.change.0.as_str()).filter(|text| said(text)),
        to: Some(entry.change.1.as_str()).filter(|text| said(text)),
        base: entry.base.as_ref(),
        head: entry.head.as_ref(),
        operations: &entry.operations,
        rust: &entry.rust,
        mapping: &entry.mapping,
    }
}
