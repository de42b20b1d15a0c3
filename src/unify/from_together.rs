//! Together's jobs. The vendor answers with two schemas, one for lists,
//! creation and cancelling, one for a single job; both become one view, and
//! the view becomes the gateway's job.

mod failure;
pub(super) mod log;
mod settings;
mod successor;
mod times;
mod view;

pub(super) use self::settings::openai_shape as method;
use self::view::View;
use super::extras::{Extras, withhold};
use super::notes::Ledger;
use super::rules::together as rules;
use super::{Context, Job, JobObject, MappingError, Provider, Status, ToJob, Usd, Vendor};
use super::{common, status};
use crate::together::types::{FinetuneResponse, FinetuneResponseTruncated};

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

/// Names that come in another spelling than the document's.
const SPELLINGS: [(&str, &str); 3] = [
    ("TrainingFileNumLines", "trainingfile_numlines"),
    ("TrainingFileSize", "trainingfile_size"),
    ("Suffix", "suffix"),
];

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
    let mut extras = Extras::new();
    ledger.note(rules::OBJECT);
    ledger.note(rules::ID);

    let word = view.status.as_str().to_owned();
    let status = common::status(&word, status::together(&view.status), ledger)?;
    let events = view.events.as_deref().unwrap_or_default();
    let created_at = times::created(&view, events, ledger)?;
    let finished_at = times::finished(&view, events, status, created_at, ledger)?;
    let estimated_finish = times::estimate(&view, status, ledger);
    let error = failure::failure(events, status, ledger);
    let successor = successor::successor(id, events);
    extras.json(
        "events",
        view.events.as_ref().filter(|events| !events.is_empty()),
    );

    let fine_tuned_model = set(view.model_output_name);
    let (fine_tuned_model, rule) = match (fine_tuned_model, status) {
        (Some(name), Status::Succeeded) => (Some(name), rules::FINE_TUNED),
        (None, Status::Succeeded) => (None, rules::FINE_TUNED_ABSENT),
        (name, _) => {
            extras.put("model_output_name", name);
            (None, rules::FINE_TUNED_NOT_YET)
        }
    };
    ledger.note(rule);
    let (trained_tokens, rule) = match (view.token_count, status) {
        (Some(count), Status::Succeeded) if count > 0 => (Some(count), rules::TOKENS),
        (count, status) => {
            extras.count("token_count", count);
            let ended = status == Status::Succeeded;
            (
                None,
                if ended {
                    rules::TOKENS_UNKNOWN
                } else {
                    rules::TOKENS_NOT_YET
                },
            )
        }
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

    let mut hyperparameters = settings::hyperparameters(&view.settings, ledger);
    let mut method = settings::method(view.training_method, &mut extras, ledger)?;
    let integrations = settings::integrations(view.wandb, ledger);
    for members in [&mut hyperparameters, &mut method].into_iter().flatten() {
        withhold(members, ledger);
    }

    extras.json(
        "started_at",
        view.started_at.as_ref().filter(|time| !time.is_unset()),
    );
    extras.json(
        "updated_at",
        view.updated_at.as_ref().filter(|time| !time.is_unset()),
    );
    extras.json("progress", view.progress.as_ref());
    // Zero says that there is no price yet.
    let cost = view
        .total_price
        .filter(|nanos| *nanos != 0)
        .map(Usd::from_nanos);
    extras.count("total_price", view.total_price);
    view.unmapped.keep(&mut extras);
    extras.undocumented(&view.undocumented, &SPELLINGS);
    let extra = extras.finish(context, ledger);
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
            status: word,
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
