//! Annotations that GitHub puts beside the lines.

use super::escape::{message, plain, property};
use super::{operations, summary};
use crate::diff::Diff;
use crate::diff::level::Level;
use std::fmt::Write as _;

/// Writes a diff as workflow commands.
pub(super) fn github(diff: &Diff) -> String {
    let mut out = String::new();
    for entry in diff.entries() {
        let command = match entry.level {
            Level::Breaking => "error",
            Level::Warning => "warning",
            Level::Info => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &entry.near {
            properties.push(format!("file={}", property(&place.file)));
            properties.extend(place.line.map(|line| format!("line={line}")));
        }
        properties.push(format!(
            "title={}",
            property(&format!("{}: {}", entry.level, entry.rule.id))
        ));
        let mut lines = vec![plain(&entry.text)];
        let touched = operations(entry, 6);
        if !touched.is_empty() {
            lines.push(touched);
        }
        if entry.mapping.undecided {
            lines.push("undecided: no table of unify says what this word means".to_owned());
        }
        lines.push(entry.rule.act.to_owned());
        let _ = writeln!(
            out,
            "::{command} {}::{}",
            properties.join(","),
            message(&lines)
        );
    }
    let _ = writeln!(
        out,
        "::notice title=Schema diff::{}",
        message(&[summary(diff)])
    );
    out
}
