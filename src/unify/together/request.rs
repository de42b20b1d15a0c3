//! Requests to Together, and back.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{MAPPING, settings};
use crate::together::types::{
    BatchSize, CreateFinetuneRequest, DpoMethod, LrScheduler, MultimodalParams, SftMethod,
    TrainOnInputs, TrainingMethod, TrainingMethodDpo, TrainingMethodSft, TrainingType,
};
use crate::unify::extras::{json, object};
use crate::unify::request::setting_rules::{
    Accepted, Takes, UNKNOWN, Unsupported, accepted, unsupported,
};
use crate::unify::request::translator::{RequestTranslator, Setting};
use crate::unify::request::wandb;
use crate::unify::{CreateRequest, OnUnsupported, Translated, UnsupportedFields};
use crate::wire::{Extra, Secret, read};

const LORA: &str = "{type: \"Full\"} or {type: \"Lora\", lora_r, lora_alpha, lora_dropout, lora_trainable_modules}";
const SCHEDULER: &str = "{lr_scheduler_type: \"linear\" or \"cosine\", lr_scheduler_args: {min_lr_ratio}, of cosine {min_lr_ratio, num_cycles}}";

/// Settings that Together takes.
pub(super) const ACCEPTED: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::Integer, "n_epochs"),
    accepted("batch_size", &[], Takes::IntegerOr("max"), "batch_size"),
    accepted(
        "gradient_accumulation_steps",
        &[],
        Takes::Integer,
        "gradient_accumulation_steps",
    ),
    accepted("learning_rate", &[], Takes::Number, "learning_rate"),
    accepted(
        "lr_scheduler",
        &[],
        Takes::Object(SCHEDULER),
        "lr_scheduler",
    ),
    accepted("warmup_ratio", &[], Takes::Number, "warmup_ratio"),
    accepted("weight_decay", &[], Takes::Number, "weight_decay"),
    accepted("max_grad_norm", &[], Takes::Number, "max_grad_norm"),
    accepted("max_seq_length", &[], Takes::Integer, "max_seq_length"),
    accepted("packing", &[], Takes::Boolean, "packing"),
    accepted("n_checkpoints", &[], Takes::Integer, "n_checkpoints"),
    accepted("n_evals", &[], Takes::Integer, "n_evals"),
    accepted(
        "early_stopping_enabled",
        &[],
        Takes::Boolean,
        "early_stopping_enabled",
    ),
    accepted(
        "early_stopping_patience",
        &[],
        Takes::Integer,
        "early_stopping_patience",
    ),
    accepted(
        "early_stopping_min_delta",
        &[],
        Takes::Number,
        "early_stopping_min_delta",
    ),
    accepted(
        "early_stopping_warmup_evals",
        &[],
        Takes::Integer,
        "early_stopping_warmup_evals",
    ),
    accepted("training_type", &[], Takes::Object(LORA), "training_type"),
    accepted(
        "train_on_inputs",
        &["supervised"],
        Takes::BooleanOr("auto"),
        "training_method.train_on_inputs",
    ),
    accepted("beta", &["dpo"], Takes::Number, "training_method.dpo_beta"),
    accepted(
        "dpo_normalize_logratios_by_length",
        &["dpo"],
        Takes::Boolean,
        "training_method.dpo_normalize_logratios_by_length",
    ),
    accepted(
        "dpo_reference_free",
        &["dpo"],
        Takes::Boolean,
        "training_method.dpo_reference_free",
    ),
    accepted(
        "rpo_alpha",
        &["dpo"],
        Takes::Number,
        "training_method.rpo_alpha",
    ),
    accepted(
        "simpo_gamma",
        &["dpo"],
        Takes::Number,
        "training_method.simpo_gamma",
    ),
];

