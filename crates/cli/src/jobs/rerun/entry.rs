//! The table of a move of many jobs: one line for each, which the user fills in.

use std::path::Path;

use serde::{Deserialize, Serialize};
use unitune::unify::Job;

use crate::exit::{Exit, Failure};
use crate::output::iso;
use crate::rerun::Plan;
use crate::rerun::price::Price;

/// A job in the table.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub account: String,
    pub job: String,
    /// How far it is, or how it ended.
    #[serde(default)]
    pub status: String,
    pub created: String,
    pub was: String,
    pub method: String,
    /// The model to train: the user's to fill in. A row without one is skipped.
    pub model: String,
    /// What could stand there.
    pub proposals: String,
    pub examples: String,
    pub tokens: String,
    pub price_low: String,
    pub price_high: String,
    pub dropped: String,
    pub file_alterations: String,
    /// Why it cannot be moved.
    pub impossible: String,
}

impl Entry {
    /// A job that stays where it is.
    pub fn impossible(job: &Job, why: String) -> Self {
        Self {
            account: job.provider.account.clone(),
            job: job.id.clone(),
            status: job.status.to_string(),
            created: created(job),
            was: job.model.clone(),
            impossible: why,
            ..Self::default()
        }
    }

    /// What a plan does with a job.
    pub fn of_plan(plan: &Plan, job: &Job) -> Self {
        let training = plan.files.iter().find(|file| file.role == "training");
        let number = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        let (low, high) = match plan.price {
            Price::Range { low, high, .. } => (format!("{low:.2}"), format!("{high:.2}")),
            Price::Unknown { .. } => Default::default(),
        };
        let joined = |parts: Vec<&str>| parts.join("; ");
        let alterations = plan.files.iter().flat_map(|file| &file.alterations);
        Self {
            account: plan.source.account.clone(),
            job: plan.job.clone(),
            status: job.status.to_string(),
            created: created(job),
            was: plan.was.clone(),
            method: plan.method.to_string(),
            // A line without a model is passed over.
            model: match plan.is_possible() {
                true => plan.model.clone().unwrap_or_default(),
                false => String::new(),
            },
            proposals: joined(plan.proposals.iter().map(|p| p.model.id.as_str()).collect()),
            examples: number(training.and_then(|file| file.examples)),
            tokens: number(training.and_then(|file| file.tokens)),
            price_low: low,
            price_high: high,
            dropped: joined(plan.dropped().collect()),
            file_alterations: joined(
                alterations
                    .map(|alteration| alteration.description)
                    .collect(),
            ),
            impossible: joined(plan.problems.iter().map(|r| r.message.as_str()).collect()),
        }
    }

    /// What a job that was moved before took of the limit: it was paid for out of the same.
    pub fn paid(&self) -> f64 {
        self.price_high.parse().unwrap_or(0.0)
    }
}

fn created(job: &Job) -> String {
    job.created_at.map(iso).unwrap_or_default()
}

/// Reads the lines that have a model: the others' jobs stay where they are.
///
/// # Errors
///
/// The file cannot be read, or has no such line.
pub fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let wrong = |e: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("cannot read {}: {e}", path.display()))
    };
    // As a whole: a folder opens like a file, and only reading it is an error.
    let text = std::fs::read(path).map_err(|e| wrong(&e))?;
    let mut entries: Vec<Entry> = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_slice())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| wrong(&e))?;
    entries.retain(|entry| !entry.model.is_empty());
    if entries.is_empty() {
        let what = format!(
            "{}: no row has a `model`; nothing was moved",
            path.display()
        );
        return Err(Failure::new(Exit::Usage, what));
    }
    Ok(entries)
}
