//! A fine-tuning job at Fireworks.

use super::account;
use super::kinds::{KINDS, Kind};
use crate::clock::{MINUTE, SECOND, Time};
use crate::deviation::Deviation;
use crate::state::run::{Run, RunState, Span, Stage};
use serde_json::{Map, Value};

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Index into [`KINDS`].
    pub(super) kind: usize,
    /// Unique in its kind only.
    pub(super) id: String,
    /// What the caller set, in canonical form.
    pub(super) values: Map<String, Value>,
    /// Nanodollars.
    pub(super) price: u64,
    pub(super) lines: u64,
    pub(super) run: Run,
    /// The state at the end, where it is not the usual one.
    pub(super) ending: Option<&'static str>,
    /// Since when it is being deleted.
    pub(super) deleted: Option<Time>,
    pub(super) deviation: Option<Deviation>,
}

/// The states that follow from a stage alone; the others are the phases of the job's kind.
const STATES: &[(Stage, &str)] = &[
    (Stage::Paused, "JOB_STATE_PAUSED"),
    (Stage::Requeued, "JOB_STATE_RE_QUEUEING"),
    (Stage::Cancelling, "JOB_STATE_CANCELLING"),
    (Stage::Succeeded, "JOB_STATE_COMPLETED"),
    (Stage::Failed, "JOB_STATE_FAILED"),
    (Stage::Cancelled, "JOB_STATE_CANCELLED"),
];

/// How long a job takes to stop after a cancel.
pub(super) const STOPPING: i64 = 20 * SECOND;
/// How long a job that has not ended is in each of the two states of a deletion.
const DELETING: i64 = 10 * SECOND;

/// The batch size in samples where the caller sets none.
const BATCH_SIZE: u64 = 8;

/// The plan of a job with so many steps.
pub(super) fn spans(kind: &Kind, steps: u64) -> Vec<Span> {
    let training = (2 * MINUTE).saturating_add(kind.step * steps.min(100_000) as i64);
    vec![
        (Stage::Preparing, 40 * SECOND),
        (Stage::Queued, 60 * SECOND),
        (Stage::Training, training),
        (Stage::Uploading, 45 * SECOND),
    ]
}

impl Job {
    pub(super) fn kind(&self) -> &'static Kind {
        &KINDS[self.kind]
    }

    /// `accounts/sandbox/supervisedFineTuningJobs/x`
    pub(super) fn name(&self) -> String {
        account::resource(self.kind().collection, &self.id)
    }

    /// Its state at a given time.
    pub(super) fn at(&self, now: Time) -> RunState {
        self.run.at(now)
    }

    /// Fireworks' name of its state.
    pub(super) fn state(&self, now: Time) -> &'static str {
        if let Some(since) = self.deleted {
            return match now.since(since) < DELETING {
                true => "JOB_STATE_DELETING",
                false => "JOB_STATE_DELETING_CLEANING_UP",
            };
        }
        let stage = self.at(now).stage;
        if let Some(ending) = self.ending.filter(|_| stage.is_over()) {
            return ending;
        }
        if let Some(row) = STATES.iter().find(|row| row.0 == stage) {
            return row.1;
        }
        let reached = |fraction: f64| {
            let at = self.run.reached(self.run.offset(stage, fraction));
            at.is_some_and(|at| at <= now)
        };
        let phases = self.kind().phases.iter().rev();
        let mut phases = phases.filter(|phase| phase.0 == stage && reached(phase.1));
        phases.next().map_or("JOB_STATE_RUNNING", |phase| phase.2)
    }

    /// Whether it is gone: deleted, and cleaned up.
    pub(super) fn is_gone(&self, now: Time) -> bool {
        self.deleted
            .is_some_and(|since| now.since(since) >= 2 * DELETING)
    }

    /// A setting of the training.
    pub(super) fn setting(&self, name: &str) -> Option<&Value> {
        self.kind().settings(&self.values)?.get(name)
    }

    /// The id of the model that it makes; Fireworks shows its name from the job's creation on.
    pub(super) fn output_model(&self) -> &str {
        let name = self.setting("outputModel").and_then(Value::as_str);
        name.and_then(|name| account::id_of(name, "models"))
            .unwrap_or(&self.id)
    }

    /// The model that it starts from.
    pub(super) fn base_model(&self) -> &str {
        let set = |name| self.setting(name).and_then(Value::as_str);
        let named = ["baseModel", "warmStartFrom"].into_iter().filter_map(set);
        named
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or("")
    }

    /// Epochs; one where the caller sets none.
    pub(super) fn epochs(&self) -> u64 {
        epochs(self.kind().settings(&self.values))
    }
}

/// Epochs; one where the caller sets none.
pub(super) fn epochs(settings: Option<&Map<String, Value>>) -> u64 {
    count(settings, "epochs").unwrap_or(1)
}

/// Training steps for so many examples.
pub(super) fn steps(settings: Option<&Map<String, Value>>, examples: u64) -> u64 {
    let batch = count(settings, "batchSizeSamples").unwrap_or(BATCH_SIZE);
    let all = examples.saturating_mul(epochs(settings));
    all.div_ceil(batch).max(1)
}

/// A setting that counts; zero is the same as unset.
fn count(settings: Option<&Map<String, Value>>, name: &str) -> Option<u64> {
    let value = settings?.get(name)?.as_u64();
    value.filter(|value| *value > 0)
}
