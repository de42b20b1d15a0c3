//! Output: tables and cards on stdout, warnings on stderr; and JSON for
//! programs, never mixed with either.

mod card;
mod columns;
mod table;
mod terminal;
mod text_width;

use std::io::Write;

use unitune::providers::Warning;
use unitune::unify::Job;

pub use card::card;
pub use table::table;
pub use terminal::Terminal;

/// Prints one JSON document on stdout.
pub fn json(document: &serde_json::Value) -> std::io::Result<()> {
    text(&format!("{document:#}"))
}

/// Prints text on stdout; no text, no line.
pub fn text(text: &str) -> std::io::Result<()> {
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Prints warnings on stderr.
pub fn warnings<'w>(warnings: impl IntoIterator<Item = &'w Warning>) {
    for warning in warnings {
        eprintln!("warning: {}", plain(&warning.to_string()));
    }
}

/// Prints an error on stderr.
pub fn error(error: &unitune::Error) {
    eprintln!("error: {}", plain(&error.to_string()));
}

/// Returns a vendor's text without what would control a terminal.
fn plain(text: &str) -> String {
    let controls =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if controls(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Returns Unix seconds for people: minutes, in UTC.
fn minute(seconds: Option<i64>) -> String {
    seconds
        .and_then(|s| jiff::Timestamp::from_second(s).ok())
        .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// Returns when a job was created, in Unix seconds, where that is known.
fn created_at(job: &Job) -> Option<i64> {
    job.created_at
}

/// Returns when a job was created, for people.
fn created(job: &Job) -> String {
    match minute(created_at(job)) {
        unknown if unknown.is_empty() => "–".to_owned(),
        minute => minute,
    }
}

/// Returns the status, with the vendor's word where it is another one.
fn status(job: &Job) -> String {
    let word = plain(&job.provider.status);
    if word == job.status.as_str() || word.is_empty() {
        job.status.to_string()
    } else {
        format!("{} ({word})", job.status)
    }
}
