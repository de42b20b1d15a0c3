//! Fireworks' requests in the gateway's terms.

use serde_json::{Map, Value};

use super::id::JobKind;
use super::request::JobRequest;
use super::request_tables::{ACCEPTED, EXTRA, JOB_ID, WANDB};
use crate::unify::CreateRequest;
use crate::unify::extras::object;
use crate::unify::request::wandb;

impl From<&JobRequest> for CreateRequest {
    /// Fireworks' request in the gateway's terms, without its keys.
    fn from(request: &JobRequest) -> Self {
        let members = object(request);
        let kind = request.kind();
        let at = |path: &str| {
            let mut parts = path.split('.');
            let first = parts.next().unwrap_or_default();
            let own = members.get(first);
            let config = members.get("trainingConfig");
            let start = own.or_else(|| config?.get(first))?;
            let value = parts.try_fold(start, |value, part| value.get(part))?;
            Some(value.clone())
        };
        let text = |path: &str| match at(path) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let (mut settings, mut nested) = (Map::new(), Map::new());
        for rule in ACCEPTED {
            let is_method_s = rule.becomes.starts_with("lossConfig");
            let into = if is_method_s {
                &mut nested
            } else {
                &mut settings
            };
            let is_usual = rule.key == "loss_method" && is_usual(kind, &text(rule.becomes));
            if let Some(value) = at(rule.becomes).filter(|_| !is_usual) {
                into.insert(rule.key.to_owned(), value);
            }
        }
        let mut extra = Map::new();
        extra.extend(request.id.clone().map(|id| (JOB_ID.to_owned(), id.into())));
        let own = EXTRA.iter().map(|(name, _)| *name);
        for name in own.filter(|name| *name != "evaluator") {
            extra.extend(at(name).map(|value| (name.to_owned(), value)));
        }
        let model = match text("baseModel") {
            base if base.is_empty() => text("warmStartFrom"),
            base => base,
        };
        let body = [
            (
                "evaluator",
                at("evaluator").filter(|_| kind == JobKind::Reinforcement),
            ),
            (
                "hyperparameters",
                (!nested.is_empty()).then(|| nested.into()),
            ),
        ];
        let body: Map<String, Value> = body
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        let method = (kind != JobKind::Supervised).then(|| {
            Map::from_iter([
                ("type".to_owned(), Value::from(kind.method())),
                (kind.method().to_owned(), body.into()),
            ])
        });
        let integration: Map<String, Value> = WANDB
            .iter()
            .filter(|(name, _)| *name != "api_key")
            .filter_map(|(name, becomes)| Some(((*name).to_owned(), at(becomes)?)))
            .collect();
        let validation = text("evaluationDataset");
        Self {
            hyperparameters: (!settings.is_empty()).then_some(settings),
            integrations: wandb::integration(integration),
            method,
            validation_file: Some(validation).filter(|file| !file.is_empty()),
            extra,
            ..Self::new(model, text("dataset"))
        }
    }
}

/// True for the loss that a kind of job has without a word about it.
fn is_usual(kind: JobKind, word: &str) -> bool {
    match kind {
        JobKind::Dpo => matches!(word, "" | "DPO"),
        JobKind::Supervised | JobKind::Reinforcement => word.is_empty(),
    }
}
