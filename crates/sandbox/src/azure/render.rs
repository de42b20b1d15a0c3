//! Azure's bodies: OpenAI's, with Azure's words.

use super::store::Store;
use crate::clock::{SECOND, Time};
use crate::deviation::Deviation;
use crate::openai::job::Job;
use crate::openai::render;
use crate::state::run::Stage;
use serde_json::{Map, Value, json};

/// How long a job takes to pause.
const PAUSING: i64 = 15 * SECOND;

/// The statuses that follow from a stage alone.
const STATUSES: &[(Stage, &str)] = &[
    (Stage::Preparing, "pending"),
    (Stage::Queued, "pending"),
    (Stage::Training, "running"),
    (Stage::Requeued, "resuming"),
    (Stage::Succeeded, "succeeded"),
    (Stage::Failed, "failed"),
    (Stage::Cancelled, "cancelled"),
];

/// Hyperparameters where Azure says -1 for what it chooses itself.
const COUNTS: &[&str] = &["n_epochs", "batch_size"];

/// Azure's status for a job's state.
pub(super) fn status(job: &Job, now: Time) -> &'static str {
    let stage = job.at(now).stage;
    if stage == Stage::Paused {
        let since = job.run.pauses().last().map(|(from, _)| now.since(from));
        return match since {
            Some(since) if since < PAUSING => "pausing",
            _ => "paused",
        };
    }
    let found = STATUSES.iter().find(|row| row.0 == stage);
    found.map_or("running", |row| row.1)
}

/// `fine_tuning.job`.
pub(super) fn job(store: &Store, job: &Job, now: Time) -> Value {
    let mut body = render::job(job, now);
    let stage = job.at(now).stage;
    let waiting = matches!(stage, Stage::Preparing | Stage::Queued);
    body["status"] = json!(status(job, now));
    body["organization_id"] = Value::Null;
    if stage != Stage::Succeeded {
        body["result_files"] = Value::Null;
    }
    if job.integrations.is_empty() {
        body["integrations"] = Value::Null;
    }
    choose(&mut body["hyperparameters"]);
    let kind = job.kind.name();
    choose(&mut body["method"][kind]["hyperparameters"]);
    if waiting {
        body["method"] = Value::Null;
        // The estimate is there before the job runs.
        body["estimated_finish"] = json!(job.run.expected_end().map(Time::seconds));
    }
    if let Some(training_type) = store.training_types.get(&job.id) {
        body["trainingType"] = json!(training_type);
    }
    if let (Some(deviation), Some(body)) = (job.deviation, body.as_object_mut()) {
        deviate(body, deviation);
    }
    body
}

/// Writes -1 where OpenAI writes `"auto"`.
fn choose(hyperparameters: &mut Value) {
    for name in COUNTS {
        if hyperparameters[name] == "auto" {
            hyperparameters[name] = json!(-1);
        }
    }
    if hyperparameters["learning_rate_multiplier"] == "auto" {
        hyperparameters["learning_rate_multiplier"] = json!(1);
    }
}

/// What a switch does to a job's body.
fn deviate(body: &mut Map<String, Value>, deviation: Deviation) {
    match deviation {
        Deviation::OneL => {
            body.insert("status".into(), json!("canceled"));
        }
        Deviation::NotRunning => {
            body.insert("status".into(), json!("notRunning"));
        }
        Deviation::BritishSpelling => {
            let id = body.remove("organization_id").unwrap_or_default();
            body.insert("organisation_id".into(), id);
        }
        Deviation::NullsLeftOut => body.retain(|_, value| !value.is_null()),
        _ => {}
    }
}
