//! For people at a terminal.

use super::escape::plain;
use super::{condensed, count, operations, summary};
use crate::diff::rust::RustChange;
use crate::diff::{Counts, Diff};
use crate::shown::shown;
use std::fmt::Write as _;

/// Writes a diff as plain text.
pub(super) fn text(diff: &Diff) -> String {
    let mut out = String::new();
    for document in &diff.documents {
        if document.entries.is_empty() {
            continue;
        }
        let counts = Counts::of(&document.entries);
        let _ = writeln!(out, "{}: {}", shown(&document.name), count(&counts));
        for entry in &document.entries {
            let _ = writeln!(out, "\n{:<9} {}", entry.level, plain(&entry.text));
            let place = entry.near.as_ref();
            let line = place
                .and_then(|place| place.line)
                .map_or(String::new(), |n| format!(":{n}"));
            let file = place.map_or(String::new(), |place| shown(&place.file));
            let _ = writeln!(
                out,
                "          {} at {file}{line} {}",
                entry.rule.id,
                shown(entry.written())
            );
            if !entry.operations.is_empty() {
                let _ = writeln!(out, "          {}", shown(&operations(entry, 6)));
            }
            rust(&mut out, &entry.rust, "          ");
            let mapping = entry.mapping.brief();
            if !mapping.is_empty() {
                let _ = writeln!(
                    out,
                    "          unify: {}",
                    plain(&mapping).replace("**", "")
                );
            }
        }
        if !document.unexplained.is_empty() {
            let _ = writeln!(out, "\nalso in Rust:");
            rust(&mut out, &document.unexplained, "  ");
        }
        for note in &document.notes {
            let _ = writeln!(out, "\nnote: {}", shown(note));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(diff));
    out
}

fn rust(out: &mut String, change: &RustChange, indent: &str) {
    for item in condensed(&change.vanishes) {
        let _ = writeln!(out, "{indent}- {}", shown(item));
    }
    for item in condensed(&change.appears) {
        let _ = writeln!(out, "{indent}+ {}", shown(item));
    }
    for changed in &change.changes {
        let _ = writeln!(
            out,
            "{indent}~ {}: {} → {}",
            shown(&changed.item),
            shown(&changed.from),
            shown(&changed.to)
        );
    }
}
