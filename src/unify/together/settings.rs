//! How a job trains: hyperparameters, method and integrations.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::job_fields::{Settings, Wandb};
use super::rules;
use super::unset::set;
use crate::together::types::{
    BatchSize, LrScheduler, TrainingMethod, TrainingMethodDpo, TrainingMethodSft, TrainingType,
};
use crate::unify::extras::object;
use crate::unify::notes::NoteCollector;
use crate::unify::{LazyObject, MappingError};

/// Returns the vendor's settings under the vendor's names. Its learning rate is
/// absolute: it never becomes a `learning_rate_multiplier`, which is relative.
pub(super) fn hyperparameters(
    settings: Settings,
    notes: &mut NoteCollector<'_>,
) -> Option<LazyObject> {
    if is_empty(&settings) {
        notes.note(rules::HYPERPARAMETERS_ABSENT);
        return None;
    }
    notes.note(rules::HYPERPARAMETERS);
    Some(LazyObject::typed(settings))
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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
        let mut members = MapWriter(serializer.serialize_map(None)?);
        members.put(
            "batch_size",
            batch_size.as_ref().filter(|size| is_size(size)),
        )?;
        members.put("learning_rate", learning_rate.filter(|rate| *rate != 0.0))?;
        members.put("lr_scheduler", lr_scheduler.as_ref().and_then(scheduler))?;
        members.put("max_grad_norm", *max_grad_norm)?;
        members.put("max_seq_length", positive(*max_seq_length))?;
        members.put("n_epochs", positive(*n_epochs))?;
        members.put("packing", *packing)?;
        members.put("training_type", training_type.as_ref().and_then(kind))?;
        members.put("warmup_ratio", *warmup_ratio)?;
        members.put("weight_decay", *weight_decay)?;
        members.0.end()
    }
}

/// Writes members of a map, where they are set.
struct MapWriter<M>(M);

impl<M: SerializeMap> MapWriter<M> {
    fn put(&mut self, name: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
        match value {
            Some(value) => self.0.serialize_entry(name, &value),
            None => Ok(()),
        }
    }
}

/// Returns a number that is set: the vendor writes zero for "not set".
fn positive(number: Option<i64>) -> Option<i64> {
    number.filter(|number| *number != 0)
}

/// Returns true for a size or `"max"`, which is not OpenAI's `"auto"`.
fn is_size(size: &BatchSize) -> bool {
    match size {
        BatchSize::Integer(size) => *size != 0,
        BatchSize::Max | BatchSize::Unknown(_) => true,
    }
}

/// Returns true if no member is set. The first line avoids a map for most jobs:
/// they have a number of epochs.
fn is_empty(settings: &Settings) -> bool {
    let some = settings.n_epochs.is_some_and(|epochs| epochs != 0)
        || settings.warmup_ratio.is_some()
        || settings.packing.is_some();
    !some && object(settings).is_empty()
}

/// Returns a scheduler that is set. Old jobs have `lr_scheduler_type: ""`, which
/// means "not set"; their arguments, if any, stay.
fn scheduler(scheduler: &LrScheduler) -> Option<Cow<'_, LrScheduler>> {
    match scheduler {
        LrScheduler::Linear(_) | LrScheduler::Cosine(_) => Some(Cow::Borrowed(scheduler)),
        LrScheduler::Unknown(value) => without_unset(value, "lr_scheduler_type")
            .map(|value| Cow::Owned(LrScheduler::Unknown(value))),
    }
}

/// Returns a training type that is set. Old jobs have `type: ""` here, too.
fn kind(training_type: &TrainingType) -> Option<Cow<'_, TrainingType>> {
    match training_type {
        TrainingType::Full(_) | TrainingType::Lora(_) => Some(Cow::Borrowed(training_type)),
        TrainingType::Unknown(value) => {
            without_unset(value, "type").map(|value| Cow::Owned(TrainingType::Unknown(value)))
        }
    }
}

/// Returns an object without its tag where the tag is `""`; none when that
/// leaves nothing.
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

/// Returns the vendor's method in OpenAI's shape; or, where no document names it,
/// the vendor's value.
pub(super) fn method(
    method: Option<TrainingMethod>,
    notes: &mut NoteCollector<'_>,
) -> Result<(Option<LazyObject>, Option<Value>), MappingError> {
    match method {
        Some(TrainingMethod::Unknown(value)) if without_unset(&value, "method").is_some() => {
            notes.guess(rules::METHOD_UNKNOWN, String::new)?;
            Ok((None, Some(value)))
        }
        Some(TrainingMethod::Unknown(_)) | None => {
            notes.note(rules::METHOD_ABSENT);
            Ok((None, None))
        }
        Some(TrainingMethod::Sft(sft)) => {
            notes.note(rules::METHOD);
            Ok((Some(LazyObject::typed(Supervised(sft))), None))
        }
        Some(TrainingMethod::Dpo(dpo)) => {
            notes.note(rules::METHOD);
            Ok((Some(LazyObject::typed(Dpo(dpo))), None))
        }
    }
}

/// `{type: supervised, supervised: …}`
#[derive(Clone)]
pub(super) struct Supervised(TrainingMethodSft);

impl Serialize for Supervised {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        openai_shape("supervised", object(&self.0)).serialize(serializer)
    }
}

/// `{type: dpo, dpo: {hyperparameters: {beta, …}}}`
#[derive(Clone)]
pub(super) struct Dpo(TrainingMethodDpo);

impl Serialize for Dpo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        openai_shape("dpo", object(&self.0)).serialize(serializer)
    }
}

/// Returns a method in OpenAI's shape: its name, and its settings below that
/// name.
pub(super) fn openai_shape(word: &str, mut settings: Map<String, Value>) -> Map<String, Value> {
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

/// Returns the integration with Weights & Biases, where any member of it is set.
pub(super) fn integrations(wandb: Wandb, notes: &mut NoteCollector<'_>) -> Option<Vec<LazyObject>> {
    let wandb = Wandb {
        project: set(wandb.project),
        name: set(wandb.name),
        entity: set(wandb.entity),
        url: set(wandb.url),
    };
    let members = [&wandb.project, &wandb.name, &wandb.entity, &wandb.url];
    if members.into_iter().all(Option::is_none) {
        notes.note(rules::INTEGRATIONS_ABSENT);
        return None;
    }
    notes.note(match &wandb.entity {
        Some(_) => rules::INTEGRATIONS_ENTITY,
        None => rules::INTEGRATIONS,
    });
    Some(vec![LazyObject::typed(wandb)])
}

impl Serialize for Wandb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("type", "wandb")?;
        members.serialize_entry("wandb", &WandbSettings(self))?;
        members.end()
    }
}

struct WandbSettings<'a>(&'a Wandb);

impl Serialize for WandbSettings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Wandb {
            project,
            name,
            entity,
            url,
        } = self.0;
        let mut members = MapWriter(serializer.serialize_map(None)?);
        members.put("entity", entity.as_ref())?;
        members.put("name", name.as_ref())?;
        members.put("project", project.as_ref())?;
        members.put("url", url.as_ref())?;
        members.0.end()
    }
}
