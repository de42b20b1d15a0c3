//! Requests to OpenAI, and back.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::MAPPING;
use crate::openai::types::CreateFineTuningJobRequest;
use crate::unify::extras::object;
use crate::unify::request::rules::{Accepted, Refused, Takes, UNKNOWN, accepted, refused};
use crate::unify::request::translator::RequestTranslator;
use crate::unify::{CreateRequest, OnUnsupported, Translated, UnsupportedFields};
use crate::wire::read;

/// Settings that OpenAI takes, under its own names.
pub(super) const ACCEPTED: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::IntegerOr("auto"), "n_epochs"),
    accepted("batch_size", &[], Takes::IntegerOr("auto"), "batch_size"),
    accepted(
        "learning_rate_multiplier",
        &[],
        Takes::NumberOr("auto"),
        "learning_rate_multiplier",
    ),
    accepted("beta", &["dpo"], Takes::NumberOr("auto"), "beta"),
    accepted(
        "compute_multiplier",
        &["reinforcement"],
        Takes::NumberOr("auto"),
        "compute_multiplier",
    ),
    accepted(
        "eval_interval",
        &["reinforcement"],
        Takes::IntegerOr("auto"),
        "eval_interval",
    ),
    accepted(
        "eval_samples",
        &["reinforcement"],
        Takes::IntegerOr("auto"),
        "eval_samples",
    ),
    accepted(
        "reasoning_effort",
        &["reinforcement"],
        Takes::Text,
        "reasoning_effort",
    ),
];

const DECIDES: &str = "the vendor decides that itself";

/// Settings that OpenAI has no place for.
pub(super) const REFUSED: &[Refused] = &[
    refused(
        "learning_rate",
        "it is absolute, and the vendor takes a relative one: neither follows from the other",
        "learning_rate_multiplier, relative to the vendor's own rate",
    ),
    refused(
        "training_type",
        "LoRA or full training cannot be chosen",
        "leave it out: the vendor decides",
    ),
    refused("lr_scheduler", DECIDES, ""),
    refused("warmup_ratio", DECIDES, ""),
    refused("weight_decay", DECIDES, ""),
    refused("max_grad_norm", DECIDES, ""),
    refused("max_seq_length", DECIDES, ""),
    refused("packing", DECIDES, ""),
    refused(
        "n_checkpoints",
        DECIDES,
        "checkpoints are kept of the last epochs",
    ),
    refused("n_evals", DECIDES, "a validation_file is enough"),
    refused(
        "train_on_inputs",
        "training is on the answers",
        "`weight` in the messages of the training file",
    ),
    refused(
        "dpo_normalize_logratios_by_length",
        "no such setting of DPO",
        "beta",
    ),
    refused("dpo_reference_free", "no such setting of DPO", "beta"),
    refused("rpo_alpha", "no such setting of DPO", "beta"),
    refused("simpo_gamma", "no such setting of DPO", "beta"),
];

/// Members of a Weights & Biases integration that OpenAI takes as they are.
pub(super) const WANDB: &[(&str, &str)] = &[
    ("project", "project"),
    ("name", "name"),
    ("entity", "entity"),
    ("tags", "tags"),
];

const METHODS: [&str; 3] = ["supervised", "dpo", "reinforcement"];

