//! How a job trains: hyperparameters, method and integrations.

use serde::Serialize;
use serde_json::{Map, Value};

use super::extra_fields::without_unset;
use super::id::JobKind;
use super::job_fields::{JobFields, set};
use super::rules;
use crate::fireworks::types::{LossMethod, WandbConfig};
use crate::unify::LazyObject;
use crate::unify::extras::json;
use crate::unify::notes::NoteCollector;

/// Collects members that are set.
#[derive(Default)]
struct Settings(Map<String, Value>);

impl Settings {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// A number, unless it is zero: the vendor writes `0` for "not set".
    fn count(&mut self, name: &str, value: Option<i64>) {
        self.put(name, value.filter(|number| *number != 0));
    }

    fn number(&mut self, name: &str, value: Option<f64>) {
        self.put(name, value.filter(|number| *number != 0.0));
    }

    /// A value with a structure of its own, without what is not set in it.
    fn object(&mut self, name: &str, value: Option<&impl Serialize>) {
        self.put(name, value.and_then(|value| without_unset(json(value))));
    }
}

/// Returns the vendor's settings. Where the gateway has a name for one, it has
/// that name; the vendor's batch size counts tokens and is another setting.
pub(super) fn hyperparameters(
    view: &JobFields<'_>,
    notes: &mut NoteCollector<'_>,
) -> Option<LazyObject> {
    let mut settings = Settings::default();
    if let Some(config) = &view.config {
        settings.count("n_epochs", config.epochs);
        settings.count("batch_size", config.batch_size_samples);
        settings.count("batch_size_tokens", config.batch_size);
        settings.number("learning_rate", config.learning_rate);
        settings.count(
            "learning_rate_warmup_steps",
            config.learning_rate_warmup_steps,
        );
        settings.object("lr_scheduler", config.lr_scheduler.as_ref());
        settings.count(
            "gradient_accumulation_steps",
            config.gradient_accumulation_steps,
        );
        settings.count("max_context_length", config.max_context_length);
        settings.number("optimizer_weight_decay", config.optimizer_weight_decay);
        // Zero is a rank here: it trains all weights.
        settings.put("lora_rank", config.lora_rank);
        settings.count("lora_alpha", config.lora_alpha);
        settings.number("lora_dropout", config.lora_dropout);
        let modules = config.lora_target_modules.as_ref();
        settings.put(
            "lora_target_modules",
            modules.filter(|modules| !modules.is_empty()).cloned(),
        );
        settings.object(
            "trainer_sharding_scheme",
            config.trainer_sharding_scheme.as_ref(),
        );
    }
    if settings.0.is_empty() {
        notes.note(rules::HYPERPARAMETERS_ABSENT);
        return None;
    }
    notes.note(rules::HYPERPARAMETERS);
    Some(settings.0.into())
}

/// Returns the method in OpenAI's shape: the kind of the job, and its settings
/// below the kind's name.
pub(super) fn method(view: &JobFields<'_>, notes: &mut NoteCollector<'_>) -> LazyObject {
    notes.note(rules::METHOD);
    let word = view.kind.method();
    let mut settings = Settings::default();
    if let Some(loss) = view.loss {
        // The method's own loss needs no word; another one does.
        let usual = match view.kind {
            JobKind::Dpo => LossMethod::Dpo,
            JobKind::Supervised | JobKind::Reinforcement => LossMethod::MethodUnspecified,
        };
        let other = loss
            .method
            .as_ref()
            .filter(|method| **method != usual && **method != LossMethod::MethodUnspecified);
        settings.put("loss_method", other.map(|method| method.as_str()));
        if let Some(dpo) = &loss.dpo {
            settings.number("beta", dpo.beta);
            settings.count("ref_cache_batch_size", dpo.ref_cache_batch_size);
            settings.count("ref_cache_concurrency", dpo.ref_cache_concurrency);
        }
        let orpo = loss.orpo.as_ref();
        settings.number("orpo_lambda", orpo.and_then(|orpo| orpo.lambda));
        settings.number("kl_beta", loss.kl_beta);
    }
    let mut body = Settings::default();
    body.put("evaluator", view.evaluator);
    if !settings.0.is_empty() {
        body.put("hyperparameters", Some(settings.0));
    }
    let members = [
        ("type".to_owned(), Value::from(word)),
        (word.to_owned(), body.0.into()),
    ];
    Map::from_iter(members).into()
}

/// Returns the integration with Weights & Biases, where any member of it is
/// set. The key is in none.
pub(super) fn integrations(
    wandb: Option<&WandbConfig>,
    notes: &mut NoteCollector<'_>,
) -> Option<Vec<LazyObject>> {
    let mut body = Settings::default();
    let mut is_enabled = false;
    if let Some(wandb) = wandb {
        is_enabled = wandb.enabled == Some(true);
        body.put("project", set(wandb.project.as_deref()));
        body.put("entity", set(wandb.entity.as_deref()));
        body.put("run_id", set(wandb.run_id.as_deref()));
        body.put("url", set(wandb.url.as_deref()));
    }
    if body.0.is_empty() && !is_enabled {
        notes.note(rules::INTEGRATIONS_ABSENT);
        return None;
    }
    notes.note(rules::INTEGRATIONS);
    let members = [
        ("type".to_owned(), Value::from("wandb")),
        ("wandb".to_owned(), body.0.into()),
    ];
    Some(vec![Map::from_iter(members).into()])
}
