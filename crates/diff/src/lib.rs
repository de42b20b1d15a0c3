#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

pub mod change;
pub mod common;
mod compare;
mod correspondence;
mod discriminators;
pub mod document;
pub mod escape_control;
mod finding;
pub mod impact;
pub mod json_schema;
pub mod keywords;
pub mod level;
mod locate;
mod operations;
mod outside_normal_form;
pub mod pointer;
pub mod prose;
pub mod render;
pub mod rule;
pub mod rules;
mod schema;
pub mod walk;

pub use change::Change;
pub use compare::compare;
pub use document::{Document, Written};
pub use level::Level;
pub use render::{Format, render};
pub use rule::Rule;
pub use schema::similar::names as name_similarity;

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use serde_json;

use change::{AffectedOperation, Location};
use finding::Finding;
use impact::{Mapping, RustChange, Semver};

/// The changes of several documents.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// By document.
    pub documents: Vec<DocumentDiff>,
}

/// The changes of one document.
#[derive(Clone, Debug)]
pub struct DocumentDiff {
    /// What the document is called: a vendor, or a file.
    pub name: String,
    /// The vendor, where it is known.
    pub vendor: Option<String>,
    /// The old file.
    pub base: Option<String>,
    /// The new file.
    pub head: Option<String>,
    /// The changes, the worst first.
    pub changes: Vec<Change>,
    /// All that changes in generated Rust.
    pub rust: RustChange,
    /// What of it follows from no single change.
    pub unexplained: RustChange,
    /// What could not be found out, and why.
    pub notes: Vec<String>,
}

/// How many changes there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Breaking ones.
    pub breaking: usize,
    /// Warnings.
    pub warning: usize,
    /// All others.
    pub info: usize,
    /// New enum values without a meaning in the mapping.
    pub undecided: usize,
    /// Changes that no rule explains.
    pub unclassified: usize,
}

impl Counts {
    /// Counts changes.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut counts = Self::default();
        for change in changes {
            match change.level {
                Level::Breaking => counts.breaking += 1,
                Level::Warning => counts.warning += 1,
                Level::Info => counts.info += 1,
            }
            counts.undecided += usize::from(change.mapping.undecided);
            counts.unclassified += usize::from(change.rule.id == rules::UNCLASSIFIED);
        }
        counts
    }
}

impl Diff {
    /// Returns the changes of all documents.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.documents.iter().flat_map(|document| &document.changes)
    }

    /// Counts the changes of all documents.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.changes())
    }

    /// Returns the worst level, if anything changed.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.changes().map(|change| change.level).max()
    }

    /// Returns the version that the changes in Rust require.
    #[must_use]
    pub fn semver(&self) -> Semver {
        let all = self.documents.iter().map(|document| document.rust.semver);
        all.max().unwrap_or_default()
    }
}

impl DocumentDiff {
    /// Compares two documents of one name; one of them may be missing.
    #[must_use]
    pub fn between(name: &str, base: Option<&Document>, head: Option<&Document>) -> Self {
        let changes = match (base, head) {
            (Some(base), Some(head)) if base.written.text == head.written.text => Vec::new(),
            (Some(base), Some(head)) => compare(base, head),
            (None, Some(head)) => vec![whole("document-added", name, head)],
            (Some(base), None) => vec![whole("document-removed", name, base)],
            (None, None) => Vec::new(),
        };
        let file = |document: Option<&Document>| document.map(|d| d.written.file.clone());
        Self {
            name: name.to_owned(),
            vendor: None,
            base: file(base),
            head: file(head),
            changes,
            rust: RustChange::default(),
            unexplained: RustChange::default(),
            notes: Vec::new(),
        }
    }

    /// Sorts the changes again, after their levels were changed.
    pub fn sort(&mut self) {
        self.changes.sort_by(|a, b| a.key().cmp(&b.key()));
    }
}

/// Returns the change that a document as a whole is.
fn whole(rule: &str, name: &str, document: &Document) -> Change {
    let finding = Finding::new(rule).named(name);
    let place = Location {
        pointer: String::new(),
        written: String::new(),
        file: document.written.file.clone(),
        line: Some(1),
    };
    let added = rule == "document-added";
    let operations = document.operations().into_iter();
    let mut operations: Vec<AffectedOperation> = operations
        .map(|operation| AffectedOperation {
            operation: format!("{} {}", operation.method.to_uppercase(), operation.path),
            was: operation.id.clone(),
            id: operation.id,
            sent: finding.rule.sent,
            received: finding.rule.received,
        })
        .collect();
    operations.sort();
    Change {
        rule: finding.rule,
        level: finding.rule.worst(),
        sent: finding.rule.sent,
        received: finding.rule.received,
        text: finding.sentence(),
        subject: Some(name.to_owned()),
        base: (!added).then(|| place.clone()),
        head: added.then(|| place.clone()),
        near: Some(place),
        values: (String::new(), String::new()),
        operations,
        rust: RustChange::default(),
        mapping: Mapping::default(),
    }
}
