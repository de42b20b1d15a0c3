//! Renders a diff as annotations of GitHub's checks.

use super::escape::{message, plain, property};
use super::{operations, summary};
use crate::Diff;
use crate::level::Level;
use std::fmt::Write as _;

/// Writes a diff as workflow commands.
pub(super) fn github(diff: &Diff) -> String {
    let mut out = String::new();
    for change in diff.changes() {
        let command = match change.level {
            Level::Breaking => "error",
            Level::Warning => "warning",
            Level::Info => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &change.near {
            properties.push(format!("file={}", property(&place.file)));
            properties.extend(place.line.map(|line| format!("line={line}")));
        }
        properties.push(format!(
            "title={}",
            property(&format!("{}: {}", change.level, change.rule.id))
        ));
        let mut lines = vec![plain(&change.text)];
        let touched = operations(change, 6);
        if !touched.is_empty() {
            lines.push(touched);
        }
        if change.mapping.undecided {
            lines.push("undecided: no table of unify maps this value".to_owned());
        }
        lines.push(change.rule.act.to_owned());
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
