//! Renders a diff as text, Markdown, JSON or GitHub annotations.
//!
//! ```
//! use unitune_diff::{Diff, Format, render};
//!
//! let nothing = Diff { documents: Vec::new() };
//! println!("{}", render(&nothing, Format::Markdown));
//! ```

mod escape;
mod github;
pub mod json;
mod markdown;
mod rules;
mod text;

pub use rules::{explain, rules};

use super::change::Change;
use super::{Counts, Diff};

/// The forms that a diff can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For the page that a reviewer reads.
    Markdown,
    /// For programs: schema/diff.schema.json.
    Json,
    /// Annotations of GitHub's checks.
    Github,
}

/// Writes a diff.
#[must_use]
pub fn render(diff: &Diff, format: Format) -> String {
    match format {
        Format::Text => text::text(diff),
        Format::Markdown => markdown::markdown(diff),
        Format::Json => json::json(diff),
        Format::Github => github::github(diff),
    }
}

/// Returns the line that sums up.
#[must_use]
pub fn summary(diff: &Diff) -> String {
    let counts = diff.counts();
    if diff.changes().next().is_none() {
        return "no changes".to_owned();
    }
    let mut line = count(&counts);
    line.push_str(&format!("; Rust: {}", diff.semver().as_str()));
    line
}

/// Returns counts as text.
fn count(counts: &Counts) -> String {
    let mut parts = vec![format!("{} breaking", counts.breaking)];
    let plural = if counts.warning == 1 { "" } else { "s" };
    parts.push(format!("{} warning{plural}", counts.warning));
    parts.push(format!("{} info", counts.info));
    if counts.undecided > 0 {
        parts.push(format!("{} undecided", counts.undecided));
    }
    if counts.unclassified > 0 {
        parts.push(format!("{} unclassified", counts.unclassified));
    }
    parts.join(", ")
}

/// Returns the operations of a change with their directions, some of them.
fn operations(change: &Change, most: usize) -> String {
    let all = change.operations.len();
    let mut texts: Vec<String> = change
        .operations
        .iter()
        .take(most)
        .map(|touched| {
            let mut directions = Vec::new();
            directions.extend(touched.sent.map(|level| format!("sent: {level}")));
            directions.extend(touched.received.map(|level| format!("received: {level}")));
            format!("{} ({})", touched.operation, directions.join(", "))
        })
        .collect();
    if all > most {
        texts.push(format!("and {} more", all - most));
    }
    texts.join("; ")
}

/// Items without the members of items that stand beside them.
fn condensed(items: &[String]) -> Vec<&String> {
    let inside = |item: &&String| {
        let of = item.split(['.', ':']).next().unwrap_or(item);
        of != item.as_str() && items.iter().any(|other| other == of)
    };
    items.iter().filter(|item| !inside(item)).collect()
}
