//! Together's jobs. The vendor answers with two schemas, one for lists,
//! creation and cancelling, one for a single job; both become one view, and
//! the view becomes the gateway's job.

mod beside;
mod failure;
pub(super) mod log;
mod settings;
mod successor;
mod times;
mod view;

use serde::Serialize;

use self::beside::Beside;
pub(super) use self::settings::openai_shape as method;
pub(crate) use self::successor::successor;
use self::view::View;
use super::notes::Ledger;
use super::rules::together as rules;
use super::{Context, Job, JobObject, MappingError, Members, Provider, Status, ToJob, Usd, Vendor};
use super::{common, status};
use crate::together::types::{FinetuneResponse, FinetuneResponseTruncated};
use crate::wire::LenientList;

/// What members are worked out from.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Said {
    Hyperparameters(Box<view::Settings>),
    Supervised(Box<settings::Supervised>),
    Dpo(Box<settings::Dpo>),
    Integration(Box<view::Wandb>),
    Beside(Box<Beside>),
}

impl ToJob for FinetuneResponse {
    fn into_job(self, context: &Context) -> Result<Job, MappingError> {
        into_job(self.into(), context)
    }
}

impl ToJob for FinetuneResponseTruncated {
    fn into_job(self, context: &Context) -> Result<Job, MappingError> {
        into_job(self.into(), context)
    }
}

fn into_job(mut view: View, context: &Context) -> Result<Job, MappingError> {
    let id = std::mem::take(&mut view.id);
    match convert(&id, view, context) {
        Ok(mut job) => {
            job.id = id;
            Ok(job)
        }
        Err(error) => Err(error.of(id)),
    }
}

fn convert(id: &str, view: View, context: &Context) -> Result<Job, MappingError> {
    let mut ledger = Ledger::new(context);
    let ledger = &mut ledger;
    ledger.note(rules::OBJECT);
    ledger.note(rules::ID);

    let meaning = status::together(&view.status);
    let status = common::status(view.status.as_str(), meaning, ledger)?;
    let no_events = LenientList::default();
    let events = view.events.as_ref().unwrap_or(&no_events);
    let created_at = times::created(&view, events, ledger)?;
    let finished_at = times::finished(&view, events, status, created_at, ledger)?;
    let estimated_finish = times::estimate(&view, status, ledger);
    let error = failure::failure(events, status, ledger);
    // A job that has succeeded needs none, whatever its log speaks of.
    let successor = (status != Status::Succeeded)
        .then(|| successor::successor(id, events.ok()))
        .flatten();
    let name = set(view.model_output_name);
    let (fine_tuned_model, model_output_name, rule) = match (name, status) {
        (Some(name), Status::Succeeded) => (Some(name), None, rules::FINE_TUNED),
        (None, Status::Succeeded) => (None, None, rules::FINE_TUNED_ABSENT),
        (name, _) => (None, name, rules::FINE_TUNED_NOT_YET),
    };
    ledger.note(rule);
    let (trained_tokens, token_count, rule) = match (view.token_count, status) {
        (Some(count), Status::Succeeded) if count > 0 => (Some(count), None, rules::TOKENS),
        (count, Status::Succeeded) => (None, count, rules::TOKENS_UNKNOWN),
        (count, _) => (None, count, rules::TOKENS_NOT_YET),
    };
    ledger.note(rule);

    let organization_id = context.organization.clone();
    ledger.note(match &organization_id {
        Some(_) => rules::ORGANIZATION_LABEL,
        None => rules::ORGANIZATION_ABSENT,
    });
    let model = required(view.model, rules::MODEL, rules::MODEL_ABSENT, ledger)?;
    let training_file = required(
        view.training_file,
        rules::TRAINING,
        rules::TRAINING_ABSENT,
        ledger,
    )?;
    let validation_file = set(view.validation_file);
    ledger.note(match &validation_file {
        Some(_) => rules::VALIDATION,
        None => rules::VALIDATION_UNSET,
    });
    ledger.note(match view.random_seed {
        Some(_) => rules::SEED,
        None => rules::SEED_ABSENT,
    });
    ledger.note(rules::RESULT_FILES);
    ledger.note(rules::METADATA);

    let mut hyperparameters = settings::hyperparameters(view.settings, ledger);
    let (mut method, training_method) = settings::method(view.training_method, ledger)?;
    let integrations = settings::integrations(view.wandb, ledger);
    for members in [&mut hyperparameters, &mut method].into_iter().flatten() {
        ledger.look(members);
    }
    // Zero says that there is no price yet.
    let cost = view
        .total_price
        .filter(|nanos| *nanos != 0)
        .map(Usd::from_nanos);
    let beside = Beside {
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
    };
    let mut extra = Members::together(Said::Beside(Box::new(beside)));
    ledger.look(&mut extra);
    if context.notes {
        ledger.unmapped(&extra.to_map());
    }
    let notes = std::mem::replace(ledger, Ledger::new(context)).into_notes();
    Ok(Job {
        object: JobObject::FineTuningJob,
        id: view.id,
        model,
        created_at,
        finished_at,
        fine_tuned_model,
        organization_id: organization_id.unwrap_or_default(),
        result_files: Vec::new(),
        status,
        validation_file,
        training_file,
        hyperparameters,
        trained_tokens,
        integrations,
        seed: view.random_seed,
        estimated_finish,
        method,
        metadata: None,
        error,
        provider: Provider {
            account: context.account.clone(),
            vendor: Vendor::Together,
            status: view.status.into_word(),
            cost,
            successor,
            notes,
            extra,
        },
    })
}

/// A text that is set: the vendor writes `""` for "not set".
fn set(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A text that the gateway's job cannot do without.
fn required(
    text: Option<String>,
    present: &'static super::Rule,
    absent: &'static super::Rule,
    ledger: &mut Ledger<'_>,
) -> Result<String, MappingError> {
    match set(text) {
        Some(text) => {
            ledger.note(present);
            Ok(text)
        }
        None => {
            ledger.guess(absent, String::new)?;
            Ok(String::new())
        }
    }
}
