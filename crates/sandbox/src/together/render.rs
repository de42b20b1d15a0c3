//! Together's bodies: one shape for list, create and cancel, another for retrieve.

use super::account::{OWNER, USER};
use super::job::Job;
use super::{apply_deviation, events};
use crate::clock::Time;
use crate::http::ErrorResponse;
use crate::state::run::Stage;
use serde_json::{Map, Value, json};

/// The body of an error. One about a rate limit carries its code a second time.
pub(super) fn error(error_response: &ErrorResponse) -> Value {
    let mut body = error_response.body();
    if error_response.status == 429 {
        body["error_type"] = json!(error_response.code);
    }
    body
}

/// The members of both shapes.
fn common(job: &Job, now: Time) -> Map<String, Value> {
    let moment = job.at(now);
    let known = !matches!(moment.stage, Stage::Preparing | Stage::Queued);
    let events = events::events(job, now);
    let events: Vec<Value> = events
        .iter()
        .map(|event| events::render(event, job))
        .collect();
    let mut body = json!({
        "id": job.id,
        "user_id": USER,
        "status": job.status(now),
        "created_at": job.run.created().rfc3339(),
        "updated_at": moment.changed.rfc3339(),
        "training_file": job.training_file,
        "validation_file": job.validation_file.as_deref().unwrap_or(""),
        "model": job.model,
        "model_output_name": job.output_model(),
        "n_epochs": job.n_epochs,
        "n_evals": job.n_evals,
        "n_checkpoints": job.n_checkpoints,
        "batch_size": job.batch_size,
        "learning_rate": job.learning_rate,
        "lr_scheduler": job.scheduler.json(),
        "warmup_ratio": job.warmup_ratio,
        "max_grad_norm": job.max_grad_norm,
        "weight_decay": job.weight_decay,
        "training_method": job.method.json(),
        "training_type": job.training_type.json(),
        "token_count": if known { job.tokens } else { 0 },
        "total_price": job.price,
        "wandb_project_name": job.wandb_project.as_deref().unwrap_or(""),
        "from_checkpoint": job.from_checkpoint.as_deref().unwrap_or(""),
        "early_stopped": job.stopped_early(now).is_some(),
        "from_hf_model": "",
        "hf_model_revision": "",
        "progress": progress(job, now),
        "events": events,
    });
    let mut body = match body.as_object_mut() {
        Some(object) => std::mem::take(object),
        None => Map::new(),
    };
    if let Some(at) = job.run.began(Stage::Training, now) {
        body.insert("started_at".into(), json!(at.rfc3339()));
    }
    if let Some(best) = job.best.filter(|best| moment.steps_done >= best.step) {
        body.insert("early_stopping_best_metric".into(), json!(best.metric));
        body.insert("early_stopping_best_step".into(), json!(best.step));
    }
    body
}

/// `FinetuneResponseTruncated`: list, create, cancel.
pub(crate) fn truncated(job: &Job, now: Time) -> Value {
    let mut body = common(job, now);
    let own = [
        ("owner_address", json!(OWNER)),
        ("suffix", json!(job.suffix.as_deref().unwrap_or(""))),
        ("packing", json!(job.packing)),
        ("max_seq_length", json!(job.max_seq_length)),
        ("random_seed", json!(job.random_seed)),
        ("wandb_name", json!(job.wandb_name.as_deref().unwrap_or(""))),
        (
            "wandb_entity",
            json!(job.wandb_entity.as_deref().unwrap_or("")),
        ),
    ];
    body.extend(own.map(|(name, value)| (name.to_owned(), value)));
    apply_deviation::job(&mut body, job, now);
    Value::Object(body)
}

/// `FinetuneResponse`: retrieve.
pub(crate) fn full(job: &Job, now: Time) -> Value {
    let moment = job.at(now);
    let succeeded = moment.stage == Stage::Succeeded;
    let waiting = moment.stage == Stage::Queued;
    let mut body = common(job, now);
    let own = [
        ("job_id", json!(job.id)),
        ("trainingfile_numlines", json!(job.lines)),
        ("trainingfile_size", json!(job.size)),
        ("train_on_inputs", job.method.train_on_inputs()),
        ("eval_steps", json!(0)),
        ("multimodal_params", json!({"train_vision": false})),
        ("param_count", json!(job.parameters)),
        (
            "epochs_completed",
            json!(job.epochs_after(moment.steps_done)),
        ),
        ("queue_depth", json!(if waiting { 3 } else { 0 })),
        ("wandb_url", json!(job.wandb_url())),
        (
            "model_output_path",
            json!(if succeeded {
                job.output_path()
            } else {
                String::new()
            }),
        ),
    ];
    body.extend(own.map(|(name, value)| (name.to_owned(), value)));
    if let Some(at) = job.run.began(Stage::Training, now) {
        let path = json!(job.tokenized_path());
        body.insert("tokenized_dataset_path".into(), path);
        let at = json!(at.rfc3339());
        body.insert("tokenized_dataset_uploaded_at".into(), at);
    }
    if succeeded {
        body.extend(registered(job));
    }
    apply_deviation::job(&mut body, job, now);
    Value::Object(body)
}

/// What a finished job made, in the vendor's registry of models.
fn registered(job: &Job) -> impl Iterator<Item = (String, Value)> {
    let model = ("model", job.output_model());
    let adapter = ("adapter", format!("{}-adapter", job.output_model()));
    let adapter = (!job.is_full()).then_some(adapter);
    std::iter::once(model)
        .chain(adapter)
        .flat_map(|(what, name)| {
            [
                (
                    format!("{what}_object_id"),
                    json!(job.registry_id("ml", what)),
                ),
                (
                    format!("{what}_object_revision_id"),
                    json!(job.registry_id("rv", what)),
                ),
                (format!("{what}_object_name"), json!(name)),
            ]
        })
}

fn progress(job: &Job, now: Time) -> Value {
    let working = matches!(
        job.at(now).stage,
        Stage::Training | Stage::Uploading | Stage::Compressing
    );
    let end = job.run.expected_end().filter(|_| working);
    json!({
        "estimate_available": end.is_some(),
        "seconds_remaining": end.map_or(0, |end| end.since(now) / 1000),
    })
}
