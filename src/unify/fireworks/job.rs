//! Fireworks' jobs: three kinds with three schemas become one view, and the view
//! becomes the gateway's job.

use super::extra_fields::ExtraFields;
use super::id::{JobId, dataset_id, resource};
use super::job_fields::{AnyJob, JobFields, set};
use super::{VENDOR, amounts, rules, settings};
use crate::fireworks::types::{DpoJob, ReinforcementJob, StatusCode, SupervisedJob};
use crate::unify::mapping_rules::common;
use crate::unify::notes::NoteCollector;
use crate::unify::{
    Context, Job, JobError, LazyObject, MappingError, Provider, Status, Unify, status,
};
use crate::wire::Timestamp;

/// The member that names a job.
const NAME: &str = "name";

impl Unify for SupervisedJob {
    type Output = Job;
    const ID: &'static str = NAME;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        unify(AnyJob::Supervised(Box::new(self)), context)
    }
}

impl Unify for DpoJob {
    type Output = Job;
    const ID: &'static str = NAME;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        unify(AnyJob::Dpo(Box::new(self)), context)
    }
}

impl Unify for ReinforcementJob {
    type Output = Job;
    const ID: &'static str = NAME;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        unify(AnyJob::Reinforcement(Box::new(self)), context)
    }
}

fn unify(job: AnyJob, context: &Context) -> Result<Job, MappingError> {
    let view = job.view();
    if view.id().is_empty() {
        return Err(MappingError::new("id", "`name` is absent or empty"));
    }
    let id = JobId::new(view.kind, view.id()).to_string();
    convert(&id, &job, context).map_err(|error| error.of_id(id))
}

fn convert(id: &str, source: &AnyJob, context: &Context) -> Result<Job, MappingError> {
    let view = source.view();
    let mut collector = NoteCollector::new(context);
    let notes = &mut collector;
    notes.note(rules::OBJECT);
    notes.note(rules::ID);

    let meaning = super::status::meaning(&view.state);
    let status = status::resolve(view.vendor_status, meaning, notes)?;
    let created_at = created(&view, notes)?;
    let finished_at = finished(&view, status, created_at, notes)?;
    let error = failure(&view, status, notes);
    let fine_tuned_model = fine_tuned_model(&view, status, notes);
    let organization = organization(&view, context, notes);
    let (model, has_base_model) = model(&view, notes)?;
    let training_file = dataset_id(view.account(), view.dataset).to_owned();
    match training_file.is_empty() {
        false => notes.note(rules::TRAINING),
        true => notes.guess(rules::TRAINING_ABSENT, String::new)?,
    }
    let validation = view.evaluation_dataset;
    let validation = validation.map(|name| dataset_id(view.account(), name).to_owned());
    notes.note(match &validation {
        Some(_) => rules::VALIDATION,
        None => rules::VALIDATION_UNSET,
    });
    for rule in [
        rules::SEED,
        rules::TOKENS,
        rules::ESTIMATE,
        rules::RESULT_FILES,
        rules::METADATA,
    ] {
        notes.note(rule);
    }
    let mut hyperparameters = settings::hyperparameters(&view, notes);
    let mut method = settings::method(&view, notes);
    let integrations = settings::integrations(view.wandb, notes);
    for object in hyperparameters.iter_mut().chain([&mut method]) {
        notes.record(object);
    }
    let mut extra = LazyObject::typed(ExtraFields {
        job: source.clone(),
        status,
        has_base_model,
    });
    notes.record(&mut extra);
    if context.notes {
        notes.unmapped(&extra.to_map());
    }
    let provider = Provider {
        cost: view.estimated_cost.and_then(amounts::dollars),
        notes: collector.into_notes(),
        extra,
        ..Provider::new(&context.account, VENDOR, view.vendor_status.to_owned())
    };
    Ok(Job {
        created_at,
        finished_at,
        fine_tuned_model,
        organization_id: organization,
        validation_file: validation,
        training_file,
        hyperparameters,
        integrations,
        method: Some(method),
        error,
        ..Job::new(id, model, status, provider)
    })
}

fn seconds(time: Option<&Timestamp>) -> Option<i64> {
    // The vendor's zero time, of the year 1, says none.
    let seconds = time?.unix_seconds()?;
    Some(seconds).filter(|seconds| *seconds > 0)
}

