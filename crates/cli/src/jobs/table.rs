//! The columns of a list of jobs.

use anstyle::AnsiColor;
use serde_json::json;
use unitune::unify::{Job, Status, Usd};

use crate::output::{Column, Kind, Row, Step, Table};

impl Row for Job {
    const TABLE: Table<Self> = Table {
        columns: COLUMNS,
        shown: &[
            "account",
            "id",
            "model",
            "status",
            "created",
            "finished",
            "fine_tuned_model",
        ],
        steps: &[
            Step::Shorten("fine_tuned_model", 16),
            Step::Shorten("model", 16),
            Step::Drop("fine_tuned_model"),
            Step::Drop("finished"),
            Step::Drop("created"),
            Step::Brief("status"),
            Step::Shorten("model", 12),
            Step::Drop("model"),
            Step::Drop("account"),
        ],
        empty: "No jobs.",
        colour: |job| colour(job.status),
    };
}

const COLUMNS: &[Column<Job>] = &[
    Column::new("account", "ACCOUNT", Kind::Text, |job| {
        json!(job.provider.account)
    }),
    // Ids stay whole, so that they can be copied.
    Column::new("id", "ID", Kind::Text, |job| json!(job.id)),
    Column::new("model", "MODEL", Kind::Model, |job| json!(job.model)),
    Column::new("status", "STATUS", Kind::Status, |job: &Job| {
        json!(job.status)
    })
    .text(status)
    .brief(|job| job.status.to_string()),
    Column::new("vendor_status", "VENDOR STATUS", Kind::Text, |job| {
        json!(job.provider.status)
    }),
    Column::new("created", "CREATED", Kind::Time, |job: &Job| {
        json!(job.created_at)
    })
    .text(|_| "–".to_owned()),
    Column::new("finished", "FINISHED", Kind::Time, |job| {
        json!(job.finished_at)
    }),
    Column::new("expected_end", "EXPECTED END", Kind::Time, |job| {
        json!(job.estimated_finish)
    }),
    Column::new("duration", "DURATION", Kind::Number, |job: &Job| {
        json!(took(job))
    })
    .text(|job| took(job).map(crate::output::duration).unwrap_or_default()),
    Column::new("fine_tuned_model", "FINE-TUNED MODEL", Kind::Model, |job| {
        json!(job.fine_tuned_model)
    }),
    Column::new("vendor", "VENDOR", Kind::Text, |job| {
        json!(job.provider.vendor)
    }),
    Column::new("method", "METHOD", Kind::Text, |job| {
        let method = job.method.as_ref().map(|method| method.to_map());
        method
            .and_then(|mut m| m.remove("type"))
            .unwrap_or_default()
    }),
    Column::new("training_file", "TRAINING FILE", Kind::Text, |job| {
        json!(job.training_file)
    }),
    Column::new("validation_file", "VALIDATION FILE", Kind::Text, |job| {
        json!(job.validation_file)
    }),
    Column::new("trained_tokens", "TOKENS", Kind::Number, |job| {
        json!(job.trained_tokens)
    }),
    Column::new("cost", "COST (USD)", Kind::Number, |job: &Job| {
        json!(job.provider.cost)
    })
    .text(|job| {
        let is_estimate = job.provider.cost_is_estimate();
        let cost = job.provider.cost;
        cost.map_or_else(String::new, |cost| dollars(cost, is_estimate))
    }),
    Column::new("seed", "SEED", Kind::Number, |job| json!(job.seed)),
    Column::new("error", "ERROR", Kind::Text, |job| {
        let error = job.error.as_ref();
        json!(error.and_then(|e| e.message.as_ref().or(e.code.as_ref())))
    }),
];

/// Returns an amount as a table shows it: an estimate has a mark.
pub fn dollars(amount: Usd, is_estimate: bool) -> String {
    let mark = if is_estimate { "~" } else { "" };
    format!("{mark}{amount}")
}

/// Returns how long a job took, in seconds.
pub fn took(job: &Job) -> Option<i64> {
    let took = job.finished_at?.checked_sub(job.created_at?)?;
    (took >= 0).then_some(took)
}

/// Returns the colour of a status.
pub fn colour(status: Status) -> Option<AnsiColor> {
    match status {
        Status::Queued => None,
        Status::Running => Some(AnsiColor::Cyan),
        Status::Succeeded => Some(AnsiColor::Green),
        Status::Failed => Some(AnsiColor::Red),
        Status::Cancelled => Some(AnsiColor::Yellow),
    }
}

/// Returns the status, with the vendor status where it differs.
pub fn status(job: &Job) -> String {
    let vendor_status = &job.provider.status;
    if *vendor_status == job.status.as_str() || vendor_status.is_empty() {
        job.status.to_string()
    } else {
        format!("{} ({vendor_status})", job.status)
    }
}
