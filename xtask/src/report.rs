//! The report of a run: every rewrite and omission is a line of it.

use std::collections::BTreeMap;
use std::fmt;

/// One rewrite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The rule that did it.
    pub rule: &'static str,
    /// Where in the upstream document.
    pub pointer: String,
    /// What was done.
    pub detail: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<24} {}  {}", self.rule, self.pointer, self.detail)
    }
}

/// All rewrites of one run, and how much prose was removed.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The rewrites, in the order in which they were made.
    pub lines: Vec<Line>,
    /// Titles, summaries, descriptions, examples and extensions removed, by keyword.
    pub prose: BTreeMap<String, usize>,
}

impl Report {
    /// Adds a rewrite.
    pub fn add(&mut self, rule: &'static str, pointer: &str, detail: impl Into<String>) {
        self.lines.push(Line {
            rule,
            pointer: pointer.to_owned(),
            detail: detail.into(),
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        for (keyword, count) in &self.prose {
            writeln!(f, "{:<24} {count} × {keyword} removed", "prose")?;
        }
        Ok(())
    }
}
