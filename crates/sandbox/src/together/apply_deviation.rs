//! What the switches of [`Deviation`] do to Together's bodies.

use super::job::Job;
use crate::clock::Time;
use crate::deviation::Deviation;
use serde_json::{Map, Value, json};

/// Makes a job's body deviate the way its switch says.
pub(super) fn job(body: &mut Map<String, Value>, job: &Job, now: Time) {
    let Some(deviation) = job.deviation else {
        return;
    };
    match deviation {
        Deviation::UpperCaseEvents | Deviation::SparseEvents | Deviation::NewEvents => {
            let events = body.get_mut("events").and_then(Value::as_array_mut);
            for each in events.into_iter().flatten() {
                event(each, deviation);
            }
        }
        Deviation::EmptyTimestamps => {
            body.entry("started_at").or_insert(json!(""));
        }
        Deviation::NullEvents => set(body, "events", Value::Null),
        Deviation::MissingId => {
            body.remove("id");
            body.remove("job_id");
        }
        Deviation::NumericStatus => set(body, "status", json!(7)),
        Deviation::AutoTrainOnInputs => {
            set(
                body,
                "training_method",
                json!({"method": "sft", "train_on_inputs": "auto"}),
            );
            if body.contains_key("train_on_inputs") {
                set(body, "train_on_inputs", json!("auto"));
            }
        }
        Deviation::EmptyTypes => {
            set(body, "training_type", json!({"type": ""}));
            set(body, "lr_scheduler", json!({"lr_scheduler_type": ""}));
        }
        Deviation::CapitalFields => {
            rename(body, "suffix", "Suffix");
            rename(body, "trainingfile_numlines", "TrainingFileNumLines");
        }
        Deviation::ForeignTimes => {
            let created = job.run.created();
            let nine_digits = created.rfc3339().replace('Z', ".123456789Z");
            set(body, "created_at", json!(nine_digits));
            set(body, "updated_at", json!(job.at(now).changed.seconds()));
            if let Some(Value::String(at)) = body.get("started_at") {
                let offset = at.replace('Z', "+00:00");
                set(body, "started_at", json!(offset));
            }
        }
        _ => {}
    }
}

/// Makes an event deviate the way its job's switch says.
pub(super) fn event(event: &mut Value, deviation: Deviation) {
    let Some(body) = event.as_object_mut() else {
        return;
    };
    match deviation {
        Deviation::UpperCaseEvents => {
            let kind = body.get("type").and_then(Value::as_str).unwrap_or("");
            let kind = match kind {
                "model_compressing" => "COMPRESSING_MODEL".to_owned(),
                kind => kind.to_uppercase(),
            };
            set(body, "type", json!(kind));
        }
        Deviation::SparseEvents => {
            let absent = [
                "step",
                "total_steps",
                "wandb_url",
                "model_path",
                "training_offset",
                "hash",
            ];
            for field in absent {
                body.remove(field);
            }
            let level = match body.get("level").and_then(Value::as_str) {
                Some("info") => "Info",
                Some("warning") => "Warning",
                Some("error") => "Error",
                _ => "",
            };
            set(body, "level", json!(level));
        }
        Deviation::NewEvents => {
            body.remove("training_offset");
            body.remove("hash");
            // What is not set is not there.
            body.retain(|name, value| name == "message" || (*value != "" && *value != 0));
        }
        _ => {}
    }
}

fn set(body: &mut Map<String, Value>, field: &str, value: Value) {
    body.insert(field.into(), value);
}

fn rename(body: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = body.remove(from) {
        set(body, to, value);
    }
}
