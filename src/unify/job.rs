//! The gateway's job, and what is known beside it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Members, Note, Status, Usd, Vendor};
use crate::truefoundry::types::{FineTuningJob, FineTuningJobObject};
use crate::wire::Extra;

/// A fine-tuning job in the gateway's terms, whichever vendor runs it.
///
/// The fields are those of the gateway's `fine_tuning.job`, plus `error`
/// (OpenAI's shape) and [`Provider`]. All of them are always written, as
/// `null` where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Job {
    /// Always `fine_tuning.job`.
    pub object: JobObject,
    /// The vendor's id of the job.
    pub id: String,
    /// The model that is trained.
    pub model: String,
    /// When the job was made, in Unix seconds.
    pub created_at: i64,
    /// When it ended, in Unix seconds; only of jobs that have ended.
    pub finished_at: Option<i64>,
    /// The name of the model that came out; only of jobs that succeeded.
    pub fine_tuned_model: Option<String>,
    /// Whose job it is; empty where nobody says.
    pub organization_id: String,
    /// Files with the results.
    pub result_files: Vec<String>,
    /// Where the job stands.
    pub status: Status,
    /// The file that the model is validated with.
    pub validation_file: Option<String>,
    /// The file that the model is trained with.
    pub training_file: String,
    /// The settings of the training.
    pub hyperparameters: Option<Members>,
    /// Tokens that the vendor bills for the training.
    pub trained_tokens: Option<i64>,
    /// Where progress is reported to.
    pub integrations: Option<Vec<Members>>,
    /// The seed of the job's random numbers.
    pub seed: Option<i64>,
    /// When the vendor expects the job to end, in Unix seconds.
    pub estimated_finish: Option<i64>,
    /// How the model is trained.
    pub method: Option<Members>,
    /// The caller's own labels.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Why the job failed.
    pub error: Option<JobError>,
    /// Who runs the job, and what they say beyond the fields above.
    pub provider: Provider,
}

/// The constant `fine_tuning.job`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum JobObject {
    /// `fine_tuning.job`
    #[default]
    #[serde(rename = "fine_tuning.job")]
    FineTuningJob,
}

impl JobObject {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        "fine_tuning.job"
    }
}

/// Why a job failed, in OpenAI's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobError {
    /// A word for the sort of failure.
    pub code: Option<String>,
    /// What went wrong.
    pub message: Option<String>,
    /// The parameter at fault.
    pub param: Option<String>,
}

/// What is known of a job beyond the gateway's fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Provider {
    /// The provider account under which the job was read.
    pub account: String,
    /// Who runs it.
    pub vendor: Vendor,
    /// The vendor's own word for the status.
    pub status: Cow<'static, str>,
    /// What the job costs, where the vendor says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Usd>,
    /// The job that this one goes on as: after a failure of its own a vendor
    /// may start a job again under a new id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// How each field came about, where the caller asked for notes.
    pub notes: Vec<Note>,
    /// What the vendor says that has no slot, under the vendor's names.
    pub extra: Members,
}

/// The job without what the gateway's schema has no place for: `error` and
/// `provider` are left behind.
impl From<Job> for FineTuningJob {
    fn from(job: Job) -> Self {
        Self {
            object: FineTuningJobObject::FineTuningJob,
            id: job.id,
            model: job.model,
            created_at: job.created_at,
            finished_at: job.finished_at,
            fine_tuned_model: job.fine_tuned_model,
            organization_id: job.organization_id,
            result_files: job.result_files,
            status: job.status.into(),
            validation_file: job.validation_file,
            training_file: job.training_file,
            hyperparameters: job.hyperparameters.map(Members::into_map),
            trained_tokens: job.trained_tokens,
            integrations: job
                .integrations
                .map(|all| all.into_iter().map(Members::into_map).collect()),
            seed: job.seed,
            estimated_finish: job.estimated_finish,
            method: job.method.map(Members::into_map),
            metadata: job.metadata,
            extra: Extra::default(),
        }
    }
}