/// Returns when a job was created; none of a job without any time.
fn created(
    view: &JobFields<'_>,
    notes: &mut NoteCollector<'_>,
) -> Result<Option<i64>, MappingError> {
    if let Some(time) = seconds(view.create_time) {
        notes.note(rules::CREATED);
        return Ok(Some(time));
    }
    let updated = seconds(view.update_time);
    let rule = match updated {
        Some(_) => rules::CREATED_DERIVED,
        None => rules::CREATED_UNKNOWN,
    };
    notes.guess(rule, || match view.create_time {
        Some(time) if !time.is_unset() => format!("{:?} is no time", time.to_string()),
        _ => String::new(),
    })?;
    Ok(updated)
}

/// Returns when a job ended, which is never before it was created.
fn finished(
    view: &JobFields<'_>,
    status: Status,
    created_at: Option<i64>,
    notes: &mut NoteCollector<'_>,
) -> Result<Option<i64>, MappingError> {
    if !status.is_terminal() {
        notes.note(rules::FINISHED_NOT_YET);
        return Ok(None);
    }
    let Some(time) = seconds(view.completed_time) else {
        notes.note(rules::FINISHED_UNKNOWN);
        return Ok(None);
    };
    if created_at.is_some_and(|created_at| time < created_at) {
        notes.guess(common::FINISHED_CONTRADICTS, || time.to_string())?;
        return Ok(None);
    }
    notes.note(rules::FINISHED);
    Ok(Some(time))
}

/// Returns why a job failed; `OK` and an empty message are no reason.
fn failure(
    view: &JobFields<'_>,
    status: Status,
    notes: &mut NoteCollector<'_>,
) -> Option<JobError> {
    if status != Status::Failed {
        notes.note(rules::ERROR_NONE);
        return None;
    }
    let failure = view.status.and_then(|status| {
        let code = status.code.as_ref().filter(|code| **code != StatusCode::Ok);
        let code = code
            .map(|code| code.as_str())
            .filter(|code| !code.is_empty());
        let message = set(status.message.as_deref());
        (code.is_some() || message.is_some()).then(|| JobError {
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            param: None,
        })
    });
    notes.note(match failure {
        Some(_) => rules::ERROR,
        None => rules::ERROR_UNKNOWN,
    });
    failure
}

fn fine_tuned_model(
    view: &JobFields<'_>,
    status: Status,
    notes: &mut NoteCollector<'_>,
) -> Option<String> {
    if status != Status::Succeeded {
        notes.note(rules::FINE_TUNED_NOT_YET);
        return None;
    }
    let config = view.config.as_deref();
    if let Some(model) = set(config.and_then(|config| config.output_model.as_deref())) {
        notes.note(rules::FINE_TUNED);
        return Some(model.to_owned());
    }
    notes.note(rules::FINE_TUNED_DERIVED);
    Some(match view.account() {
        Some(account) => resource(account, "models", view.id()),
        None => view.id().to_owned(),
    })
}

fn organization(view: &JobFields<'_>, context: &Context, notes: &mut NoteCollector<'_>) -> String {
    let (organization, rule) = match (view.account(), &context.organization) {
        (Some(account), _) => (account, rules::ORGANIZATION),
        (None, Some(label)) => (label.as_str(), rules::ORGANIZATION_LABEL),
        (None, None) => ("", rules::ORGANIZATION_ABSENT),
    };
    notes.note(rule);
    organization.to_owned()
}

/// Returns the model, and whether it is the base model.
fn model(
    view: &JobFields<'_>,
    notes: &mut NoteCollector<'_>,
) -> Result<(String, bool), MappingError> {
    let config = view.config.as_deref();
    let base = set(config.and_then(|config| config.base_model.as_deref()));
    let warm = set(config.and_then(|config| config.warm_start_from.as_deref()));
    match (base, warm) {
        (Some(model), _) => {
            notes.note(rules::MODEL);
            Ok((model.to_owned(), true))
        }
        (None, Some(model)) => {
            notes.note(rules::MODEL_WARM);
            Ok((model.to_owned(), false))
        }
        (None, None) => {
            notes.guess(rules::MODEL_ABSENT, String::new)?;
            Ok((String::new(), false))
        }
    }
}
