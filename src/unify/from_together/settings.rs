//! How a job trains: hyperparameters, method and integrations.

use serde_json::{Map, Value};

use super::rules;
use super::view::{Settings, Wandb};
use crate::together::types::{BatchSize, LrScheduler, TrainingMethod, TrainingType};
use crate::unify::MappingError;
use crate::unify::extras::{Extras, json, object};
use crate::unify::notes::Ledger;

/// The vendor's settings under the vendor's names. Its learning rate is
/// absolute: it never becomes a `learning_rate_multiplier`, which is relative.
pub(super) fn hyperparameters(
    settings: &Settings,
    ledger: &mut Ledger<'_>,
) -> Option<Map<String, Value>> {
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
    } = settings;
    let positive = |number: &Option<i64>| number.filter(|number| *number != 0).map(Value::from);
    let batch_size = batch_size.as_ref().and_then(|size| match size {
        // "max" stays "max", which is not OpenAI's "auto".
        BatchSize::Max => Some(Value::from("max")),
        BatchSize::Integer(size) => positive(&Some(*size)),
        BatchSize::Unknown(value) => Some(value.clone()),
    });
    let members = [
        ("n_epochs", positive(n_epochs)),
        ("batch_size", batch_size),
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
    let members: Map<String, Value> = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    if members.is_empty() {
        ledger.note(rules::HYPERPARAMETERS_ABSENT);
        return None;
    }
    ledger.note(rules::HYPERPARAMETERS);
    Some(members)
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

/// The vendor's method in OpenAI's shape.
pub(super) fn method(
    method: Option<TrainingMethod>,
    extras: &mut Extras,
    ledger: &mut Ledger<'_>,
) -> Result<Option<Map<String, Value>>, MappingError> {
    let (word, settings) = match &method {
        None => {
            ledger.note(rules::METHOD_ABSENT);
            return Ok(None);
        }
        Some(TrainingMethod::Sft(sft)) => ("supervised", object(sft)),
        Some(TrainingMethod::Dpo(dpo)) => ("dpo", object(dpo)),
        Some(TrainingMethod::Unknown(value)) => {
            let unset = without_unset(value, "method").is_none();
            if unset {
                ledger.note(rules::METHOD_ABSENT);
            } else {
                ledger.guess(rules::METHOD_UNKNOWN, String::new)?;
                extras.put("training_method", Some(value.clone()));
            }
            return Ok(None);
        }
    };
    ledger.note(rules::METHOD);
    Ok(Some(openai_shape(word, settings)))
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
pub(super) fn integrations(
    wandb: Wandb,
    ledger: &mut Ledger<'_>,
) -> Option<Vec<Map<String, Value>>> {
    let Wandb { project, name, url } = wandb;
    let members: Map<String, Value> = [("project", project), ("name", name), ("url", url)]
        .into_iter()
        .filter_map(|(member, text)| Some((member.to_owned(), super::set(text)?.into())))
        .collect();
    if members.is_empty() {
        ledger.note(rules::INTEGRATIONS_ABSENT);
        return None;
    }
    ledger.note(rules::INTEGRATIONS);
    Some(vec![Map::from_iter([
        ("type".to_owned(), Value::from("wandb")),
        ("wandb".to_owned(), members.into()),
    ])])
}
