//! What people see: tables on stdout, warnings on stderr; and JSON for
//! programs, never mixed with either.

mod details;
mod table;
mod terminal;

use std::io::Write;

use unitune::providers::Warning;

pub use details::details;
pub use table::table;
pub use terminal::Terminal;

/// One JSON document on stdout.
pub fn json(document: &serde_json::Value) -> std::io::Result<()> {
    text(&format!("{document:#}"))
}

/// Text on stdout.
pub fn text(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end_matches('\n'))?;
    out.flush()
}

/// Warnings on stderr.
pub fn warnings(warnings: &[Warning]) {
    for warning in warnings {
        eprintln!("warning: {}", plain(&warning.to_string()));
    }
}

/// A vendor's text without what would steer a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Unix seconds for people: minutes, in UTC.
fn minute(seconds: Option<i64>) -> String {
    seconds
        .and_then(|s| jiff::Timestamp::from_second(s).ok())
        .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// When a job was created; a dash where the vendor gives no time.
fn created(job: &unitune::unify::Job) -> String {
    match job.created_at {
        Some(_) => minute(job.created_at),
        None => "–".to_owned(),
    }
}

/// The status, with the vendor's word where it says something else.
fn status(job: &unitune::unify::Job) -> String {
    let word = plain(&job.provider.status);
    if word == job.status.as_str() || word.is_empty() {
        job.status.to_string()
    } else {
        format!("{} ({word})", job.status)
    }
}
