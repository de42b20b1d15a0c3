//! OpenAI's job: identity, but for the status. `error`, which the gateway's job
//! lacks, has a field of its own.

use super::{VENDOR, rules, status};
use crate::openai::types::{FineTuningJob, FineTuningJobError};
use crate::unify::extras::Extras;
use crate::unify::gateway_compatible::{GatewayJob, GatewayMapping, job_error};
use crate::unify::{Context, Job, LazyObject, MappingError, Unify};

impl Unify for FineTuningJob {
    type Output = Job;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        let FineTuningJob {
            object: _,
            id,
            model,
            created_at,
            error,
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
            user_provided_suffix,
            extra,
        } = self;
        let mut extras = Extras::new();
        extras.put("user_provided_suffix", user_provided_suffix);
        extras.undocumented(&extra);
        let mapping = GatewayMapping {
            vendor: VENDOR,
            meaning: status::meaning(&status),
            rules: rules::TABLE,
            chosen: &[],
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
            error: error.and_then(|error| {
                let FineTuningJobError {
                    code,
                    message,
                    param,
                    extra,
                } = error;
                job_error([code, message, param], &extra, &mut extras)
            }),
            status: status.into_str(),
            extras,
        };
        job.into_job(mapping, context)
    }
}
