//! Renders a diff as JSON; `schema/diff.schema.json` describes it.

use crate::change::{AffectedOperation, Change, Location};
use crate::escape_control::escape_control_in_json;
use crate::impact::{Mapping, RustChange, Semver};
use crate::level::Level;
use crate::{Counts, Diff, DocumentDiff};
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
    changes: Vec<ChangeJson<'d>>,
    rust: &'d RustChange,
    rust_unexplained: &'d RustChange,
    notes: &'d [String],
}

#[derive(Serialize)]
struct ChangeJson<'d> {
    rule: &'d str,
    level: Level,
    sent: Option<Level>,
    received: Option<Level>,
    text: &'d str,
    subject: Option<&'d str>,
    from: Option<&'d str>,
    to: Option<&'d str>,
    base: Option<&'d Location>,
    head: Option<&'d Location>,
    operations: &'d [AffectedOperation],
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
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    let mut text = escape_control_in_json(&text);
    text.push('\n');
    text
}

fn document(diff: &DocumentDiff) -> OneDocument<'_> {
    OneDocument {
        name: &diff.name,
        vendor: diff.vendor.as_deref(),
        base: diff.base.as_deref(),
        head: diff.head.as_deref(),
        level: diff.changes.iter().map(|change| change.level).max(),
        counts: Counts::of(&diff.changes),
        semver: diff.rust.semver,
        changes: diff.changes.iter().map(change).collect(),
        rust: &diff.rust,
        rust_unexplained: &diff.unexplained,
        notes: &diff.notes,
    }
}

fn change(change: &Change) -> ChangeJson<'_> {
    let is_set = |text: &'_ str| !text.is_empty();
    ChangeJson {
        rule: change.rule.id,
        level: change.level,
        sent: change.sent,
        received: change.received,
        text: &change.text,
        subject: change.subject.as_deref(),
        from: Some(change.values.0.as_str()).filter(|text| is_set(text)),
        to: Some(change.values.1.as_str()).filter(|text| is_set(text)),
        base: change.base.as_ref(),
        head: change.head.as_ref(),
        operations: &change.operations,
        rust: &change.rust,
        mapping: &change.mapping,
    }
}
