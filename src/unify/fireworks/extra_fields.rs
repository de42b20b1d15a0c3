//! Values that the gateway's job has no slot for: `provider.extra`.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use unitune_redact::REDACTED;

use super::job_fields::AnyJob;
use crate::unify::Status;
use crate::unify::extras::object;

/// Members that have a slot, of every kind of job.
const MAPPED: [&str; 14] = [
    "name",
    "state",
    "createTime",
    "dataset",
    "evaluationDataset",
    "evaluator",
    "lossConfig",
    "wandbConfig",
    "baseModel",
    "warmStartFrom",
    "outputModel",
    "completedTime",
    "status",
    "lrScheduler",
];

/// Members that are hyperparameters, among the job's own or in its
/// `trainingConfig`.
const HYPERPARAMETERS: [&str; 12] = [
    "epochs",
    "batchSize",
    "batchSizeSamples",
    "learningRate",
    "learningRateWarmupSteps",
    "gradientAccumulationSteps",
    "maxContextLength",
    "optimizerWeightDecay",
    "loraRank",
    "loraAlpha",
    "loraDropout",
    "loraTargetModules",
];

/// The vendor's own values, serialised on demand.
#[derive(Clone)]
pub(super) struct ExtraFields {
    pub(super) job: AnyJob,
    pub(super) status: Status,
    /// Whether `baseModel` is what `model` says.
    pub(super) has_base_model: bool,
}

impl ExtraFields {
    fn members(&self) -> Map<String, Value> {
        let mut members = match &self.job {
            AnyJob::Supervised(job) => object(job),
            AnyJob::Dpo(job) => object(job),
            AnyJob::Reinforcement(job) => object(job),
        };
        let job = self.without_slots(&mut members);
        let mut kept = job;
        if let Some(Value::Object(config)) = members.get_mut("trainingConfig") {
            let own = self.without_slots(config);
            config.remove("trainerShardingScheme");
            kept.extend(own);
        }
        // What nobody has documented in the objects that have a slot.
        for (name, known) in [
            (
                "wandbConfig",
                &["enabled", "apiKey", "project", "entity", "runId", "url"][..],
            ),
            ("lossConfig", &["method", "klBeta", "dpo", "orpo"][..]),
        ] {
            if let Some((name, Value::Object(mut rest))) = members.remove_entry(name) {
                rest.retain(|name, _| !known.contains(&name.as_str()));
                kept.insert(name, rest.into());
            }
        }
        members.extend(kept);
        hide_signed_urls(&mut members);
        match without_unset(Value::Object(members)) {
            Some(Value::Object(members)) => members,
            _ => Map::new(),
        }
    }

    /// Takes out what has a slot, and returns what has none after all: a model
    /// that does not exist yet, the end of a job that goes on.
    fn without_slots(&self, members: &mut Map<String, Value>) -> Map<String, Value> {
        let mut kept = Map::new();
        let mut keep = |members: &mut Map<String, Value>, name: &str| {
            kept.extend(members.remove_entry(name));
        };
        if self.status != Status::Succeeded {
            keep(members, "outputModel");
        }
        if !self.status.is_terminal() {
            keep(members, "completedTime");
        }
        if self.status != Status::Failed && !is_ok(members.get("status")) {
            keep(members, "status");
        }
        if self.has_base_model {
            keep(members, "warmStartFrom");
        }
        members.retain(|name, _| {
            let name = name.as_str();
            let has_slot = MAPPED.contains(&name) || HYPERPARAMETERS.contains(&name);
            !has_slot || matches!(name, "wandbConfig" | "lossConfig")
        });
        kept
    }
}

impl Serialize for ExtraFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.members().serialize(serializer)
    }
}

/// True for a status that says that nothing went wrong.
fn is_ok(status: Option<&Value>) -> bool {
    let text = |name| {
        let status = status.and_then(|status| status.get(name));
        status.and_then(Value::as_str).unwrap_or_default()
    };
    matches!(text("code"), "" | "OK") && text("message").is_empty()
}

/// Overwrites every signed URL: it gives access to its target without a key.
pub(super) fn hide_signed_urls(members: &mut Map<String, Value>) {
    for (name, value) in members {
        hide(name, value);
    }
}

fn hide(name: &str, value: &mut Value) {
    match value {
        Value::String(text) if is_secret(name, text) => *text = REDACTED.to_owned(),
        Value::Object(members) if name.ends_with("SignedUrls") => {
            members.values_mut().for_each(|url| *url = REDACTED.into());
        }
        Value::Object(members) => hide_signed_urls(members),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(name, item)),
        _ => {}
    }
}

fn is_secret(name: &str, text: &str) -> bool {
    !text.is_empty() && (name.ends_with("SignedUrl") || is_signed(text))
}

/// True for a URL with a signature in its query.
fn is_signed(text: &str) -> bool {
    let Some((url, query)) = text.split_once('?') else {
        return false;
    };
    let signs = ["signature=", "sig=", "x-amz-credential="];
    let query = query.to_ascii_lowercase();
    url.contains("://") && signs.iter().any(|sign| query.contains(sign))
}

/// Returns a value without what is not set in it: the vendor writes that out as
/// `""`, `0`, `false`, null and words that end in `_UNSPECIFIED`.
pub(super) fn without_unset(value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Number(ref number) if number.as_f64() == Some(0.0) => None,
        Value::String(ref text) if text.is_empty() || text.ends_with("_UNSPECIFIED") => None,
        Value::Array(ref items) if items.is_empty() => None,
        Value::Object(members) => {
            let members = members.into_iter();
            let set: Map<String, Value> = members
                .filter_map(|(name, value)| Some((name, without_unset(value)?)))
                .collect();
            (!set.is_empty()).then(|| set.into())
        }
        value => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_goes() {
        let value = json!({
            "a": "", "b": 0, "c": false, "d": null, "e": "X_UNSPECIFIED", "f": {"g": 0.0},
            "h": [], "i": 1, "j": {"k": "v", "l": ""}, "m": true, "n": [0],
        });
        let set = json!({"i": 1, "j": {"k": "v"}, "m": true, "n": [0]});
        assert_eq!(without_unset(value), Some(set));
        assert_eq!(without_unset(json!({"a": {"b": ""}})), None);
    }

    #[test]
    fn signed_urls_are_hidden_wherever_they_are() {
        let mut members = json!({
            "trainerLogsSignedUrl": "https://x/y", "someSignedUrls": {"a": "u"},
            "newUrl": "https://x/y?X-Goog-Signature=abc", "list": ["https://x?sig=1"],
            "page": "https://wandb.ai/runs?view=1", "empty": "",
        });
        let members = members.as_object_mut().unwrap();
        hide_signed_urls(members);
        assert_eq!(
            Value::Object(members.clone()),
            json!({
                "trainerLogsSignedUrl": REDACTED, "someSignedUrls": {"a": REDACTED},
                "newUrl": REDACTED, "list": [REDACTED],
                "page": "https://wandb.ai/runs?view=1", "empty": "",
            })
        );
    }
}
