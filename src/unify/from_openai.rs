//! OpenAI's job: identity, but for the status; `error` stands beside the
//! gateway's fields.

use serde::Serialize;
use serde_json::{Map, Value};

use super::common;
use super::extras::Extras;
use super::notes::Ledger;
use super::rules::openai as rules;
use super::{
    Context, Job, JobError, JobObject, MappingError, Members, Provider, ToJob, Vendor, status,
};
use crate::openai::types::{
    FineTuneMethod, FineTuningIntegration, FineTuningJob, FineTuningJobError,
    FineTuningJobHyperparameters,
};
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
        error,
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
        user_provided_suffix,
        extra: undocumented,
    } = job;
    let mut ledger = Ledger::new(context);
    let mut extras = Extras::new();
    ledger.note_all(rules::TABLE, &[]);
    let status = common::status(word.as_str(), status::openai(&word), &mut ledger)?;
    let finished_at = common::finished(created_at, finished_at, &mut extras, &mut ledger)?;
    extras.put("user_provided_suffix", user_provided_suffix);
    extras.undocumented(&undocumented, &[]);
    let error = error.and_then(|error| failure(error, &mut extras));
    let integration = |it| Members::openai(Said::Integration(Box::new(it)));
    let mut hyperparameters =
        hyperparameters.map(|it| Members::openai(Said::Hyperparameters(Box::new(it))));
    let mut method = method.map(|it| Members::openai(Said::Method(it)));
    let mut integrations: Option<Vec<Members>> =
        integrations.map(|all| all.into_iter().map(integration).collect());
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
            vendor: Vendor::OpenAi,
            status: word.into_word(),
            cost: None,
            successor: None,
            notes: ledger.into_notes(),
            extra: extra.into(),
        },
    })
}

/// What members are worked out from: objects of the vendor's that are objects
/// in the gateway's job, too.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Said {
    Hyperparameters(Box<FineTuningJobHyperparameters>),
    Method(Box<FineTuneMethod>),
    Integration(Box<FineTuningIntegration>),
}

/// `null`, `{}` and an object of nothing but nulls all mean that nothing went
/// wrong. What the error says beyond its three members is kept beside the job.
fn failure(error: FineTuningJobError, extras: &mut Extras) -> Option<JobError> {
    let FineTuningJobError {
        code,
        message,
        param,
        extra,
    } = error;
    if !extra.is_empty() {
        let rest: Map<String, Value> = members(&extra);
        extras.put("error", Some(rest));
    }
    let error = JobError {
        code,
        message,
        param,
    };
    (error != JobError::default()).then_some(error)
}

fn members(extra: &Extra) -> Map<String, Value> {
    extra
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}
