//! The gateway's own job: identity.

use serde::Deserialize;

use super::common;
use super::extras::Extras;
use super::notes::Ledger;
use super::rules::truefoundry as rules;
use super::{
    Context, Job, JobError, JobObject, MappingError, Members, Provider, ToJob, Vendor, status,
};
use crate::truefoundry::types::FineTuningJob;
use crate::wire::Extra;

impl ToJob for FineTuningJob {
    fn into_job(mut self, context: &Context) -> Result<Job, MappingError> {
        let id = std::mem::take(&mut self.id);
        match convert(self, context) {
            Ok(mut job) => {
                job.id = id;
                Ok(job)
            }
            Err(error) => Err(error.of(id)),
        }
    }
}

fn convert(job: FineTuningJob, context: &Context) -> Result<Job, MappingError> {
    let FineTuningJob {
        object: _,
        id,
        model,
        created_at,
        finished_at,
        fine_tuned_model,
        organization_id,
        result_files,
        status: word,
        validation_file,
        training_file,
        hyperparameters,
        trained_tokens,
        integrations,
        seed,
        estimated_finish,
        method,
        metadata,
        extra: undocumented,
    } = job;
    let mut ledger = Ledger::new(context);
    let mut extras = Extras::new();
    ledger.note_all(rules::TABLE, &["finished_at", "error"]);
    let status = common::status(word.as_str(), status::truefoundry(&word), &mut ledger)?;
    let finished_at = common::finished(created_at, finished_at, &mut extras, &mut ledger)?;
    let error = failure(&undocumented);
    ledger.note(match error {
        Some(_) => rules::ERROR,
        None => rules::ERROR_ABSENT,
    });
    extras.undocumented(&undocumented, &[]);
    if error.is_some() {
        extras.take("error");
    }
    let mut hyperparameters = hyperparameters.map(Members::truefoundry);
    let mut method = method.map(Members::truefoundry);
    let mut integrations: Option<Vec<Members>> =
        integrations.map(|all| all.into_iter().map(Members::truefoundry).collect());
    let objects = hyperparameters.iter_mut().chain(&mut method);
    for members in objects.chain(integrations.iter_mut().flatten()) {
        ledger.look(members);
    }
    let extra = extras.finish(&mut ledger);
    Ok(Job {
        object: JobObject::FineTuningJob,
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
        error,
        provider: Provider {
            account: context.account.clone(),
            vendor: Vendor::TrueFoundry,
            status: word.into_word(),
            cost: None,
            successor: None,
            notes: ledger.into_notes(),
            extra: extra.into(),
        },
    })
}

/// Why the job failed, where the gateway passes on what OpenAI said.
fn failure(undocumented: &Extra) -> Option<JobError> {
    let error = undocumented.get("error")?;
    let plain = |name: &String| matches!(name.as_str(), "code" | "message" | "param");
    if !error.as_object()?.keys().all(plain) {
        return None;
    }
    let error = JobError::deserialize(error).ok()?;
    (error != JobError::default()).then_some(error)
}
