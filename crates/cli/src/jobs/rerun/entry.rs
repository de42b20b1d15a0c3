//! The table of a move of many jobs: one line for each, which the user fills in.

use std::fs::{File, TryLockError};
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
    #[serde(default)]
    pub created: String,
    #[serde(default)]
    pub was: String,
    #[serde(default)]
    pub method: String,
    /// The model to train: the user's to fill in. A row without one is skipped.
    pub model: String,
    /// What could stand there.
    #[serde(default)]
    pub proposals: String,
    #[serde(default)]
    pub examples: String,
    #[serde(default)]
    pub tokens: String,
    #[serde(default)]
    pub price_low: String,
    #[serde(default)]
    pub price_high: String,
    #[serde(default)]
    pub dropped: String,
    #[serde(default)]
    pub file_alterations: String,
    /// Why it cannot be moved.
    #[serde(default)]
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
}

fn created(job: &Job) -> String {
    job.created_at.map(iso).unwrap_or_default()
}

/// Reads the lines that have a model: the others' jobs stay where they are.
///
/// # Errors
///
/// The file cannot be read, or has no such line, or a job twice.
pub fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let wrong = |what: String| Failure::new(Exit::Usage, format!("{}: {what}", path.display()));
    // As a whole: a folder opens like a file, and only reading it is an error.
    let text = std::fs::read(path).map_err(|e| wrong(format!("cannot read it: {e}")))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_slice());
    for entry in table.deserialize() {
        let entry: Entry = entry.map_err(|e| {
            wrong(format!(
                "{e}; the first line of a table names its columns, with commas between them: \
                 account, job and model have to be there"
            ))
        })?;
        if entry.model.is_empty() {
            continue;
        }
        let is_same = |other: &Entry| (&other.account, &other.job) == (&entry.account, &entry.job);
        if entries.iter().any(is_same) {
            let (job, account) = (&entry.job, &entry.account);
            return Err(wrong(format!(
                "{job} of {account} has two rows with a `model`; a job is moved once: empty one"
            )));
        }
        entries.push(entry);
    }
    match entries.is_empty() {
        true => Err(wrong("no row has a `model`; nothing was moved".to_owned())),
        false => Ok(entries),
    }
}

/// Keeps other programs from carrying out the table, as long as what is returned lives: each
/// would have the whole limit.
///
/// # Errors
///
/// Another program does.
pub fn lock(path: &Path) -> Result<File, Failure> {
    let file = File::open(path);
    match file.map(|file| file.try_lock().map(|()| file)) {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(TryLockError::WouldBlock)) => {
            let what = format!(
                "{}: another program moves its jobs: wait until it is done",
                path.display()
            );
            Err(Failure::new(Exit::Failure, what))
        }
        Ok(Err(TryLockError::Error(error))) | Err(error) => {
            let what = format!("cannot use {}: {error}", path.display());
            Err(Failure::new(Exit::Failure, what))
        }
    }
}
