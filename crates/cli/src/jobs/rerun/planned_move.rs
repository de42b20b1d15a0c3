//! What becomes of the jobs of a table: a row for each, for people and programs.

use serde::Serialize;
use serde_json::json;

use super::entry::Entry;
use crate::output::{Column, Kind, Row, Step, Table};

/// What becomes of a job of the table.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct PlannedMove {
    pub account: String,
    pub job: String,
    /// The model that is trained.
    pub model: String,
    /// In US dollars, by the table of prices; none where it is not known before the upload.
    pub price_low: Option<f64>,
    pub price_high: Option<f64>,
    /// Settings that are lost.
    pub dropped: Vec<String>,
    /// The job that it is moved as.
    pub moved_as: Option<String>,
    /// The job that it was moved as before.
    pub moved_before: Option<String>,
    /// Why it would not be moved.
    pub problem: Option<String>,
}

impl Row for PlannedMove {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("job", "JOB", Kind::Text, |row| json!(row.job)),
            Column::new("model", "MODEL", Kind::Model, |row| json!(row.model)),
            Column::new("price_low", "LOW (USD)", Kind::Number, |row: &Self| {
                json!(row.price_low)
            })
            .text(|row| cents(row.price_low)),
            Column::new("price_high", "HIGH (USD)", Kind::Number, |row: &Self| {
                json!(row.price_high)
            })
            .text(|row| cents(row.price_high)),
            Column::new("outcome", "OUTCOME", Kind::Text, |row| json!(row.outcome())),
            Column::new("dropped", "DROPPED", Kind::Text, |row| {
                json!(row.dropped.join("; "))
            }),
            Column::new("moved_as", "MOVED AS", Kind::Text, |row| {
                json!(row.moved_as)
            }),
            Column::new("moved_before", "MOVED BEFORE", Kind::Text, |row| {
                json!(row.moved_before)
            }),
            Column::new("problem", "PROBLEM", Kind::Text, |row| json!(row.problem)),
        ],
        shown: &[
            "job",
            "model",
            "price_low",
            "price_high",
            "outcome",
            "dropped",
        ],
        steps: &[
            Step::Shorten("dropped", 20),
            Step::Shorten("model", 16),
            Step::Drop("dropped"),
            Step::Drop("price_low"),
            Step::Shorten("model", 10),
        ],
        empty: "No jobs.",
        colour: |_| None,
    };
}

impl PlannedMove {
    pub fn of(entry: &Entry) -> Self {
        Self {
            account: entry.account.clone(),
            job: entry.job.clone(),
            model: entry.model.clone(),
            ..Self::default()
        }
    }

    pub fn outcome(&self) -> &'static str {
        match self {
            Self {
                problem: Some(_), ..
            } => "stays",
            Self {
                moved_before: Some(_),
                ..
            } => "was moved",
            Self {
                moved_as: Some(_), ..
            } => "moved",
            _ => "moves",
        }
    }
}

fn cents(price: Option<f64>) -> String {
    price.map_or_else(|| "unknown".to_owned(), |price| format!("{price:.2}"))
}
