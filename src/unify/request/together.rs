//! To Together, and back.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::clerk::{Clerk, Setting};
use super::rules::{TOGETHER, TOGETHER_EXTRA, TOGETHER_REFUSED, UNKNOWN};
use super::{CreateRequest, Loss, Refusal, Translated, wandb};
use crate::together::types::{
    BatchSize, CreateFinetuneRequest, DpoMethod, LrScheduler, MultimodalParams, SftMethod,
    TrainOnInputs, TrainingMethod, TrainingMethodDpo, TrainingMethodSft, TrainingType,
};
use crate::unify::Vendor;
use crate::unify::extras::{json, object};
use crate::wire::{Extra, Secret};

const METHODS: [&str; 2] = ["supervised", "dpo"];

impl CreateRequest {
    /// The request in Together's terms. `"auto"` becomes silence, which lets
    /// the vendor decide.
    ///
    /// # Errors
    ///
    /// When Together has no place for something that is not allowed to be lost,
    /// or a value makes no sense.
    pub fn to_together(&self, loss: Loss) -> Result<Translated<CreateFinetuneRequest>, Refusal> {
        let mut clerk = Clerk::new(Vendor::Together, loss);
        clerk.basics(self);
        let method = clerk.method(self.method.as_ref(), &METHODS, "supervised or dpo");
        let mut settings = BTreeMap::new();
        for (key, setting) in clerk.settings(self, &method) {
            let (takes, refuses) = (TOGETHER, TOGETHER_REFUSED);
            if clerk.says_more_than_auto(&key, &setting, &method, takes, refuses)
                && clerk.takes(&key, &setting, &method, takes, refuses)
            {
                settings.insert(key, setting);
            }
        }
        for name in method.body.keys().filter(|name| *name != "hyperparameters") {
            let word = method.word.as_deref().unwrap_or_default();
            clerk.unsupported(format!("method.{word}.{name}"), UNKNOWN, "");
        }
        for name in self.metadata.iter().flat_map(BTreeMap::keys) {
            let reason = "the vendor keeps no labels";
            clerk.unsupported(format!("metadata.{name}"), reason, "suffix, for a name");
        }

        let mut request = CreateFinetuneRequest::new(&self.model, &self.training_file);
        request.validation_file = self.validation_file.clone();
        request.suffix = self.suffix.clone();
        request.random_seed = self.seed;
        request.training_method = training_method(method.word.as_deref(), &mut settings);
        fill(&mut request, settings, &mut clerk);
        wandb::to_together(self.integrations.as_deref(), &mut request, &mut clerk);
        extra(&self.extra, &mut request, &mut clerk);
        clerk.finish(request)
    }
}

/// The method with its own settings, taken out of `settings`.
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
        // Without a word the vendor's own default stands, which is the same
        // one; a setting of the method needs the method to be said.
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

/// The settings of the training, whose forms have been looked at.
fn fill(
    request: &mut CreateFinetuneRequest,
    settings: BTreeMap<String, Setting>,
    clerk: &mut Clerk,
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
            "learning_rate" => request.learning_rate = value.as_f64(),
            "lr_scheduler" => request.lr_scheduler = scheduler(&path, value, clerk),
            "warmup_ratio" => request.warmup_ratio = value.as_f64(),
            "weight_decay" => request.weight_decay = value.as_f64(),
            "max_grad_norm" => request.max_grad_norm = value.as_f64(),
            "max_seq_length" => request.max_seq_length = value.as_i64(),
            "packing" => request.packing = value.as_bool(),
            "n_checkpoints" => request.n_checkpoints = value.as_i64(),
            "n_evals" => request.n_evals = value.as_i64(),
            "training_type" => request.training_type = training_type(&path, value, clerk),
            _ => clerk.unsupported(path, UNKNOWN, ""),
        }
    }
}

fn scheduler(path: &str, value: Value, clerk: &mut Clerk) -> Option<LrScheduler> {
    let scheduler: LrScheduler = serde_json::from_value(value).ok()?;
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
    clerk
        .whole(path, "lr_scheduler", &extra)
        .then_some(scheduler)
}

fn training_type(path: &str, value: Value, clerk: &mut Clerk) -> Option<TrainingType> {
    let training_type: TrainingType = serde_json::from_value(value).ok()?;
    let extra: Vec<String> = match &training_type {
        TrainingType::Full(full) => full.extra.iter().map(|(name, _)| name.to_owned()).collect(),
        TrainingType::Lora(lora) => lora.extra.iter().map(|(name, _)| name.to_owned()).collect(),
        TrainingType::Unknown(_) => vec![String::new()],
    };
    clerk
        .whole(path, "training_type", &extra)
        .then_some(training_type)
}

impl Clerk {
    /// True when nothing of an object is beyond what the vendor takes.
    fn whole(&mut self, path: &str, key: &str, extra: &[String]) -> bool {
        let rule = TOGETHER.iter().find(|rule| rule.key == key);
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

/// Members beyond the gateway's that are the vendor's own.
fn extra(members: &Map<String, Value>, request: &mut CreateFinetuneRequest, clerk: &mut Clerk) {
    for (name, value) in members {
        let Some((_, takes)) = TOGETHER_EXTRA.iter().find(|(known, _)| known == name) else {
            clerk.unsupported(name, UNKNOWN, "");
            continue;
        };
        if !clerk.fits(name, value, *takes) {
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
                request.multimodal_params =
                    serde_json::from_value::<MultimodalParams>(value.clone()).ok();
            }
            _ => clerk.unsupported(name, UNKNOWN, ""),
        }
    }
}

impl From<&CreateFinetuneRequest> for CreateRequest {
    /// Together's request in the gateway's terms, without its keys.
    fn from(request: &CreateFinetuneRequest) -> Self {
        let CreateFinetuneRequest {
            batch_size,
            extra,
            from_checkpoint,
            from_hf_model,
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
            ("learning_rate", learning_rate.map(Value::from)),
            ("lr_scheduler", lr_scheduler.as_ref().map(json)),
            ("warmup_ratio", warmup_ratio.map(Value::from)),
            ("weight_decay", weight_decay.map(Value::from)),
            ("max_grad_norm", max_grad_norm.map(Value::from)),
            ("max_seq_length", max_seq_length.map(Value::from)),
            ("packing", packing.map(Value::from)),
            ("n_checkpoints", n_checkpoints.map(Value::from)),
            ("n_evals", n_evals.map(Value::from)),
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
        TrainingMethod::Sft(sft) => crate::unify::from_together::method("supervised", object(sft)),
        TrainingMethod::Dpo(dpo) => crate::unify::from_together::method("dpo", object(dpo)),
        TrainingMethod::Unknown(value) => object(value),
    }
}
