//! Azure's job: identity, but for its words.

use super::{VENDOR, auto, rules, status};
use crate::azure::types::{FineTuningJob, FineTuningJobError};
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
            mut finished_at,
            fine_tuned_model,
            organisation_id,
            organization_id,
            result_files,
            status,
            validation_file,
            training_file,
            mut hyperparameters,
            trained_tokens,
            training_type,
            integrations,
            seed,
            estimated_finish,
            mut method,
            metadata,
            user_provided_suffix,
            extra,
        } = self;
        let mut extras = Extras::new();
        extras.put("user_provided_suffix", user_provided_suffix);
        extras.put("trainingType", training_type);
        extras.undocumented(&extra);
        let meaning = status::meaning(&status);
        // Rules of the fields for which there are several.
        let mut chosen = Vec::new();
        if !meaning.0.is_terminal()
            && let Some(time) = finished_at.take()
        {
            extras.put("finished_at", Some(time));
            chosen.push(rules::FINISHED_NOT_YET);
        }
        let named = organization_id.or(organisation_id);
        let named = named.filter(|name| !name.is_empty());
        let (organization_id, rule) = match (named, &context.organization) {
            (Some(name), _) => (name, rules::ORGANIZATION),
            (None, Some(label)) => (label.clone(), rules::ORGANIZATION_LABEL),
            (None, None) => (String::new(), rules::ORGANIZATION_ABSENT),
        };
        chosen.push(rule);
        chosen.push(match result_files {
            Some(_) => rules::RESULT_FILES,
            None => rules::RESULT_FILES_ABSENT,
        });
        chosen.push(match hyperparameters.as_mut().map(auto::in_settings) {
            Some(true) => rules::HYPERPARAMETERS_AUTO,
            Some(false) => rules::HYPERPARAMETERS,
            None => rules::HYPERPARAMETERS_ABSENT,
        });
        chosen.push(match method.as_deref_mut().map(auto::in_method) {
            Some(true) => rules::METHOD_AUTO,
            Some(false) => rules::METHOD,
            None => rules::METHOD_ABSENT,
        });
        let mapping = GatewayMapping {
            vendor: VENDOR,
            meaning,
            rules: rules::TABLE,
            chosen: &chosen,
        };
        let job = GatewayJob {
            id,
            model,
            created_at,
            finished_at,
            fine_tuned_model,
            organization_id,
            result_files: result_files.unwrap_or_default(),
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
