//! To OpenAI, and back.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::clerk::Clerk;
use super::rules::{OPENAI, OPENAI_REFUSED, OPENAI_WANDB, UNKNOWN};
use super::{CreateRequest, Loss, Refusal, Translated};
use crate::openai::types::CreateFineTuningJobRequest;
use crate::unify::Vendor;
use crate::unify::extras::object;

const METHODS: [&str; 3] = ["supervised", "dpo", "reinforcement"];

impl CreateRequest {
    /// The request in OpenAI's terms.
    ///
    /// # Errors
    ///
    /// When OpenAI has no place for something that is not allowed to be lost,
    /// or a value makes no sense.
    pub fn to_openai(&self, loss: Loss) -> Result<Translated<CreateFineTuningJobRequest>, Refusal> {
        let mut clerk = Clerk::new(Vendor::OpenAi, loss);
        clerk.basics(self);
        if self
            .seed
            .is_some_and(|seed| i32::try_from(seed).is_err() || seed < 0)
        {
            clerk.invalid("seed", "it is out of range", "0 to 2147483647");
        }
        let method = clerk.method(
            self.method.as_ref(),
            &METHODS,
            "supervised, dpo or reinforcement",
        );
        // Settings stay where they stood, at the top or below the method.
        let mut top = Map::new();
        let mut below = Map::new();
        for (key, setting) in clerk.settings(self, &method) {
            if key == "batch_size" && setting.value == "max" {
                let reason = "the vendor has no largest size";
                clerk.unsupported(setting.path, reason, "a whole number or \"auto\"");
            } else if clerk.takes(&key, &setting, &method, OPENAI, OPENAI_REFUSED) {
                if setting.below {
                    below.insert(key.clone(), setting.value.clone());
                }
                if setting.at_top {
                    top.insert(key, setting.value);
                }
            }
        }
        let mut request = CreateFineTuningJobRequest::new(&self.model, &self.training_file);
        if self.hyperparameters.is_some() {
            request.hyperparameters = clerk.typed("hyperparameters", top.into());
        }
        if let Some(word) = method.word {
            let mut body = Map::new();
            for (name, value) in method.body {
                match name.as_str() {
                    "hyperparameters" => {
                        body.insert(name, std::mem::take(&mut below).into());
                    }
                    "grader" if word == "reinforcement" => {
                        body.insert(name, value);
                    }
                    _ => clerk.unsupported(format!("method.{word}.{name}"), UNKNOWN, ""),
                }
            }
            let mut members = Map::from_iter([("type".to_owned(), Value::from(word.as_str()))]);
            // An absent body stays absent.
            if self.method.as_ref().is_some_and(|m| m.contains_key(&word)) {
                members.insert(word, body.into());
            }
            request.method = clerk.typed("method", members.into());
        }
        if let Some(integrations) = &self.integrations {
            let wandb = clerk.wandb(integrations, OPENAI_WANDB);
            request.integrations = match wandb {
                Some(wandb) if wandb.contains_key("project") => {
                    clerk.typed("integrations", json!([{"type": "wandb", "wandb": wandb}]))
                }
                Some(_) => {
                    clerk.invalid("integrations.0.wandb.project", "it is missing", "a text");
                    None
                }
                None => Some(Vec::new()),
            };
        }
        for name in self.extra.keys() {
            clerk.unsupported(name, UNKNOWN, "");
        }
        request.metadata = self.metadata.clone();
        request.seed = self.seed;
        request.suffix = self.suffix.clone();
        request.validation_file = self.validation_file.clone();
        clerk.finish(request)
    }
}

impl Clerk {
    /// A member in the vendor's type.
    fn typed<T: DeserializeOwned>(&mut self, field: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.invalid(field, crate::wire::reason(&error), "");
                None
            }
        }
    }
}

impl From<&CreateFineTuningJobRequest> for CreateRequest {
    /// Identity: OpenAI's request is the gateway's.
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
