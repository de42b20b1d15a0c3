//! Renders a diff as plain text for a terminal.

use super::escape::plain;
use super::{condensed, count, operations, summary};
use crate::escape_control::escape_control;
use crate::impact::RustChange;
use crate::{Counts, Diff};
use std::fmt::Write as _;

/// Writes a diff as plain text.
pub(super) fn text(diff: &Diff) -> String {
    let mut out = String::new();
    for document in &diff.documents {
        if document.changes.is_empty() {
            continue;
        }
        let counts = Counts::of(&document.changes);
        let _ = writeln!(
            out,
            "{}: {}",
            escape_control(&document.name),
            count(&counts)
        );
        for change in &document.changes {
            let _ = writeln!(out, "\n{:<9} {}", change.level, plain(&change.text));
            let place = change.near.as_ref();
            let line = place
                .and_then(|place| place.line)
                .map_or(String::new(), |n| format!(":{n}"));
            let file = place.map_or(String::new(), |place| escape_control(&place.file));
            let _ = writeln!(
                out,
                "          {} at {file}{line} {}",
                change.rule.id,
                escape_control(change.written())
            );
            if !change.operations.is_empty() {
                let _ = writeln!(out, "          {}", escape_control(&operations(change, 6)));
            }
            rust(&mut out, &change.rust, "          ");
            let mapping = change.mapping.brief();
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
            let _ = writeln!(out, "\nnote: {}", escape_control(note));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(diff));
    out
}

fn rust(out: &mut String, change: &RustChange, indent: &str) {
    for item in condensed(&change.vanishes) {
        let _ = writeln!(out, "{indent}- {}", escape_control(item));
    }
    for item in condensed(&change.appears) {
        let _ = writeln!(out, "{indent}+ {}", escape_control(item));
    }
    for changed in &change.changes {
        let _ = writeln!(
            out,
            "{indent}~ {}: {} → {}",
            escape_control(&changed.item),
            escape_control(&changed.from),
            escape_control(&changed.to)
        );
    }
}
