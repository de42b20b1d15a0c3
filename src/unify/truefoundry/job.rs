//! The gateway's own job: identity.

use serde::Deserialize;

use super::{VENDOR, rules, status};
use crate::truefoundry::types::{FineTuningJob, FineTuningJobObject};
use crate::unify::extras::Extras;
use crate::unify::gateway_compatible::{GatewayJob, GatewayMapping};
use crate::unify::job::NO_TIME;
use crate::unify::{Context, Job, JobError, LazyObject, MappingError, Unify};
use crate::wire::{Extra, Object};

impl Unify for FineTuningJob {
    type Output = Job;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        let FineTuningJob {
            object: _,
            id,
            model,
            created_at,
            finished_at,
            fine_tuned_model,
            organization_id,
            result_files,
            status,
            validation_file,
            training_file,
            hyperparameters,
            trained_tokens,
            integrations,
            seed,
            estimated_finish,
            method,
            metadata,
            extra,
        } = self;
        let error = failure(&extra);
        let mut extras = Extras::new();
        extras.undocumented(&extra);
        if error.is_some() {
            extras.take("error");
        }
        let mapping = GatewayMapping {
            vendor: VENDOR,
            meaning: status::meaning(&status),
            rules: rules::TABLE,
            chosen: &[match error {
                Some(_) => rules::ERROR,
                None => rules::ERROR_ABSENT,
            }],
        };
        let job = GatewayJob {
            id,
            model,
            created_at,
            finished_at,
            fine_tuned_model,
            organization_id,
            result_files,
            validation_file,
            training_file,
            hyperparameters: hyperparameters.map(LazyObject::typed),
            trained_tokens,
            integrations: integrations.map(|all| all.into_iter().map(LazyObject::typed).collect()),
            seed,
            estimated_finish,
            method: method.map(LazyObject::typed),
            metadata,
            error,
            status: status.into_str(),
            extras,
        };
        job.into_job(mapping, context)
    }
}

/// Returns why the job failed, if the gateway passes on an error of OpenAI's
/// shape.
fn failure(undocumented: &Extra) -> Option<JobError> {
    let error = undocumented.get("error")?;
    let is_known = |name: &String| matches!(name.as_str(), "code" | "message" | "param");
    if !error.as_object()?.keys().all(is_known) {
        return None;
    }
    let error = JobError::deserialize(error).ok()?;
    (error != JobError::default()).then_some(error)
}

/// Returns an object of any members.
fn open(object: LazyObject) -> Object {
    object.into_map().into()
}

/// The job without `error` and `provider`, which the gateway's schema lacks. A
/// missing `created_at` is zero: the schema demands a number.
impl From<Job> for FineTuningJob {
    fn from(job: Job) -> Self {
        Self {
            object: FineTuningJobObject::FineTuningJob,
            id: job.id,
            model: job.model,
            created_at: job.created_at.unwrap_or(NO_TIME),
            finished_at: job.finished_at,
            fine_tuned_model: job.fine_tuned_model,
            organization_id: job.organization_id,
            result_files: job.result_files,
            status: job.status.into(),
            validation_file: job.validation_file,
            training_file: job.training_file,
            hyperparameters: job.hyperparameters.map(open),
            trained_tokens: job.trained_tokens,
            integrations: job
                .integrations
                .map(|all| all.into_iter().map(open).collect()),
            seed: job.seed,
            estimated_finish: job.estimated_finish,
            method: job.method.map(open),
            metadata: job.metadata,
            extra: Extra::default(),
        }
    }
}
