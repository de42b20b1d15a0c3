//! How a job trains: hyperparameters, method and integrations.

use serde_json::{Map, Value};

use super::rules;
use super::view::{Settings, Wandb};
use crate::together::types::{
    BatchSize, LrScheduler, TrainingMethod, TrainingMethodDpo, TrainingMethodSft, TrainingType,
};
use crate::unify::extras::{json, object};
use crate::unify::members::Source;
use crate::unify::notes::Ledger;
use crate::unify::{MappingError, Members};

/// The vendor's settings under the vendor's names. Its learning rate is
/// absolute: it never becomes a `learning_rate_multiplier`, which is relative.
pub(super) fn hyperparameters(settings: Settings, ledger: &mut Ledger<'_>) -> Option<Members> {
    if is_empty(&settings) {
        ledger.note(rules::HYPERPARAMETERS_ABSENT);
        return None;
    }
    ledger.note(rules::HYPERPARAMETERS);
    Some(Members::later(settings))
}

impl Source for Settings {
    fn members(&self) -> Map<String, Value> {
        let Settings {
            n_epochs,
            batch_size,
            learning_rate,
            lr_scheduler,
            warmup_ratio,
            weight_decay,
            max_grad_norm,
            max_seq_length,
            packing,
            training_type,
        } = self;
        let members = [
            ("n_epochs", positive(n_epochs)),
            ("batch_size", batch_size.as_ref().and_then(size)),
            (
                "learning_rate",
                learning_rate.filter(|rate| *rate != 0.0).map(Value::from),
            ),
            ("lr_scheduler", lr_scheduler.as_ref().and_then(scheduler)),
            ("warmup_ratio", warmup_ratio.map(Value::from)),
            ("weight_decay", weight_decay.map(Value::from)),
            ("max_grad_norm", max_grad_norm.map(Value::from)),
            ("max_seq_length", positive(max_seq_length)),
            ("packing", packing.map(Value::from)),
            ("training_type", training_type.as_ref().and_then(kind)),
        ];
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    fn boxed(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

/// Zero epochs, or a batch of none, says that nothing is set.
fn positive(number: &Option<i64>) -> Option<Value> {
    number.filter(|number| *number != 0).map(Value::from)
}

/// `"max"` stays `"max"`, which is not OpenAI's `"auto"`.
fn size(size: &BatchSize) -> Option<Value> {
    match size {
        BatchSize::Max => Some(Value::from("max")),
        BatchSize::Integer(size) => positive(&Some(*size)),
        BatchSize::Unknown(value) => Some(value.clone()),
    }
}

/// Whether there are any members. Most jobs say how many epochs they train.
fn is_empty(settings: &Settings) -> bool {
    let some = settings.n_epochs.is_some_and(|epochs| epochs != 0)
        || settings.warmup_ratio.is_some()
        || settings.packing.is_some();
    !some && settings.members().is_empty()
}

/// Old jobs say `lr_scheduler_type: ""`, which says nothing; their arguments,
/// if any, stay.
fn scheduler(scheduler: &LrScheduler) -> Option<Value> {
    match scheduler {
        LrScheduler::Linear(linear) => Some(json(linear)),
        LrScheduler::Cosine(cosine) => Some(json(cosine)),
        LrScheduler::Unknown(value) => without_unset(value, "lr_scheduler_type"),
    }
}

/// Old jobs say `type: ""` here too.
fn kind(training_type: &TrainingType) -> Option<Value> {
    match training_type {
        TrainingType::Full(full) => Some(json(full)),
        TrainingType::Lora(lora) => Some(json(lora)),
        TrainingType::Unknown(value) => without_unset(value, "type"),
    }
}

/// An object without its tag where the tag is `""`; none when that leaves
/// nothing.
fn without_unset(value: &Value, tag: &str) -> Option<Value> {
    let mut value = value.clone();
    if let Value::Object(members) = &mut value {
        if members.get(tag).and_then(Value::as_str) == Some("") {
            members.remove(tag);
        }
        if members.values().all(Value::is_null) {
            return None;
        }
    }
    Some(value)
}

/// The vendor's method in OpenAI's shape; or, where no document names it, as
/// it came.
pub(super) fn method(
    method: Option<TrainingMethod>,
    ledger: &mut Ledger<'_>,
) -> Result<(Option<Members>, Option<Value>), MappingError> {
    match method {
        Some(TrainingMethod::Unknown(value)) if without_unset(&value, "method").is_some() => {
            ledger.guess(rules::METHOD_UNKNOWN, String::new)?;
            Ok((None, Some(value)))
        }
        Some(TrainingMethod::Unknown(_)) | None => {
            ledger.note(rules::METHOD_ABSENT);
            Ok((None, None))
        }
        Some(TrainingMethod::Sft(sft)) => {
            ledger.note(rules::METHOD);
            Ok((Some(Members::later(Supervised(sft))), None))
        }
        Some(TrainingMethod::Dpo(dpo)) => {
            ledger.note(rules::METHOD);
            Ok((Some(Members::later(Dpo(dpo))), None))
        }
    }
}

/// `{type: supervised, supervised: …}`
#[derive(Clone)]
struct Supervised(TrainingMethodSft);

impl Source for Supervised {
    fn members(&self) -> Map<String, Value> {
        openai_shape("supervised", object(&self.0))
    }

    fn boxed(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

/// `{type: dpo, dpo: {hyperparameters: {beta, …}}}`
#[derive(Clone)]
struct Dpo(TrainingMethodDpo);

impl Source for Dpo {
    fn members(&self) -> Map<String, Value> {
        openai_shape("dpo", object(&self.0))
    }

    fn boxed(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}

/// A method in OpenAI's shape: its word, and its settings under that name.
pub(in crate::unify) fn openai_shape(
    word: &str,
    mut settings: Map<String, Value>,
) -> Map<String, Value> {
    settings.remove("method");
    // The only setting that OpenAI's DPO has a name for.
    if let Some(beta) = settings.remove("dpo_beta") {
        settings.insert("beta".to_owned(), beta);
    }
    settings.retain(|_, value| !value.is_null());
    let mut body = Map::new();
    if !settings.is_empty() {
        body.insert("hyperparameters".to_owned(), settings.into());
    }
    Map::from_iter([
        ("type".to_owned(), Value::from(word)),
        (word.to_owned(), body.into()),
    ])
}

/// Weights & Biases, where anything about it is set. Keys are not among it.
pub(super) fn integrations(wandb: Wandb, ledger: &mut Ledger<'_>) -> Option<Vec<Members>> {
    let Wandb { project, name, url } = wandb;
    let (project, name, url) = (super::set(project), super::set(name), super::set(url));
    if project.is_none() && name.is_none() && url.is_none() {
        ledger.note(rules::INTEGRATIONS_ABSENT);
        return None;
    }
    ledger.note(rules::INTEGRATIONS);
    Some(vec![Members::later(Wandb { project, name, url })])
}

impl Source for Wandb {
    fn members(&self) -> Map<String, Value> {
        let Wandb { project, name, url } = self;
        let members: Map<String, Value> = [("project", project), ("name", name), ("url", url)]
            .into_iter()
            .filter_map(|(member, text)| Some((member.to_owned(), text.clone()?.into())))
            .collect();
        Map::from_iter([
            ("type".to_owned(), Value::from("wandb")),
            ("wandb".to_owned(), members.into()),
        ])
    }

    fn boxed(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}
