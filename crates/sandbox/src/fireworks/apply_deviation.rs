//! What the switches of [`Deviation`] do to Fireworks' bodies.

use super::job::Job;
use crate::deviation::Deviation;
use serde_json::{Map, Value, json};

/// Makes a job's body deviate the way its switch says.
pub(super) fn job(body: &mut Map<String, Value>, job: &Job) {
    let Some(deviation) = job.deviation else {
        return;
    };
    match deviation {
        Deviation::BareStates => {
            let state = body.get("state").and_then(Value::as_str).unwrap_or("");
            let bare = state.trim_start_matches("JOB_STATE_").to_owned();
            set(body, "state", json!(bare));
        }
        Deviation::NumericLongs => {
            if let Some(units) = body
                .get_mut("estimatedCost")
                .and_then(|cost| cost.get_mut("units"))
            {
                let number = units.as_str().and_then(|units| units.parse::<i64>().ok());
                *units = json!(number);
            }
        }
        Deviation::MissingCreateTime => {
            body.remove("createTime");
        }
        Deviation::PolicyUpdate => set(body, "state", json!("JOB_STATE_POLICY_UPDATE")),
        Deviation::Archived => set(body, "state", json!("JOB_STATE_ARCHIVED")),
        Deviation::UnknownJobState => set(body, "state", json!("JOB_STATE_WARMING_UP")),
        Deviation::UnsetLeftOut => body.retain(|_, value| !is_unset(value)),
        Deviation::NewerFields => {
            set(
                body,
                "lrScheduler",
                json!({"cosine": {"minLrRatio": 0.1, "decayRatio": 1.0}}),
            );
            set(body, "encryptionState", json!("ENCRYPTION_STATE_PLAINTEXT"));
            set(body, "renderSamplesSignedUrl", json!(""));
        }
        _ => {}
    }
}

/// Zero, `""`, `…_UNSPECIFIED` and the like.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty() || value.ends_with("_UNSPECIFIED"),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.is_empty(),
    }
}

fn set(body: &mut Map<String, Value>, field: &str, value: Value) {
    body.insert(field.into(), value);
}
