//! `cargo xtask diff`: what changed between two documents, what breaks, and
//! what it means for the generated types and for `unify`.
//!
//! The core is pure: two [`document::Document`]s in, a [`Diff`] out
//! ([`compare()`]). Reading ([`sides`], [`git`]) and writing ([`render`]) stand
//! at its edges; what a change means is a table ([`rules`]).

pub mod compare;
mod discriminators;
pub mod document;
pub mod entry;
pub mod found;
pub mod git;
pub mod level;
pub mod locate;
mod lost;
pub mod mapping;
pub mod operations;
pub mod reduce;
pub mod render;
mod residue;
pub mod rule;
pub mod rules;
pub mod rust;
pub mod schema;
pub mod sides;
mod twins;
pub mod unify;
pub mod uses;

mod command;

pub use command::{Options, main};

use self::document::Document;
use self::entry::{Entry, Place, Touched};
use self::level::Level;
use self::mapping::Mapping;
use self::rust::{RustChange, Semver};
use self::unify::Unify;
use crate::threads;

/// Everything that changed.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// By document.
    pub documents: Vec<DocumentDiff>,
}

/// What changed in one document.
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
    pub entries: Vec<Entry>,
    /// All that changes in Rust.
    pub rust: RustChange,
    /// What of it follows from no single change.
    pub unexplained: RustChange,
    /// What could not be worked out, and why.
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
    /// New words that nobody has decided on.
    pub undecided: usize,
    /// Changes that no rule explains.
    pub unclassified: usize,
}

impl Counts {
    /// Counts changes.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut counts = Self::default();
        for entry in entries {
            match entry.level {
                Level::Breaking => counts.breaking += 1,
                Level::Warning => counts.warning += 1,
                Level::Info => counts.info += 1,
            }
            counts.undecided += usize::from(entry.mapping.undecided);
            counts.unclassified += usize::from(entry.rule.id == rules::UNCLASSIFIED);
        }
        counts
    }
}

impl Diff {
    /// All changes.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.documents.iter().flat_map(|document| &document.entries)
    }

    /// How many there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.entries())
    }

    /// The worst level, if anything changed.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.entries().map(|entry| entry.level).max()
    }

    /// The version that the changes in Rust ask for.
    #[must_use]
    pub fn semver(&self) -> Semver {
        let all = self.documents.iter().map(|document| document.rust.semver);
        all.max().unwrap_or_default()
    }
}

/// Compares two documents of one name; one of them may be missing.
#[must_use]
pub fn compare(
    name: &str,
    vendor: Option<&str>,
    base: Option<&Document>,
    head: Option<&Document>,
    unify: &Unify,
) -> DocumentDiff {
    let file = |document: Option<&Document>| document.map(|d| d.written.file.clone());
    let mut diff = DocumentDiff {
        name: name.to_owned(),
        vendor: vendor.map(str::to_owned),
        base: file(base),
        head: file(head),
        entries: Vec::new(),
        rust: RustChange::default(),
        unexplained: RustChange::default(),
        notes: Vec::new(),
    };
    let empty = Document::empty(name);
    let (old, new) = (base.unwrap_or(&empty), head.unwrap_or(&empty));
    if old.written.text == new.written.text && base.is_some() && head.is_some() {
        return diff;
    }
    let (entries, surfaces) = std::thread::scope(|scope| {
        let surfaces = threads::spawn(scope, || surfaces(old, new));
        let mut entries = match (base, head) {
            (Some(old), Some(new)) => compare::compare(old, new),
            (None, Some(new)) => vec![whole("document-added", name, new)],
            (Some(old), None) => vec![whole("document-removed", name, old)],
            (None, None) => Vec::new(),
        };
        mapping::attach(&mut entries, vendor, unify, old, new);
        let surfaces = match surfaces.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(surfaces)) => surfaces,
            _ => [stopped(), stopped()],
        };
        (entries, surfaces)
    });
    diff.entries = entries;
    match surfaces {
        [Ok(base), Ok(head)] => {
            diff.rust = rust::difference(&base, &head);
            diff.unexplained = rust::attribute(&mut diff.entries, &diff.rust, old, new);
        }
        [base, head] => {
            for (side, surface) in [("old", base), ("new", head)] {
                if let Err(why) = surface {
                    let note = format!("no Rust for the {side} document: {why}");
                    diff.notes.push(note);
                }
            }
        }
    }
    diff.entries.sort_by(|a, b| a.key().cmp(&b.key()));
    diff
}

/// The change that a document as a whole is.
fn whole(rule: &str, name: &str, document: &Document) -> Entry {
    let finding = found::Finding::new(rule).named(name);
    let place = Place {
        pointer: String::new(),
        written: String::new(),
        file: document.written.file.clone(),
        line: Some(1),
    };
    let added = rule == "document-added";
    let operations = crate::slice::everything(&document.value).into_iter();
    let mut operations: Vec<Touched> = operations
        .map(|operation| Touched {
            operation: format!("{} {}", operation.method.to_uppercase(), operation.path),
            was: operation.id.clone(),
            id: operation.id,
            sent: finding.rule.sent,
            received: finding.rule.received,
        })
        .collect();
    operations.sort();
    Entry {
        rule: finding.rule,
        level: finding.rule.worst(),
        sent: finding.rule.sent,
        received: finding.rule.received,
        text: finding.sentence(),
        subject: Some(name.to_owned()),
        base: (!added).then(|| place.clone()),
        head: added.then(|| place.clone()),
        near: Some(place),
        change: (String::new(), String::new()),
        operations,
        rust: RustChange::default(),
        mapping: Mapping::default(),
    }
}

/// What stands for a surface when its thread is gone.
fn stopped() -> std::result::Result<rust::Surface, String> {
    Err("the generator stopped".to_owned())
}

/// The surfaces of what differs between two documents.
fn surfaces(old: &Document, new: &Document) -> [std::result::Result<rust::Surface, String>; 2] {
    let common = reduce::common(old, new);
    let base = reduce::reduced(&old.value, &new.value, &common);
    let head = reduce::reduced(&new.value, &old.value, &common);
    std::thread::scope(|scope| {
        let base = threads::spawn(scope, || rust::surface(base));
        let head = rust::surface(head);
        match base.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(base)) => [base, head],
            _ => [stopped(), head],
        }
    })
}
