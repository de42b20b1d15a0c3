//! What a job leaves on its way, in OpenAI's shape of a checkpoint.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Origin;

/// A model as it stood at one step of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Checkpoint {
    /// Always `fine_tuning.job.checkpoint`.
    pub object: CheckpointObject,
    /// The vendor's id; where it gives none, the job's id and the step, which
    /// is how the vendor lets a later job start from the checkpoint.
    pub id: String,
    /// When it was made, in Unix seconds.
    pub created_at: i64,
    /// The name or the path of the model.
    pub fine_tuned_model_checkpoint: String,
    /// The job that it is a checkpoint of.
    pub fine_tuning_job_id: String,
    /// How good the model was, as far as the vendor says.
    pub metrics: Map<String, Value>,
    /// The step at which it was made.
    pub step_number: i64,
    /// Who says it.
    pub provider: Origin,
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

#[cfg(feature = "openai")]
mod openai {
    use super::*;
    use crate::openai::types::FineTuningJobCheckpoint;
    use crate::unify::extras::{Extras, object};
    use crate::unify::{Context, Vendor};

    impl Checkpoint {
        /// OpenAI's own checkpoint: identity.
        pub fn from_openai(checkpoint: &FineTuningJobCheckpoint, context: &Context) -> Self {
            let FineTuningJobCheckpoint {
                created_at,
                extra,
                fine_tuned_model_checkpoint,
                fine_tuning_job_id,
                id,
                metrics,
                object: _,
                step_number,
            } = checkpoint;
            let mut extras = Extras::new();
            extras.undocumented(extra, &[]);
            Self {
                object: CheckpointObject::FineTuningJobCheckpoint,
                id: id.clone(),
                created_at: *created_at,
                fine_tuned_model_checkpoint: fine_tuned_model_checkpoint.clone(),
                fine_tuning_job_id: fine_tuning_job_id.clone(),
                metrics: object(metrics),
                step_number: *step_number,
                provider: Origin::new(context, Vendor::OpenAi, extras),
            }
        }
    }
}

#[cfg(feature = "together")]
mod together {
    use super::*;
    use crate::together::types::FineTuneCheckpoint;
    use crate::unify::extras::Extras;
    use crate::unify::{Context, MappingError, Vendor};

    impl Checkpoint {
        /// A checkpoint of a job at Together.
        ///
        /// # Errors
        ///
        /// When the vendor does not say when the checkpoint was made.
        pub fn from_together(
            job: &str,
            checkpoint: &FineTuneCheckpoint,
            context: &Context,
        ) -> Result<Self, MappingError> {
            let FineTuneCheckpoint {
                checkpoint_type,
                created_at,
                extra,
                path,
                step,
            } = checkpoint;
            let id = format!("{job}:{step}");
            let Some(time) = created_at.unix_seconds() else {
                let reason = format!("{:?} is no time", created_at.to_string());
                return Err(MappingError::new("created_at", reason).of(id));
            };
            let mut extras = Extras::new();
            extras.text("checkpoint_type", Some(checkpoint_type));
            extras.json("created_at", Some(created_at));
            extras.undocumented(extra, &[]);
            Ok(Self {
                object: CheckpointObject::FineTuningJobCheckpoint,
                id,
                created_at: time,
                fine_tuned_model_checkpoint: path.clone(),
                fine_tuning_job_id: job.to_owned(),
                metrics: Map::from_iter([("step".to_owned(), Value::from(*step))]),
                step_number: *step,
                provider: Origin::new(context, Vendor::Together, extras),
            })
        }
    }
}
