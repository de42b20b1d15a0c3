//! Renders a diff as Markdown, for a reviewer.

use super::escape::{code, html, markdown as markdown_of};
use super::{condensed, count, operations, summary};
use crate::change::{Change, Location};
use crate::impact::RustChange;
use crate::{Counts, Diff, DocumentDiff};
use std::fmt::Write as _;

/// So many Rust items stand in a cell of the table.
const SHOWN: usize = 3;

/// Writes a diff as Markdown.
pub(super) fn markdown(diff: &Diff) -> String {
    let mut out = String::from("## Schema diff\n\n");
    let _ = writeln!(out, "**{}**", summary(diff));
    for document in diff.documents.iter().filter(|d| !d.changes.is_empty()) {
        table(&mut out, document);
        details(&mut out, document);
    }
    out
}

fn table(out: &mut String, document: &DocumentDiff) {
    let counts = Counts::of(&document.changes);
    let _ = writeln!(
        out,
        "\n### {}\n\n{}; Rust: {}\n",
        markdown_of(&document.name),
        count(&counts),
        document.rust.semver.as_str()
    );
    let _ = writeln!(out, "| level | change | where | Rust | mapping |");
    let _ = writeln!(out, "| --- | --- | --- | --- | --- |");
    for change in &document.changes {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            level(change),
            markdown_of(&change.text),
            markdown_of(&operations(change, SHOWN)),
            brief(&change.rust),
            change.mapping.brief(),
        );
    }
}

/// Returns the level, and where it differs by direction, both.
fn level(change: &Change) -> String {
    match (change.sent, change.received) {
        (Some(sent), Some(received)) if sent != received => {
            format!("**{}** (sent: {sent}, received: {received})", change.level)
        }
        _ => format!("**{}**", change.level),
    }
}

fn brief(change: &RustChange) -> String {
    let mut texts = Vec::new();
    texts.extend(
        condensed(&change.vanishes)
            .into_iter()
            .map(|item| format!("− {}", code(item))),
    );
    texts.extend(change.changes.iter().map(|changed| {
        let to = format!("{}: {} → {}", changed.item, changed.from, changed.to);
        let text = if to.chars().count() > 90 {
            &changed.item
        } else {
            &to
        };
        format!("~ {}", code(text))
    }));
    texts.extend(
        condensed(&change.appears)
            .into_iter()
            .map(|item| format!("+ {}", code(item))),
    );
    let more = texts.len().saturating_sub(SHOWN);
    texts.truncate(SHOWN);
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    if texts.is_empty() {
        return String::new();
    }
    format!("{} ({})", texts.join(", "), change.semver.as_str())
}

fn details(out: &mut String, document: &DocumentDiff) {
    let _ = writeln!(
        out,
        "\n<details><summary>Details of {}</summary>\n",
        html(&document.name)
    );
    for change in &document.changes {
        let _ = writeln!(
            out,
            "#### {}: {}\n",
            change.level,
            markdown_of(&change.text)
        );
        let _ = writeln!(out, "- rule: `{}`. {}", change.rule.id, change.rule.means);
        let _ = writeln!(out, "- what to do: {}", change.rule.act);
        for (side, place) in [("old", &change.base), ("new", &change.head)] {
            if let Some(place) = place {
                let _ = writeln!(out, "- {side}: {}", located(place));
            }
        }
        if !change.operations.is_empty() {
            let _ = writeln!(
                out,
                "- operations: {}",
                markdown_of(&operations(change, usize::MAX))
            );
        }
        rust(out, &change.rust);
        if change.mapping.undecided {
            let _ = writeln!(out, "- unify: **undecided**: no table maps this value");
        }
        for rule in &change.mapping.rules {
            let _ = writeln!(
                out,
                "- unify: {} gives {}: {}",
                code(&rule.id),
                code(&rule.field),
                markdown_of(&rule.text)
            );
        }
        if !change.mapping.files.is_empty() {
            let files: Vec<String> = change.mapping.files.iter().map(|f| code(f)).collect();
            let _ = writeln!(out, "- read or written in {}", files.join(", "));
        }
        out.push('\n');
    }
    if !document.unexplained.is_empty() {
        let _ = writeln!(out, "#### Also in Rust\n");
        rust(out, &document.unexplained);
        out.push('\n');
    }
    for note in &document.notes {
        let _ = writeln!(out, "> {}\n", markdown_of(note));
    }
    out.push_str("</details>\n");
}

fn located(place: &Location) -> String {
    let line = place
        .line
        .map_or(String::new(), |line| format!(", line {line}"));
    let pointer = if place.written.is_empty() {
        "/"
    } else {
        &place.written
    };
    format!("{} in {}{line}", code(pointer), code(&place.file))
}

fn rust(out: &mut String, change: &RustChange) {
    let list = |items: &[String]| {
        let items = condensed(items).into_iter();
        items.map(|i| code(i)).collect::<Vec<_>>().join(", ")
    };
    if !change.vanishes.is_empty() {
        let _ = writeln!(out, "- Rust, vanishes: {}", list(&change.vanishes));
    }
    if !change.appears.is_empty() {
        let _ = writeln!(out, "- Rust, appears: {}", list(&change.appears));
    }
    for changed in &change.changes {
        let _ = writeln!(
            out,
            "- Rust, changes: {} from {} to {}",
            code(&changed.item),
            code(&changed.from),
            code(&changed.to)
        );
    }
}