impl CreateRequest {
    /// Translates the request to OpenAI's.
    ///
    /// # Errors
    ///
    /// OpenAI does not support a field that must not be dropped, or a value is
    /// invalid.
    pub fn to_openai(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<CreateFineTuningJobRequest>, UnsupportedFields> {
        let mut translator = RequestTranslator::new(&MAPPING, on_unsupported);
        translator.basics(self);
        if self
            .seed
            .is_some_and(|seed| i32::try_from(seed).is_err() || seed < 0)
        {
            translator.invalid("seed", "it is out of range", "0 to 2147483647");
        }
        let method = translator.method(
            self.method.as_ref(),
            &METHODS,
            "supervised, dpo or reinforcement",
        );
        // Settings stay where they stood, at the top or below the method; but what
        // only a method has would be ignored at the top, and what stands there beside
        // it as well.
        let word = method.name.as_deref().unwrap_or_default();
        let is_ignored_at_top = |key: &str| {
            let mut rows = ACCEPTED.iter();
            rows.any(|row| row.key == key && row.methods.contains(&word))
        };
        let settings = translator.settings(self, &method);
        let is_moved = settings
            .iter()
            .any(|(key, setting)| !setting.in_method && is_ignored_at_top(key));
        let mut top = Map::new();
        let mut below = Map::new();
        for (key, setting) in settings {
            if key == "batch_size" && setting.value == "max" {
                let reason = "the vendor has no largest size";
                translator.unsupported(setting.path, reason, "a whole number or \"auto\"");
            } else if translator.takes(&key, &setting, &method, ACCEPTED, REFUSED) {
                if setting.in_method || is_moved {
                    below.insert(key.clone(), setting.value.clone());
                }
                if setting.in_request && !is_moved {
                    top.insert(key, setting.value);
                }
            }
        }
        let mut request = CreateFineTuningJobRequest::new(&self.model, &self.training_file);
        if self.hyperparameters.is_some() && !is_moved {
            request.hyperparameters = translator.typed("hyperparameters", top.into());
        }
        if let Some(word) = method.name {
            let mut body = Map::new();
            for (name, value) in method.body {
                match name.as_str() {
                    "hyperparameters" => {
                        body.insert(name, std::mem::take(&mut below).into());
                    }
                    "grader" if word == "reinforcement" => {
                        body.insert(name, value);
                    }
                    _ => translator.unsupported(format!("method.{word}.{name}"), UNKNOWN, ""),
                }
            }
            if is_moved && !below.is_empty() {
                body.insert("hyperparameters".to_owned(), below.into());
            }
            let mut members = Map::from_iter([("type".to_owned(), Value::from(word.as_str()))]);
            // An absent body stays absent.
            if is_moved || self.method.as_ref().is_some_and(|m| m.contains_key(&word)) {
                members.insert(word, body.into());
            }
            request.method = translator.typed("method", members.into());
        }
        if let Some(integrations) = &self.integrations {
            let wandb = translator.wandb(integrations, WANDB);
            request.integrations = match wandb {
                Some(wandb) if wandb.contains_key("project") => {
                    translator.typed("integrations", json!([{"type": "wandb", "wandb": wandb}]))
                }
                Some(_) => {
                    translator.invalid("integrations.0.wandb.project", "it is missing", "a text");
                    None
                }
                None => Some(Vec::new()),
            };
        }
        for name in self.extra.keys() {
            translator.unsupported(name, UNKNOWN, "");
        }
        request.metadata = self.metadata.clone();
        request.seed = self.seed;
        request.suffix = self.suffix.clone();
        request.validation_file = self.validation_file.clone();
        translator.finish(request)
    }
}

impl RequestTranslator {
    /// Reads a member in the vendor's type.
    fn typed<T: DeserializeOwned>(&mut self, field: &str, value: Value) -> Option<T> {
        match read::<T>(&value) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.invalid(field, fault.to_string(), "");
                None
            }
        }
    }
}

impl From<&CreateFineTuningJobRequest> for CreateRequest {
    /// Converts OpenAI's request, which is the gateway's.
    fn from(request: &CreateFineTuningJobRequest) -> Self {
        let CreateFineTuningJobRequest {
            hyperparameters,
            integrations,
            metadata,
            method,
            model,
            seed,
            suffix,
            training_file,
            validation_file,
            extra,
        } = request;
        Self {
            model: model.clone(),
            training_file: training_file.clone(),
            hyperparameters: hyperparameters.as_ref().map(object),
            integrations: integrations
                .as_ref()
                .map(|all| all.iter().map(object).collect()),
            metadata: metadata.clone(),
            method: method.as_ref().map(object),
            seed: *seed,
            suffix: suffix.clone(),
            validation_file: validation_file.clone(),
            extra: extra
                .iter()
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect(),
        }
    }
}
