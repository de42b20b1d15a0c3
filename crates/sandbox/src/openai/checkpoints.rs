//! Checkpoints of a job, and who may use them.

use super::dialect::Id;
use super::job::Job;
use super::jobs;
use super::store::{Permission, Store};
use crate::clock::Time;
use crate::http::{Answer, Bounds, Call, ErrorResponse, Fields, Reply, page};
use crate::state::curve::Curve;
use crate::state::random::hash;
use crate::state::{Random, limits};
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 10,
    max: 100,
};

/// Checkpoints are kept of so many last epochs.
const KEPT: u64 = 3;

/// The steps at which a job makes checkpoints: the ends of its last epochs.
pub(super) fn steps(job: &Job) -> Vec<u64> {
    let epochs = job.hyperparameters.epochs();
    let total = job.run.steps();
    let first = epochs.saturating_sub(KEPT) + 1;
    let mut steps: Vec<u64> = (first..=epochs)
        .map(|epoch| (total * epoch / epochs).max(1))
        .collect();
    steps.dedup();
    steps
}

/// The name of the model at a step.
pub(crate) fn name(job: &Job, step: u64) -> String {
    match step == job.run.steps() {
        true => job.output_model(),
        false => format!("{}:ckpt-step-{step}", job.output_model()),
    }
}

/// The checkpoints that a job has made, newest first: id, step, time.
pub(crate) fn made(job: &Job, now: Time) -> Vec<(String, u64, Time)> {
    let made = steps(job).into_iter().rev().filter_map(|step| {
        let at = job.run.step_reached(step).filter(|at| *at <= now)?;
        let seed = hash(&format!("{}{step}", job.id));
        let mut random = Random::new(seed, "checkpoint");
        Some(((job.dialect.id)(&mut random, Id::Checkpoint), step, at))
    });
    made.collect()
}

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(store, call)?;
    let made = made(job, call.now);
    let all = made.iter().collect();
    let (page, has_more) = page(call, BOUNDS, all, |checkpoint: &(String, u64, Time)| {
        &checkpoint.0
    })?;
    let curve = Curve::new(hash(&job.id), job.run.steps());
    let data = page.iter().map(|(id, step, at)| {
        let point = curve.at(*step);
        let mut metrics = json!({
            "step": step,
            "train_loss": point.train_loss,
            "train_mean_token_accuracy": point.train_accuracy,
        });
        if job.validation_file.is_some() {
            let valid = [
                ("valid_loss", point.valid_loss),
                ("valid_mean_token_accuracy", point.valid_accuracy),
                ("full_valid_loss", point.valid_loss),
                ("full_valid_mean_token_accuracy", point.valid_accuracy),
            ];
            for (name, value) in valid {
                metrics[name] = json!(value);
            }
        }
        json!({
            "object": "fine_tuning.job.checkpoint",
            "id": id,
            "created_at": at.seconds(),
            "fine_tuned_model_checkpoint": name(job, *step),
            "fine_tuning_job_id": job.id,
            "step_number": step,
            "metrics": metrics,
        })
    });
    Ok(listing(data.collect(), has_more))
}

/// `GET /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions`
pub(crate) fn list_permissions(store: &mut Store, call: &Call) -> Reply {
    let checkpoint = checkpoint(store, call)?;
    let project = call.query("project_id");
    let mut all: Vec<&Permission> = store
        .permissions
        .iter()
        .filter(|permission| permission.checkpoint == checkpoint)
        .filter(|permission| project.is_none_or(|project| permission.project == project))
        .collect();
    match call.query("order") {
        Some("ascending") => {}
        None | Some("descending") => all.reverse(),
        Some(order) => {
            let message = format!("'order' is '{order}': expected 'ascending' or 'descending'.");
            return Err(ErrorResponse::field("order", message).code("invalid_value"));
        }
    }
    let (page, has_more) = page(call, BOUNDS, all, |permission: &Permission| &permission.id)?;
    Ok(listing(
        page.into_iter().map(permission).collect(),
        has_more,
    ))
}

/// `POST /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions`
pub(crate) fn create_permissions(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    fields.only(&["project_ids"])?;
    let projects = fields
        .list("project_ids")?
        .ok_or_else(|| fields.missing("project_ids"))?;
    let projects: Option<Vec<&str>> = projects.iter().map(Value::as_str).collect();
    let projects = projects.ok_or_else(|| {
        let message = "'project_ids' must be a list of strings.";
        fields
            .error_response("project_ids", message)
            .code("invalid_type")
    })?;
    let checkpoint = checkpoint(store, call)?;
    if store.permissions.len() + projects.len() > limits::PERMISSIONS {
        let message = format!(
            "The sandbox keeps at most {} permissions.",
            limits::PERMISSIONS
        );
        return Err(ErrorResponse::new(429, message).code("rate_limit_exceeded"));
    }
    let mut data = Vec::new();
    for project in projects {
        let created = Permission {
            id: store.random.id("cp_", 24),
            checkpoint: checkpoint.clone(),
            project: project.to_owned(),
            created: call.now,
        };
        data.push(permission(&created));
        store.permissions.push(created);
    }
    Ok(listing(data, false))
}

/// `DELETE /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions/{permission_id}`
pub(crate) fn delete_permission(store: &mut Store, call: &Call) -> Reply {
    let (checkpoint, id) = (checkpoint(store, call)?, call.path("permission_id"));
    let found = store
        .permissions
        .iter()
        .position(|permission| permission.id == id && permission.checkpoint == checkpoint);
    let at = found.ok_or_else(|| {
        let message = format!("The checkpoint has no permission '{id}'.");
        ErrorResponse::not_found(message).param("permission_id")
    })?;
    store.permissions.remove(at);
    Ok(Answer::json(json!({
        "object": "checkpoint.permission",
        "id": id,
        "deleted": true,
    })))
}

/// The checkpoint that the path names, if a job has made it.
fn checkpoint(store: &Store, call: &Call) -> Result<String, ErrorResponse> {
    let wanted = call.path("fine_tuned_model_checkpoint");
    let made = |job: &Job| {
        steps(job).into_iter().any(|step| {
            name(job, step) == wanted && job.run.step_reached(step).is_some_and(|at| at <= call.now)
        })
    };
    match store.jobs.iter().any(made) {
        true => Ok(wanted.to_owned()),
        false => {
            let message = format!("There is no fine-tuned model or checkpoint '{wanted}'.");
            Err(ErrorResponse::not_found(message)
                .code("model_not_found")
                .param("fine_tuned_model_checkpoint"))
        }
    }
}

fn permission(permission: &Permission) -> Value {
    json!({
        "object": "checkpoint.permission",
        "id": permission.id,
        "created_at": permission.created.seconds(),
        "project_id": permission.project,
    })
}

fn listing(data: Vec<Value>, has_more: bool) -> Answer {
    let id = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
    Answer::json(json!({
        "object": "list",
        "first_id": id(data.first()),
        "last_id": id(data.last()),
        "has_more": has_more,
        "data": data,
    }))
}
