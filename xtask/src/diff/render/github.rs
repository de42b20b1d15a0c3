//! Annotations that GitHub puts beside the lines.

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
        let mut message = entry.text.replace('`', "");
        let touched = operations(entry, 6);
        if !touched.is_empty() {
            let _ = write!(message, "\n{touched}");
        }
        if entry.mapping.undecided {
            message.push_str("\nundecided: no table of unify says what this word means");
        }
        let _ = write!(message, "\n{}", entry.rule.act);
        let _ = writeln!(
            out,
            "::{command} {}::{}",
            properties.join(","),
            data(&message)
        );
    }
    let _ = writeln!(out, "::notice title=Schema diff::{}", data(&summary(diff)));
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
