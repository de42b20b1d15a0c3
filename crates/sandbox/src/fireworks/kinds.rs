//! The three kinds of job: one collection each.

use super::fields::Field;
use super::tables;
use crate::state::run::Stage;
use serde_json::{Map, Value};

/// A kind of job.
#[derive(Debug)]
pub(super) struct Kind {
    /// The collection, in paths, names and lists.
    pub(super) collection: &'static str,
    /// The query parameter with the id that the caller chose.
    pub(super) id_parameter: &'static str,
    pub(super) fields: &'static [Field],
    /// Where the settings of the training are: in a member, or in the job itself.
    settings: Option<&'static str>,
    /// Milliseconds for each training step.
    pub(super) step: i64,
    /// The states of the run's plan: from which part of which stage on.
    pub(super) phases: &'static [(Stage, f64, &'static str)],
}

/// The index of supervised jobs.
pub(super) const SUPERVISED: usize = 0;
/// The index of preference jobs.
pub(super) const PREFERENCE: usize = 1;
/// The index of reinforcement jobs.
pub(super) const REINFORCEMENT: usize = 2;

/// Every kind, by its index.
pub(super) static KINDS: [Kind; 3] = [
    Kind {
        collection: "supervisedFineTuningJobs",
        id_parameter: "supervisedFineTuningJobId",
        fields: tables::SUPERVISED,
        settings: None,
        step: 3_000,
        phases: PHASES,
    },
    Kind {
        collection: "dpoJobs",
        id_parameter: "dpoJobId",
        fields: tables::PREFERENCE,
        settings: Some("trainingConfig"),
        step: 5_000,
        phases: PHASES,
    },
    Kind {
        collection: "reinforcementFineTuningJobs",
        id_parameter: "reinforcementFineTuningJobId",
        fields: tables::REINFORCEMENT,
        settings: Some("trainingConfig"),
        step: 10_000,
        phases: ROLLOUTS,
    },
];

const PHASES: &[(Stage, f64, &str)] = &[
    (Stage::Preparing, 0.0, "JOB_STATE_CREATING"),
    (Stage::Preparing, 0.25, "JOB_STATE_VALIDATING"),
    (Stage::Queued, 0.0, "JOB_STATE_PENDING"),
    (Stage::Training, 0.0, "JOB_STATE_RUNNING"),
    (Stage::Uploading, 0.0, "JOB_STATE_WRITING_RESULTS"),
];

/// The same, with a dataset that is made of the evaluator's rows, and a trainer that waits for the last rollouts.
const ROLLOUTS: &[(Stage, f64, &str)] = &[
    (Stage::Preparing, 0.0, "JOB_STATE_CREATING"),
    (Stage::Preparing, 0.25, "JOB_STATE_VALIDATING"),
    (Stage::Preparing, 0.6, "JOB_STATE_CREATING_INPUT_DATASET"),
    (Stage::Queued, 0.0, "JOB_STATE_PENDING"),
    (Stage::Training, 0.0, "JOB_STATE_RUNNING"),
    (Stage::Training, 0.95, "JOB_STATE_IDLE"),
    (Stage::Uploading, 0.0, "JOB_STATE_WRITING_RESULTS"),
];

impl Kind {
    /// The settings of the training.
    pub(super) fn settings<'a>(
        &self,
        values: &'a Map<String, Value>,
    ) -> Option<&'a Map<String, Value>> {
        match self.settings {
            None => Some(values),
            Some(member) => values.get(member).and_then(Value::as_object),
        }
    }

    /// The same, to change them; made where they are missing.
    pub(super) fn settings_mut<'a>(
        &self,
        values: &'a mut Map<String, Value>,
    ) -> Option<&'a mut Map<String, Value>> {
        match self.settings {
            None => Some(values),
            Some(member) => {
                let settings = values
                    .entry(member)
                    .or_insert_with(|| Value::Object(Map::new()));
                settings.as_object_mut()
            }
        }
    }

    /// Where a setting of the training is in a body.
    pub(super) fn path_of(&self, setting: &str) -> String {
        match self.settings {
            None => setting.to_owned(),
            Some(member) => format!("{member}.{setting}"),
        }
    }
}
