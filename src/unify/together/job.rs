//! Together's jobs. The vendor answers with two schemas, one for lists,
//! creation and cancelling, one for a single job; both become one view, and
//! the view becomes the gateway's job.

use super::extra_fields::ExtraFields;
use super::job_fields::JobFields;
use super::successor::successor;
use super::unset::set;
use super::{VENDOR, failure, rules, settings, times};
use crate::together::types::{FinetuneResponse, FinetuneResponseTruncated};
use crate::unify::mapping_rules::Rule;
use crate::unify::notes::NoteCollector;
use crate::unify::{Context, Job, LazyObject, MappingError, Provider, Status, Unify, Usd, status};
use crate::wire::LenientList;

impl Unify for FinetuneResponse {
    type Output = Job;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        unify(self.into(), context)
    }
}

impl Unify for FinetuneResponseTruncated {
    type Output = Job;

    fn unify(self, context: &Context) -> Result<Job, MappingError> {
        unify(self.into(), context)
    }
}

fn unify(mut view: JobFields, context: &Context) -> Result<Job, MappingError> {
    let id = std::mem::take(&mut view.id);
    match convert(&id, view, context) {
        Ok(mut job) => {
            job.id = id;
            Ok(job)
        }
        Err(error) => Err(error.of_id(id)),
    }
}

fn convert(id: &str, view: JobFields, context: &Context) -> Result<Job, MappingError> {
    let mut collector = NoteCollector::new(context);
    let notes = &mut collector;
    notes.note(rules::OBJECT);
    notes.note(rules::ID);

    let meaning = super::status::meaning(&view.status);
    let status = status::resolve(view.status.as_str(), meaning, notes)?;
    let no_events = LenientList::default();
    let events = view.events.as_ref().unwrap_or(&no_events);
    let created_at = times::created(&view, events, notes)?;
    let finished_at = times::finished(&view, events, status, created_at, notes)?;
    let estimated_finish = times::estimate(&view, status, notes);
    let error = failure::failure(events, status, notes);
    // A job that has succeeded needs none, whatever its log mentions.
    let successor = (status != Status::Succeeded)
        .then(|| successor(id, events.ok()))
        .flatten();
    let name = set(view.model_output_name);
    let (fine_tuned_model, model_output_name, rule) = match (name, status) {
        (Some(name), Status::Succeeded) => (Some(name), None, rules::FINE_TUNED),
        (None, Status::Succeeded) => (None, None, rules::FINE_TUNED_ABSENT),
        (name, _) => (None, name, rules::FINE_TUNED_NOT_YET),
    };
    notes.note(rule);
    let (trained_tokens, token_count, rule) = match (view.token_count, status) {
        (Some(count), Status::Succeeded) if count > 0 => (Some(count), None, rules::TOKENS),
        (count, Status::Succeeded) => (None, count, rules::TOKENS_UNKNOWN),
        (count, _) => (None, count, rules::TOKENS_NOT_YET),
    };
    notes.note(rule);

    let organization_id = context.organization.clone();
    notes.note(match &organization_id {
        Some(_) => rules::ORGANIZATION_LABEL,
        None => rules::ORGANIZATION_ABSENT,
    });
    let model = required(view.model, rules::MODEL, rules::MODEL_ABSENT, notes)?;
    let training_file = required(
        view.training_file,
        rules::TRAINING,
        rules::TRAINING_ABSENT,
        notes,
    )?;
    let validation_file = set(view.validation_file);
    notes.note(match &validation_file {
        Some(_) => rules::VALIDATION,
        None => rules::VALIDATION_UNSET,
    });
    notes.note(match view.random_seed {
        Some(_) => rules::SEED,
        None => rules::SEED_ABSENT,
    });
    notes.note(rules::RESULT_FILES);
    notes.note(rules::METADATA);

    let mut hyperparameters = settings::hyperparameters(view.settings, notes);
    let (mut method, training_method) = settings::method(view.training_method, notes)?;
    let integrations = settings::integrations(view.wandb, notes);
    for object in [&mut hyperparameters, &mut method].into_iter().flatten() {
        notes.record(object);
    }
    // Zero means that there is no price yet.
    let cost = view
        .total_price
        .filter(|nanos| *nanos != 0)
        .map(Usd::from_nanos);
    let mut extra = LazyObject::typed(ExtraFields {
        events: view.events,
        started_at: view.started_at,
        updated_at: view.updated_at,
        progress: view.progress,
        total_price: view.total_price,
        model_output_name,
        token_count,
        training_method,
        unmapped: view.unmapped,
        undocumented: view.undocumented,
    });
    notes.record(&mut extra);
    if context.notes {
        notes.unmapped(&extra.to_map());
    }
    let provider = Provider {
        cost,
        successor,
        notes: collector.into_notes(),
        extra,
        ..Provider::new(&context.account, VENDOR, view.status.into_str())
    };
    Ok(Job {
        finished_at,
        fine_tuned_model,
        organization_id: organization_id.unwrap_or_default(),
        validation_file,
        training_file,
        hyperparameters,
        trained_tokens,
        integrations,
        seed: view.random_seed,
        estimated_finish,
        method,
        error,
        created_at,
        ..Job::new(view.id, model, status, provider)
    })
}

/// Returns a text that the gateway's job requires.
fn required(
    text: Option<String>,
    present: &'static Rule,
    absent: &'static Rule,
    notes: &mut NoteCollector<'_>,
) -> Result<String, MappingError> {
    match set(text) {
        Some(text) => {
            notes.note(present);
            Ok(text)
        }
        None => {
            notes.guess(absent, String::new)?;
            Ok(String::new())
        }
    }
}
