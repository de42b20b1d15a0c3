//! A job's checkpoints, in OpenAI's shape of a checkpoint.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Origin;

/// The model as it was at one step of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Checkpoint {
    /// Always `fine_tuning.job.checkpoint`.
    pub object: CheckpointObject,
    /// The vendor's id; where it gives none, the job's id and the step, which
    /// is how the vendor lets a later job start from the checkpoint.
    pub id: String,
    /// When it was created, in Unix seconds.
    pub created_at: i64,
    /// The name or the path of the model.
    pub fine_tuned_model_checkpoint: String,
    /// The id of the job.
    pub fine_tuning_job_id: String,
    /// Metrics of the step, as far as the vendor gives them.
    pub metrics: Map<String, Value>,
    /// The step at which it was created.
    pub step_number: i64,
    /// Where the checkpoint comes from.
    pub provider: Origin,
}

impl Checkpoint {
    /// Creates a checkpoint with its required parts: its id, the id of its job,
    /// the name or path of its model, its time in Unix seconds and its step.
    pub fn new(
        id: impl Into<String>,
        job: impl Into<String>,
        model: impl Into<String>,
        created_at: i64,
        step_number: i64,
        provider: Origin,
    ) -> Self {
        Self {
            object: CheckpointObject::FineTuningJobCheckpoint,
            id: id.into(),
            created_at,
            fine_tuned_model_checkpoint: model.into(),
            fine_tuning_job_id: job.into(),
            metrics: Map::new(),
            step_number,
            provider,
        }
    }
}

/// The constant `fine_tuning.job.checkpoint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CheckpointObject {
    /// `fine_tuning.job.checkpoint`
    #[default]
    #[serde(rename = "fine_tuning.job.checkpoint")]
    FineTuningJobCheckpoint,
}
