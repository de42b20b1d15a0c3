//! A fine-tuning job at the gateway.

use crate::clock::Time;
use crate::clock::{MINUTE, SECOND};
use crate::state::run::{Run, RunState, Span, Stage};
use serde_json::Value;

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// The provider account that runs it.
    pub(crate) account: &'static str,
    pub(crate) model: String,
    pub(crate) suffix: Option<String>,
    pub(crate) training_file: String,
    pub(crate) validation_file: Option<String>,
    pub(crate) hyperparameters: Value,
    pub(crate) method: Value,
    pub(crate) integrations: Value,
    pub(crate) seed: Option<i64>,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) tokens: u64,
    pub(crate) run: Run,
}

/// The gateway's statuses for the stages of a run.
const STATUSES: &[(Stage, &str)] = &[
    (Stage::Preparing, "queued"),
    (Stage::Queued, "queued"),
    (Stage::Training, "running"),
    (Stage::Succeeded, "succeeded"),
    (Stage::Failed, "failed"),
    (Stage::Cancelled, "cancelled"),
];

/// The plan of a job with so many steps.
pub(crate) fn spans(steps: u64) -> Vec<Span> {
    let training = (2 * MINUTE).saturating_add(2 * SECOND * steps.min(100_000) as i64);
    vec![(Stage::Queued, 2 * MINUTE), (Stage::Training, training)]
}

impl Job {
    /// Its state at a given time.
    pub(crate) fn at(&self, now: Time) -> RunState {
        self.run.at(now)
    }

    /// The gateway's status for its state.
    pub(crate) fn status(&self, now: Time) -> &'static str {
        let stage = self.at(now).stage;
        let found = STATUSES.iter().find(|row| row.0 == stage);
        found.map_or("running", |row| row.1)
    }

    /// The name of the model that it makes.
    pub(crate) fn output_model(&self) -> String {
        let suffix = self.suffix.as_deref().unwrap_or("");
        let tail: String = self.id.chars().rev().take(8).collect();
        format!("ft:{}:sandbox:{suffix}:{tail}", self.model)
    }
}