/// Settings that Together has no place for.
pub(super) const UNSUPPORTED: &[Unsupported] = &[
    unsupported(
        "learning_rate_multiplier",
        "it is relative, and the vendor takes an absolute rate: neither follows from the other",
        "learning_rate, such as 1e-5",
    ),
    unsupported(
        "dpo_beta",
        "the gateway's name for it is another one",
        "beta",
    ),
    unsupported("compute_multiplier", "the vendor has no reinforcement", ""),
    unsupported(
        "eval_interval",
        "the vendor counts evaluations, not the steps between them",
        "n_evals",
    ),
    unsupported(
        "eval_samples",
        "the vendor evaluates on the whole validation file",
        "n_evals",
    ),
    unsupported("reasoning_effort", "the vendor has no reinforcement", ""),
];

/// Members of a request beyond the gateway's that Together takes as they are.
pub(super) const EXTRA: &[(&str, Takes)] = &[
    ("from_checkpoint", Takes::Text),
    ("from_hf_model", Takes::Text),
    ("hf_model_revision", Takes::Text),
    ("hf_api_token", Takes::Text),
    ("hf_output_repo_name", Takes::Text),
    (
        "multimodal_params",
        Takes::Object("{train_vision: true or false}"),
    ),
];

/// Members of a Weights & Biases integration, and what they become.
pub(super) const WANDB: &[(&str, &str)] = &[
    ("project", "wandb_project_name"),
    ("name", "wandb_name"),
    ("entity", "wandb_entity"),
    ("base_url", "wandb_base_url"),
    ("api_key", "wandb_api_key"),
];

const METHODS: [&str; 2] = ["supervised", "dpo"];

