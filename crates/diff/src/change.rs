//! A change, with its places, operations and impact.
//!
//! ```
//! use serde_json::json;
//! use unitune_diff::{Document, DocumentDiff, Written};
//!
//! let version = |paths| {
//!     let value = json!({"openapi": "3.0.3", "info": {"title": "Jobs", "version": "1"}, "paths": paths});
//!     Document::in_normal_form(Written { file: "jobs.json".to_owned(), text: value.to_string(), value })
//! };
//! let list = json!({"operationId": "listJobs", "responses": {"200": {"description": "The jobs."}}});
//! let (old, new) = (version(json!({})), version(json!({"/jobs": {"get": list}})));
//! let diff = DocumentDiff::between("jobs", Some(&old), Some(&new));
//! for change in &diff.changes {
//!     println!("{}: {} at {}", change.level, change.text, change.pointer());
//! }
//! assert!(diff.changes.iter().any(|change| change.rule.id == "operation-added"));
//! ```

use super::impact::{Mapping, RustChange};
use super::level::Level;
use super::rule::Rule;
use serde::Serialize;

/// A location in one of the documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The JSON pointer in the normal form.
    pub pointer: String,
    /// The JSON pointer in the file, as it was written: the place itself, or
    /// the nearest one around it.
    pub written: String,
    /// The file, as it was given.
    pub file: String,
    /// The line of the file, where it can be found.
    pub line: Option<usize>,
}

/// An operation that a change touches, and how much it matters there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AffectedOperation {
    /// `METHOD /path`.
    pub operation: String,
    /// Its operationId in normal form.
    pub id: String,
    /// Its operationId in the old document.
    #[serde(skip)]
    pub was: String,
    /// In what is sent; none when the change is not in it.
    pub sent: Option<Level>,
    /// In what is received.
    pub received: Option<Level>,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// The rule that explains it.
    pub rule: &'static Rule,
    /// How much it matters at most.
    pub level: Level,
    /// In what is sent, over all operations.
    pub sent: Option<Level>,
    /// In what is received.
    pub received: Option<Level>,
    /// The sentence.
    pub text: String,
    /// The member, value or name that it is about.
    pub subject: Option<String>,
    /// Where it stands in the old document.
    pub base: Option<Location>,
    /// Where it stands in the new document.
    pub head: Option<Location>,
    /// The place in the new document to show it at: its own, or the nearest.
    pub near: Option<Location>,
    /// The old and the new value, as text; empty where there is none.
    pub values: (String, String),
    /// The operations.
    pub operations: Vec<AffectedOperation>,
    /// What changes in Rust.
    pub rust: RustChange,
    /// What it means for `unify`.
    pub mapping: Mapping,
}

impl Change {
    /// Returns its JSON pointer in the new document, else in the old one.
    #[must_use]
    pub fn pointer(&self) -> &str {
        let place = self.head.as_ref().or(self.base.as_ref());
        place.map_or("", |place| place.pointer.as_str())
    }

    /// Returns the same pointer in the written file.
    #[must_use]
    pub fn written(&self) -> &str {
        let place = self.head.as_ref().or(self.base.as_ref());
        place.map_or("", |place| place.written.as_str())
    }

    /// Returns what it is sorted by: the worst first, then by place.
    pub(super) fn key(&self) -> (std::cmp::Reverse<Level>, &str, &str, &str) {
        let level = std::cmp::Reverse(self.level);
        (level, self.pointer(), self.rule.id, &self.text)
    }
}
