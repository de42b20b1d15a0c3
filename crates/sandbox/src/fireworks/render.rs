//! A job's body.

use super::job::Job;
use super::kinds::{REINFORCEMENT, SUPERVISED};
use super::store::Store;
use super::{account, apply_deviation, cost, fields, outputs, times};
use crate::clock::{SECOND, Time};
use crate::http::Call;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// A job as lists and later answers have it.
pub(super) fn job(store: &Store, job: &Job, call: &Call) -> Value {
    body(store, job, call, times::micros)
}

/// A job as the answer to its creation has it.
pub(super) fn created(store: &Store, job: &Job, call: &Call) -> Value {
    body(store, job, call, times::nanos)
}

fn body(store: &Store, job: &Job, call: &Call, time: fn(Time, &str) -> String) -> Value {
    let (now, name) = (call.now, job.name());
    let moment = job.at(now);
    let mut values = Value::Object(job.values.clone());
    values["name"] = json!(name);
    values["createTime"] = json!(time(job.run.created(), &name));
    if let Some(at) = moment.ended {
        values["completedTime"] = json!(time(at, &name));
    }
    values["state"] = json!(job.state(now));
    values["status"] = status(job, now);
    values["createdBy"] = json!(account::OWNER);
    if job.run.began(Stage::Training, now).is_some() {
        values["trainerLogsSignedUrl"] = json!(outputs::url(store, job, call, outputs::LOG));
    }
    let wandb = &mut values["wandbConfig"];
    if wandb["enabled"] == true {
        let part = |name: &str, default: &str| {
            let text = wandb[name].as_str().filter(|text| !text.is_empty());
            text.unwrap_or(default).to_owned()
        };
        let (entity, project) = (part("entity", "sandbox"), part("project", "sandbox"));
        let run = part("runId", &job.id);
        wandb["url"] = json!(format!(
            "https://wandb.invalid/{entity}/{project}/runs/{run}"
        ));
    }
    if job.kind == SUPERVISED {
        values["updateTime"] = json!(time(moment.changed, &name));
        values["estimatedCost"] = cost::money(job.price);
        values["metricsFileSignedUrl"] = json!(outputs::url(store, job, call, outputs::METRICS));
    }
    if job.kind == REINFORCEMENT && moment.stage.is_over() {
        let began = job.run.began(Stage::Training, now);
        let seconds = moment
            .ended
            .zip(began)
            .map_or(0, |(end, began)| end.since(began).max(0) / SECOND);
        values["acceleratorSeconds"] = json!({"NVIDIA_H100_80GB": (8 * seconds).to_string()});
    }
    values["jobProgress"] = progress(job, now);
    let mut body = fields::written(job.kind().fields, &values);
    if let Some(body) = body.as_object_mut() {
        apply_deviation::job(body, job);
    }
    body
}

/// `OK`, unless it failed.
fn status(job: &Job, now: Time) -> Value {
    let failed = job.at(now).stage == Stage::Failed;
    match job.run.failure().filter(|_| failed) {
        Some(failure) => json!({"code": failure.code, "message": failure.message}),
        None => json!({"code": "OK", "message": ""}),
    }
}

/// How far the training is; null before it.
fn progress(job: &Job, now: Time) -> Value {
    let done = job.at(now).steps_done;
    if done == 0 {
        return Value::Null;
    }
    let steps = job.run.steps();
    let rows = job.lines.saturating_mul(job.epochs());
    json!({
        "percent": done * 100 / steps,
        "epoch": done * job.epochs() / steps,
        "totalInputRequests": rows.min(i32::MAX as u64),
        "totalProcessedRequests": (rows * done / steps).min(i32::MAX as u64),
        "successfullyProcessedRequests": (rows * done / steps).min(i32::MAX as u64),
    })
}