impl CreateRequest {
    /// Translates the request to Together's. Settings that are `"auto"` are left
    /// out, which lets the vendor decide.
    ///
    /// ```
    /// use serde_json::json;
    /// use unitune::unify::{CreateRequest, OnUnsupported};
    ///
    /// let mut request = CreateRequest::new("meta-llama/Llama-3.1-8B", "file-1");
    /// request.hyperparameters = json!({"n_epochs": 3, "learning_rate_multiplier": 2})
    ///     .as_object()
    ///     .cloned();
    /// let error = request.to_together(OnUnsupported::Reject).unwrap_err();
    /// assert_eq!(error.fields()[0].field, "hyperparameters.learning_rate_multiplier");
    /// let sent = request.to_together(OnUnsupported::Drop).unwrap();
    /// assert_eq!((sent.request.n_epochs, sent.dropped.len()), (Some(3), 1));
    /// ```
    ///
    /// # Errors
    ///
    /// Together does not support a field that must not be dropped, or a value is
    /// invalid.
    pub fn to_together(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<CreateFinetuneRequest>, UnsupportedFields> {
        let mut translator = RequestTranslator::new(&MAPPING, on_unsupported);
        translator.basics(self);
        let method = translator.method(self.method.as_ref(), &METHODS, "supervised or dpo");
        let mut settings = BTreeMap::new();
        for (key, setting) in translator.settings(self, &method) {
            if translator.is_not_auto(&key, &setting, &method, ACCEPTED, UNSUPPORTED)
                && translator.takes(&key, &setting, &method, ACCEPTED, UNSUPPORTED)
            {
                settings.insert(key, setting);
            }
        }
        for name in method.body.keys().filter(|name| *name != "hyperparameters") {
            let word = method.name.as_deref().unwrap_or_default();
            translator.unsupported(format!("method.{word}.{name}"), UNKNOWN, "");
        }
        for name in self.metadata.iter().flat_map(BTreeMap::keys) {
            let reason = "the vendor keeps no labels";
            translator.unsupported(format!("metadata.{name}"), reason, "suffix, for a name");
        }

        let mut request = CreateFinetuneRequest::new(&self.model, &self.training_file);
        request.validation_file = self.validation_file.clone();
        request.suffix = self.suffix.clone();
        request.random_seed = self.seed;
        request.training_method = training_method(method.name.as_deref(), &mut settings);
        fill(&mut request, settings, &mut translator);
        early_stopping(&request, &mut translator);
        integration(self.integrations.as_deref(), &mut request, &mut translator);
        extra(&self.extra, &mut request, &mut translator);
        translator.finish(request)
    }
}

/// Takes the method's own settings out of `settings`.
fn training_method(
    word: Option<&str>,
    settings: &mut BTreeMap<String, Setting>,
) -> Option<TrainingMethod> {
    let mut take = |key: &str| settings.remove(key).map(|setting| setting.value);
    match word {
        Some("dpo") => {
            let dpo = TrainingMethodDpo {
                method: DpoMethod::Dpo,
                dpo_beta: take("beta").and_then(|v| v.as_f64()),
                dpo_normalize_logratios_by_length: take("dpo_normalize_logratios_by_length")
                    .and_then(|v| v.as_bool()),
                dpo_reference_free: take("dpo_reference_free").and_then(|v| v.as_bool()),
                rpo_alpha: take("rpo_alpha").and_then(|v| v.as_f64()),
                simpo_gamma: take("simpo_gamma").and_then(|v| v.as_f64()),
                extra: Extra::default(),
            };
            Some(dpo.into())
        }
        // The vendor's default method is supervised, too; a setting of the method
        // needs the method beside it.
        word => {
            let inputs = take("train_on_inputs");
            if word.is_none() && inputs.is_none() {
                return None;
            }
            let sft = TrainingMethodSft {
                method: SftMethod::Sft,
                train_on_inputs: inputs.and_then(|v| v.as_bool()).map(TrainOnInputs::Boolean),
                extra: Extra::default(),
            };
            Some(sft.into())
        }
    }
}

/// Sets the settings of the training, whose forms have been checked.
fn fill(
    request: &mut CreateFinetuneRequest,
    settings: BTreeMap<String, Setting>,
    translator: &mut RequestTranslator,
) {
    for (key, Setting { path, value, .. }) in settings {
        match key.as_str() {
            "n_epochs" => request.n_epochs = value.as_i64(),
            "batch_size" => {
                request.batch_size = Some(match value.as_i64() {
                    Some(size) => BatchSize::Integer(size),
                    None => BatchSize::Max,
                });
            }
            "gradient_accumulation_steps" => {
                request.gradient_accumulation_steps = value.as_i64();
            }
            "learning_rate" => request.learning_rate = value.as_f64(),
            "lr_scheduler" => request.lr_scheduler = scheduler(&path, value, translator),
            "warmup_ratio" => request.warmup_ratio = value.as_f64(),
            "weight_decay" => request.weight_decay = value.as_f64(),
            "max_grad_norm" => request.max_grad_norm = value.as_f64(),
            "max_seq_length" => request.max_seq_length = value.as_i64(),
            "packing" => request.packing = value.as_bool(),
            "n_checkpoints" => request.n_checkpoints = value.as_i64(),
            "n_evals" => request.n_evals = value.as_i64(),
            "early_stopping_enabled" => request.early_stopping_enabled = value.as_bool(),
            "early_stopping_patience" => request.early_stopping_patience = value.as_i64(),
            "early_stopping_min_delta" => request.early_stopping_min_delta = value.as_f64(),
            "early_stopping_warmup_evals" => request.early_stopping_warmup_evals = value.as_i64(),
            "training_type" => request.training_type = training_type(&path, value, translator),
            _ => translator.unsupported(path, UNKNOWN, ""),
        }
    }
}

/// Rejects an early stop that the vendor would reject. Its own default of the
/// patience is not counted: the vendor does not promise it.
fn early_stopping(request: &CreateFinetuneRequest, translator: &mut RequestTranslator) {
    if request.early_stopping_enabled != Some(true) {
        return;
    }
    if request.validation_file.as_deref().is_none_or(str::is_empty) {
        let reason = "evaluations need a file to evaluate on";
        translator.invalid(
            "hyperparameters.early_stopping_enabled",
            reason,
            "validation_file",
        );
    }
    let patience = request.early_stopping_patience.unwrap_or(0);
    let warmup = request.early_stopping_warmup_evals.unwrap_or(1);
    let least = patience.saturating_add(warmup).saturating_add(1);
    if request.n_evals.unwrap_or(0) < least {
        let reason = "an early stop needs an evaluation more than its patience and warm-up";
        translator.invalid(
            "hyperparameters.n_evals",
            reason,
            format!("at least {least}"),
        );
    }
}

fn scheduler(path: &str, value: Value, translator: &mut RequestTranslator) -> Option<LrScheduler> {
    let scheduler: LrScheduler = read(&value).ok()?;
    let extra = match &scheduler {
        LrScheduler::Linear(linear) => {
            let args = linear
                .lr_scheduler_args
                .iter()
                .flat_map(|args| args.extra.iter());
            args.chain(linear.extra.iter())
                .map(|(name, _)| name.to_owned())
                .collect()
        }
        LrScheduler::Cosine(cosine) => {
            let args = cosine
                .lr_scheduler_args
                .iter()
                .flat_map(|args| args.extra.iter());
            args.chain(cosine.extra.iter())
                .map(|(name, _)| name.to_owned())
                .collect()
        }
        LrScheduler::Unknown(_) => vec![String::new()],
    };
    translator
        .whole(path, "lr_scheduler", &extra)
        .then_some(scheduler)
}

fn training_type(
    path: &str,
    value: Value,
    translator: &mut RequestTranslator,
) -> Option<TrainingType> {
    let training_type: TrainingType = read(&value).ok()?;
    let extra: Vec<String> = match &training_type {
        TrainingType::Full(full) => full.extra.iter().map(|(name, _)| name.to_owned()).collect(),
        TrainingType::Lora(lora) => lora.extra.iter().map(|(name, _)| name.to_owned()).collect(),
        TrainingType::Unknown(_) => vec![String::new()],
    };
    translator
        .whole(path, "training_type", &extra)
        .then_some(training_type)
}

impl RequestTranslator {
    /// Returns true if an object has no members beyond those that the vendor
    /// accepts.
    fn whole(&mut self, path: &str, key: &str, extra: &[String]) -> bool {
        let rule = ACCEPTED.iter().find(|rule| rule.key == key);
        let takes = rule.map(|rule| rule.takes.to_string()).unwrap_or_default();
        for name in extra {
            let path = if name.is_empty() {
                path.to_owned()
            } else {
                format!("{path}.{name}")
            };
            self.invalid(path, "the vendor takes another form", takes.clone());
        }
        extra.is_empty()
    }
}

/// Sets the members about Weights & Biases.
fn integration(
    integrations: Option<&[Map<String, Value>]>,
    request: &mut CreateFinetuneRequest,
    translator: &mut RequestTranslator,
) {
    let wandb = translator.wandb(integrations.unwrap_or_default(), WANDB);
    let wandb = wandb.unwrap_or_default();
    let text = |name: &str| wandb.get(name).and_then(Value::as_str).map(str::to_owned);
    request.wandb_project_name = text("project");
    request.wandb_name = text("name");
    request.wandb_entity = text("entity");
    request.wandb_base_url = text("base_url");
    request.wandb_api_key = text("api_key").map(Secret::from);
}

/// Sets members beyond the gateway's that are the vendor's own.
fn extra(
    members: &Map<String, Value>,
    request: &mut CreateFinetuneRequest,
    translator: &mut RequestTranslator,
) {
    for (name, value) in members {
        let Some((_, takes)) = EXTRA.iter().find(|(known, _)| known == name) else {
            translator.unsupported(name, UNKNOWN, "");
            continue;
        };
        if !translator.fits(name, value, *takes) {
            continue;
        }
        let text = value.as_str().map(str::to_owned);
        match name.as_str() {
            "from_checkpoint" => request.from_checkpoint = text,
            "from_hf_model" => request.from_hf_model = text,
            "hf_model_revision" => request.hf_model_revision = text,
            "hf_api_token" => request.hf_api_token = text.map(Secret::from),
            "hf_output_repo_name" => request.hf_output_repo_name = text,
            "multimodal_params" => {
                request.multimodal_params = read::<MultimodalParams>(value).ok();
            }
            _ => translator.unsupported(name, UNKNOWN, ""),
        }
    }
}

impl From<&CreateFinetuneRequest> for CreateRequest {
    /// Converts Together's request to the gateway's terms, without its keys.
    fn from(request: &CreateFinetuneRequest) -> Self {
        let CreateFinetuneRequest {
            batch_size,
            early_stopping_enabled,
            early_stopping_min_delta,
            early_stopping_patience,
            early_stopping_warmup_evals,
            extra,
            from_checkpoint,
            from_hf_model,
            gradient_accumulation_steps,
            hf_api_token: _,
            hf_model_revision,
            hf_output_repo_name,
            learning_rate,
            lr_scheduler,
            max_grad_norm,
            max_seq_length,
            model,
            multimodal_params,
            n_checkpoints,
            n_epochs,
            n_evals,
            packing,
            random_seed,
            suffix,
            train_on_inputs,
            training_file,
            training_method,
            training_type,
            validation_file,
            wandb_api_key: _,
            wandb_base_url,
            wandb_entity,
            wandb_name,
            wandb_project_name,
            warmup_ratio,
            weight_decay,
        } = request;
        let settings = members([
            ("n_epochs", n_epochs.map(Value::from)),
            ("batch_size", batch_size.as_ref().map(json)),
            (
                "gradient_accumulation_steps",
                gradient_accumulation_steps.map(Value::from),
            ),
            ("learning_rate", learning_rate.map(Value::from)),
            ("lr_scheduler", lr_scheduler.as_ref().map(json)),
            ("warmup_ratio", warmup_ratio.map(Value::from)),
            ("weight_decay", weight_decay.map(Value::from)),
            ("max_grad_norm", max_grad_norm.map(Value::from)),
            ("max_seq_length", max_seq_length.map(Value::from)),
            ("packing", packing.map(Value::from)),
            ("n_checkpoints", n_checkpoints.map(Value::from)),
            ("n_evals", n_evals.map(Value::from)),
            (
                "early_stopping_enabled",
                early_stopping_enabled.map(Value::from),
            ),
            (
                "early_stopping_patience",
                early_stopping_patience.map(Value::from),
            ),
            (
                "early_stopping_min_delta",
                early_stopping_min_delta.map(Value::from),
            ),
            (
                "early_stopping_warmup_evals",
                early_stopping_warmup_evals.map(Value::from),
            ),
            ("training_type", training_type.as_ref().map(json)),
            ("train_on_inputs", train_on_inputs.as_ref().map(json)),
        ]);
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let mut beyond = members([
            ("from_checkpoint", text(from_checkpoint)),
            ("from_hf_model", text(from_hf_model)),
            ("hf_model_revision", text(hf_model_revision)),
            ("hf_output_repo_name", text(hf_output_repo_name)),
            ("multimodal_params", multimodal_params.as_ref().map(json)),
        ]);
        beyond.extend(
            extra
                .iter()
                .map(|(name, value)| (name.to_owned(), value.clone())),
        );
        let wandb = members([
            ("project", text(wandb_project_name)),
            ("name", text(wandb_name)),
            ("entity", text(wandb_entity)),
            ("base_url", text(wandb_base_url)),
        ]);
        Self {
            model: model.clone(),
            training_file: training_file.clone(),
            hyperparameters: (!settings.is_empty()).then_some(settings),
            integrations: wandb::integration(wandb),
            metadata: None,
            method: training_method.as_ref().map(method),
            seed: *random_seed,
            suffix: suffix.clone(),
            validation_file: validation_file.clone(),
            extra: beyond,
        }
    }
}

fn members<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn method(method: &TrainingMethod) -> Map<String, Value> {
    match method {
        TrainingMethod::Sft(sft) => settings::openai_shape("supervised", object(sft)),
        TrainingMethod::Dpo(dpo) => settings::openai_shape("dpo", object(dpo)),
        TrainingMethod::Unknown(value) => object(value),
    }
}
