//! One job, line by line.

use unitune::unify::Job;

use super::{created, minute, plain, status};

/// A title, and what stands beside it.
type Line = (&'static str, fn(&Job) -> String);

const LINES: [Line; 17] = [
    ("PROVIDER", |job| plain(&job.provider.account)),
    ("VENDOR", |job| job.provider.vendor.to_string()),
    ("ID", |job| plain(&job.id)),
    ("MODEL", |job| plain(&job.model)),
    ("STATUS", status),
    ("ERROR", error),
    ("CREATED (UTC)", created),
    ("FINISHED (UTC)", |job| minute(job.finished_at)),
    ("ESTIMATED FINISH (UTC)", |job| minute(job.estimated_finish)),
    ("FINE-TUNED MODEL", |job| {
        optional(job.fine_tuned_model.as_deref())
    }),
    ("TRAINING FILE", |job| plain(&job.training_file)),
    ("VALIDATION FILE", |job| {
        optional(job.validation_file.as_deref())
    }),
    ("TRAINED TOKENS", |job| number(job.trained_tokens)),
    ("SEED", |job| number(job.seed)),
    ("METHOD", |job| json(&job.method)),
    ("HYPERPARAMETERS", |job| json(&job.hyperparameters)),
    ("METADATA", |job| json(&job.metadata)),
];

/// Everything that is worth a line; what is not known has none.
pub fn details(job: &Job) -> String {
    let mut text = lines(job, &LINES);
    for note in &job.provider.notes {
        let note = plain(&format!("{}: {}", note.field, note.message));
        text.push_str(&format!("note: {note}\n"));
    }
    text
}

/// The given lines, as far as they say something.
pub fn lines(job: &Job, lines: &[Line]) -> String {
    let shown: Vec<(&str, String)> = lines
        .iter()
        .map(|(title, text)| (*title, text(job)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let width = shown.iter().map(|(t, _)| t.len()).max().unwrap_or(0);
    shown
        .iter()
        .map(|(title, text)| format!("{title:width$}  {text}\n"))
        .collect()
}

fn error(job: &Job) -> String {
    let Some(error) = &job.error else {
        return String::new();
    };
    let parts = [error.code.as_deref(), error.message.as_deref()];
    plain(&parts.into_iter().flatten().collect::<Vec<_>>().join(": "))
}

fn optional(text: Option<&str>) -> String {
    plain(text.unwrap_or_default())
}

fn number(number: Option<i64>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}

fn json<T: serde::Serialize>(value: &Option<T>) -> String {
    let text = value.as_ref().and_then(|v| serde_json::to_string(v).ok());
    plain(&text.unwrap_or_default())
}
