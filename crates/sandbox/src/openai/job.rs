//! A fine-tuning job at OpenAI.

use super::dialect::Dialect;
use crate::clock::Time;
use crate::clock::{MINUTE, SECOND};
use crate::deviation::Deviation;
use crate::state::run::{Run, RunState, Span, Stage};
use serde_json::{Value, json};

/// A hyperparameter: a number, or left to the vendor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Setting {
    Auto,
    Integer(u64),
    Number(f64),
}

impl Setting {
    pub(crate) fn json(self) -> Value {
        match self {
            Setting::Auto => json!("auto"),
            Setting::Integer(value) => json!(value),
            Setting::Number(value) => json!(value),
        }
    }
}

/// What training is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hyperparameters {
    pub(crate) batch_size: Setting,
    pub(crate) learning_rate_multiplier: Setting,
    pub(crate) n_epochs: Setting,
}

impl Hyperparameters {
    /// Everything left to the vendor.
    pub(crate) const AUTO: Hyperparameters = Hyperparameters {
        batch_size: Setting::Auto,
        learning_rate_multiplier: Setting::Auto,
        n_epochs: Setting::Auto,
    };

    /// How many epochs are trained.
    pub(crate) fn epochs(&self) -> u64 {
        match self.n_epochs {
            Setting::Integer(epochs) => epochs,
            _ => 3,
        }
    }

    /// How many examples make a step.
    pub(crate) fn batch(&self) -> u64 {
        match self.batch_size {
            Setting::Integer(size) => size,
            _ => 1,
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "batch_size": self.batch_size.json(),
            "learning_rate_multiplier": self.learning_rate_multiplier.json(),
            "n_epochs": self.n_epochs.json(),
        })
    }
}

/// The training method, with the settings that only it has.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Supervised,
    Dpo { beta: Setting },
    Reinforcement { grader: Value, extra: Value },
}

impl Kind {
    /// OpenAI's name for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Supervised => "supervised",
            Kind::Dpo { .. } => "dpo",
            Kind::Reinforcement { .. } => "reinforcement",
        }
    }
}

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) suffix: Option<String>,
    pub(crate) training_file: String,
    pub(crate) validation_file: Option<String>,
    pub(crate) result_file: String,
    pub(crate) result_deleted: bool,
    pub(crate) seed: i64,
    pub(crate) kind: Kind,
    pub(crate) hyperparameters: Hyperparameters,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) integrations: Vec<Value>,
    /// Tokens in the training file.
    pub(crate) tokens: u64,
    pub(crate) run: Run,
    pub(crate) dialect: &'static Dialect,
    pub(crate) deviation: Option<Deviation>,
}

/// OpenAI's statuses for the stages of a run.
const STATUSES: &[(Stage, &str)] = &[
    (Stage::Preparing, "validating_files"),
    (Stage::Queued, "queued"),
    (Stage::Training, "running"),
    (Stage::Paused, "paused"),
    (Stage::Requeued, "queued"),
    (Stage::Succeeded, "succeeded"),
    (Stage::Failed, "failed"),
    (Stage::Cancelled, "cancelled"),
];

/// The plan of a job with so many steps.
pub(crate) fn spans(steps: u64) -> Vec<Span> {
    let training = (2 * MINUTE).saturating_add(2 * SECOND * steps.min(100_000) as i64);
    vec![
        (Stage::Preparing, 40 * SECOND),
        (Stage::Queued, 80 * SECOND),
        (Stage::Training, training),
    ]
}

impl Job {
    /// Its state at a given time.
    pub(crate) fn at(&self, now: Time) -> RunState {
        self.run.at(now)
    }

    /// OpenAI's status for its state.
    pub(crate) fn status(&self, now: Time) -> &'static str {
        let stage = self.at(now).stage;
        let found = STATUSES.iter().find(|row| row.0 == stage);
        found.map_or("running", |row| row.1)
    }

    /// The name of the model that it makes.
    pub(crate) fn output_model(&self) -> String {
        (self.dialect.output_model)(self)
    }
}
