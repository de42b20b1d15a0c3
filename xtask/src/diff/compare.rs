//! Compares two documents and adds what the changes mean in Rust and for `unify`.

use super::mapping_impact;
use super::rust_changes::{self, Surface};
use super::unify_source::Unify;
use crate::large_stack::{self, both};
use unitune_diff::common::{common_references, without_common};
use unitune_diff::impact::Semver;
use unitune_diff::{Document, DocumentDiff};

/// Compares two documents of one name; one of them may be missing.
#[must_use]
pub fn compare(
    name: &str,
    vendor: Option<&str>,
    base: Option<&Document>,
    head: Option<&Document>,
    unify: &Unify,
) -> DocumentDiff {
    let empty = Document::empty(name);
    let (old, new) = (base.unwrap_or(&empty), head.unwrap_or(&empty));
    let (mut diff, surfaces) = std::thread::scope(|scope| {
        let surfaces = large_stack::spawn(scope, || surfaces(old, new));
        let mut diff = DocumentDiff::between(name, base, head);
        mapping_impact::attach(&mut diff.changes, vendor, unify, old, new);
        let surfaces = match surfaces.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(surfaces)) => surfaces,
            _ => [stopped(), stopped()],
        };
        (diff, surfaces)
    });
    diff.vendor = vendor.map(str::to_owned);
    match surfaces {
        [Ok(base), Ok(head)] => {
            diff.rust = rust_changes::difference(&base, &head);
            diff.unexplained = rust_changes::attribute(&mut diff.changes, &diff.rust, old, new);
        }
        [base, head] => {
            diff.rust.semver = Semver::Unknown;
            for (side, surface) in [("old", base), ("new", head)] {
                if let Err(why) = surface {
                    let note = format!("no Rust for the {side} document: {why}");
                    diff.notes.push(note);
                }
            }
        }
    }
    diff.sort();
    diff
}

/// Returns the result for a surface whose thread is gone.
fn stopped() -> Result<Surface, String> {
    Err("the generator stopped".to_owned())
}

/// Returns the surfaces of what differs between two documents.
fn surfaces(old: &Document, new: &Document) -> [Result<Surface, String>; 2] {
    let common = common_references(old, new);
    let [base, head] = without_common(&old.value, &new.value, &common);
    let (base, head) = both(
        || rust_changes::surface(base),
        || rust_changes::surface(head),
    );
    [base, head]
}
