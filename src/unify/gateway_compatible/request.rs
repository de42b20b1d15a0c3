//! Requests to vendors that take the gateway's members, and back.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::unify::request::setting_rules::{
    Accepted, Takes, UNKNOWN, Unsupported, accepted, unsupported,
};
use crate::unify::request::translator::RequestTranslator;
use crate::unify::{CreateRequest, Mapping, OnUnsupported};
use crate::wire::read;

/// The word for a setting that the vendor chooses.
pub(in crate::unify) const AUTO: &str = "auto";

/// Settings that such a vendor takes, under the gateway's names.
pub(in crate::unify) const ACCEPTED: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::IntegerOr(AUTO), "n_epochs"),
    accepted("batch_size", &[], Takes::IntegerOr(AUTO), "batch_size"),
    accepted(
        "learning_rate_multiplier",
        &[],
        Takes::NumberOr(AUTO),
        "learning_rate_multiplier",
    ),
    accepted("beta", &["dpo"], Takes::NumberOr(AUTO), "beta"),
    accepted(
        "compute_multiplier",
        &["reinforcement"],
        Takes::NumberOr(AUTO),
        "compute_multiplier",
    ),
    accepted(
        "eval_interval",
        &["reinforcement"],
        Takes::IntegerOr(AUTO),
        "eval_interval",
    ),
    accepted(
        "eval_samples",
        &["reinforcement"],
        Takes::IntegerOr(AUTO),
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

/// Settings that such a vendor has no place for.
pub(in crate::unify) const UNSUPPORTED: &[Unsupported] = &[
    unsupported(
        "learning_rate",
        "it is absolute, and the vendor takes a relative one: neither follows from the other",
        "learning_rate_multiplier, relative to the vendor's own rate",
    ),
    unsupported(
        "training_type",
        "LoRA or full training cannot be chosen",
        "leave it out: the vendor decides",
    ),
    unsupported("lr_scheduler", DECIDES, ""),
    unsupported("warmup_ratio", DECIDES, ""),
    unsupported("weight_decay", DECIDES, ""),
    unsupported("max_grad_norm", DECIDES, ""),
    unsupported("max_seq_length", DECIDES, ""),
    unsupported("packing", DECIDES, ""),
    unsupported(
        "n_checkpoints",
        DECIDES,
        "checkpoints are kept of the last epochs",
    ),
    unsupported("n_evals", DECIDES, "a validation_file is enough"),
    unsupported(
        "train_on_inputs",
        "training is on the answers",
        "`weight` in the messages of the training file",
    ),
    unsupported(
        "dpo_normalize_logratios_by_length",
        "no such setting of DPO",
        "beta",
    ),
    unsupported("dpo_reference_free", "no such setting of DPO", "beta"),
    unsupported("rpo_alpha", "no such setting of DPO", "beta"),
    unsupported("simpo_gamma", "no such setting of DPO", "beta"),
];

/// Members of a Weights & Biases integration that such a vendor takes as they are.
pub(in crate::unify) const WANDB: &[(&str, &str)] = &[
    ("project", "project"),
    ("name", "name"),
    ("entity", "entity"),
    ("tags", "tags"),
];

const METHODS: [&str; 3] = ["supervised", "dpo", "reinforcement"];

/// A request in the gateway's members, on its way to a vendor's type.
pub(in crate::unify) struct GatewayRequest {
    pub(in crate::unify) translator: RequestTranslator,
    hyperparameters: Option<Value>,
    method: Option<Value>,
    integrations: Option<Value>,
}

impl GatewayRequest {
    /// Translates what all such vendors take. `members` are those of a method
    /// besides its hyperparameters, as (method, member); `write` returns a
    /// setting's value in the vendor's words.
    pub(in crate::unify) fn new(
        request: &CreateRequest,
        mapping: &'static Mapping,
        on_unsupported: OnUnsupported,
        members: &[(&str, &str)],
        write: fn(&str, Value) -> Value,
    ) -> Self {
        let mut translator = RequestTranslator::new(mapping, on_unsupported);
        translator.basics(request);
        if request
            .seed
            .is_some_and(|seed| i32::try_from(seed).is_err() || seed < 0)
        {
            translator.invalid("seed", "it is out of range", "0 to 2147483647");
        }
        let method = translator.method(
            request.method.as_ref(),
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
        let settings = translator.settings(request, &method);
        let is_moved = settings
            .iter()
            .any(|(key, setting)| !setting.in_method && is_ignored_at_top(key));
        let mut top = Map::new();
        let mut below = Map::new();
        for (key, setting) in settings {
            if key == "batch_size" && setting.value == "max" {
                let reason = "the vendor has no largest size";
                translator.unsupported(setting.path, reason, "a whole number or \"auto\"");
            } else if translator.takes(&key, &setting, &method, ACCEPTED, UNSUPPORTED) {
                let value = write(&key, setting.value);
                if setting.in_method || is_moved {
                    below.insert(key.clone(), value.clone());
                }
                if setting.in_request && !is_moved {
                    top.insert(key, value);
                }
            }
        }
        let hyperparameters = request.hyperparameters.as_ref().filter(|_| !is_moved);
        let hyperparameters = hyperparameters.map(|_| top.into());
        let method = method.name.map(|word| {
            let mut body = Map::new();
            for (name, value) in method.body {
                match name.as_str() {
                    "hyperparameters" => {
                        body.insert(name, std::mem::take(&mut below).into());
                    }
                    own if members.contains(&(word.as_str(), own)) => {
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
            let asked = request.method.as_ref();
            if is_moved || asked.is_some_and(|method| method.contains_key(&word)) {
                members.insert(word, body.into());
            }
            Value::from(members)
        });
        let integrations = request
            .integrations
            .as_ref()
            .and_then(|integrations| match translator.wandb(integrations, WANDB) {
                Some(wandb) if wandb.contains_key("project") => {
                    Some(json!([{"type": "wandb", "wandb": wandb}]))
                }
                Some(_) => {
                    translator.invalid("integrations.0.wandb.project", "it is missing", "a text");
                    None
                }
                None => Some(json!([])),
            });
        Self {
            translator,
            hyperparameters,
            method,
            integrations,
        }
    }

    /// Returns `hyperparameters` in the vendor's type.
    pub(in crate::unify) fn hyperparameters<T: DeserializeOwned>(&mut self) -> Option<T> {
        let value = self.hyperparameters.take();
        typed(&mut self.translator, "hyperparameters", value)
    }

    /// Returns `method` in the vendor's type.
    pub(in crate::unify) fn method<T: DeserializeOwned>(&mut self) -> Option<T> {
        let value = self.method.take();
        typed(&mut self.translator, "method", value)
    }

    /// Returns `integrations` in the vendor's type.
    pub(in crate::unify) fn integrations<T: DeserializeOwned>(&mut self) -> Option<T> {
        let value = self.integrations.take();
        typed(&mut self.translator, "integrations", value)
    }
}

/// Reads a member in the vendor's type.
fn typed<T: DeserializeOwned>(
    translator: &mut RequestTranslator,
    field: &str,
    value: Option<Value>,
) -> Option<T> {
    match read::<T>(&value?) {
        Ok(value) => Some(value),
        Err(fault) => {
            translator.invalid(field, fault.to_string(), "");
            None
        }
    }
}

/// Implements the way back from a vendor's request, which is the gateway's but for
/// further members of its own: `field: "name"`.
#[allow(unused_macros)] // Not every set of vendors needs it.
macro_rules! request_back {
    ($types:ident $(, $own:ident: $name:literal)*) => {
        impl From<&$types::CreateFineTuningJobRequest> for crate::unify::CreateRequest {
            /// Converts the vendor's request, which is the gateway's.
            fn from(request: &$types::CreateFineTuningJobRequest) -> Self {
                use crate::unify::extras::object;

                let $types::CreateFineTuningJobRequest {
                    hyperparameters,
                    integrations,
                    metadata,
                    method,
                    model,
                    seed,
                    suffix,
                    training_file,
                    validation_file,
                    $($own,)*
                    extra,
                } = request;
                #[allow(unused_mut, reason = "not every vendor has members of its own")]
                let mut further: serde_json::Map<String, serde_json::Value> = extra
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect();
                $(if let Some(value) = $own {
                    further.insert($name.to_owned(), value.clone().into());
                })*
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
                    extra: further,
                }
            }
        }
    };
}
#[allow(unused_imports)] // Not every set of vendors needs it.
pub(in crate::unify) use request_back;
