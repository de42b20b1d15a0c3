//! The events of a job, oldest first.

use super::job::Job;
use crate::clock::Time;
use crate::deviation::Deviation;
use crate::state::random::hash;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// Something that happened to a job.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: Time,
    pub(crate) kind: &'static str,
    pub(crate) level: &'static str,
    pub(crate) message: String,
    pub(crate) step: u64,
}

/// The events of a run's plan: stage, fraction, type, message.
const MILESTONES: &[(Stage, f64, &str, &str)] = &[
    (Stage::Preparing, 0.0, "job_pending", "Job was accepted"),
    (Stage::Training, 0.0, "job_start", "Job is starting"),
    (
        Stage::Training,
        0.01,
        "model_downloading",
        "Fetching the base model",
    ),
    (
        Stage::Training,
        0.02,
        "model_download_complete",
        "Base model is in place",
    ),
    (
        Stage::Training,
        0.03,
        "training_data_downloading",
        "Fetching the training file",
    ),
    (
        Stage::Training,
        0.04,
        "training_data_download_complete",
        "Training file is in place",
    ),
    (Stage::Training, 0.05, "training_start", "Training begins"),
    (
        Stage::Uploading,
        0.0,
        "training_complete",
        "Training is over",
    ),
    (
        Stage::Uploading,
        0.0,
        "model_uploading",
        "Storing the model",
    ),
    (
        Stage::Compressing,
        0.0,
        "model_upload_complete",
        "Model is stored",
    ),
    (
        Stage::Compressing,
        0.0,
        "model_compressing",
        "Packing the model",
    ),
    (
        Stage::Compressing,
        1.0,
        "model_compression_complete",
        "Model is packed",
    ),
    (Stage::Compressing, 1.0, "job_complete", "Job is complete"),
];

/// Everything that happened to a job until now.
pub(crate) fn events(job: &Job, now: Time) -> Vec<Event> {
    let run = &job.run;
    let mut all: Vec<Event> = Vec::new();
    let mut add = |at: Option<Time>, kind, level, message: String, step| {
        if let Some(at) = at.filter(|at| *at <= now) {
            all.push(Event {
                at,
                kind,
                level,
                message,
                step,
            });
        }
    };
    let fails_at = run
        .failure()
        .map(|failure| run.offset(failure.stage, failure.fraction));
    let halt = job.best.and_then(|best| best.halt);
    for epoch in 1..=job.n_epochs.min(100) {
        let step = job.steps_until(epoch);
        if halt.is_some_and(|halt| step > halt) {
            break;
        }
        let step = step.min(run.steps());
        let message = format!("Epoch {epoch} of {} is complete", job.n_epochs);
        add(
            run.step_reached(step),
            "epoch_complete",
            "info",
            message,
            step,
        );
    }
    for step in job.checkpoint_steps() {
        let message = format!("Checkpoint saved at step {step}");
        add(
            run.step_reached(step),
            "checkpoint_save",
            "info",
            message,
            step,
        );
    }
    // After the training's own, which may be of the same time as its end.
    for (stage, fraction, kind, message) in MILESTONES {
        let offset = run.offset(*stage, *fraction);
        if fails_at.is_none_or(|end| offset < end) {
            add(run.reached(offset), kind, "info", (*message).into(), 0);
        }
    }
    if job.deviation == Some(Deviation::NewEvents) {
        add(
            run.began(Stage::Training, now),
            "tokenized_dataset_upload_complete",
            "info",
            "Training file is stored as tokens".into(),
            0,
        );
    }
    if let Some((at, best)) = job.stopped_early(now) {
        let message = format!("Training stopped early: step {} was the best", best.step);
        add(Some(at), "early_stopped", "info", message, run.steps());
    }
    if let Some(at) = run.cancel_requested() {
        add(
            Some(at),
            "cancel_requested",
            "info",
            "Cancellation was requested".into(),
            0,
        );
        let stopped = Some(at.plus(super::job::STOPPING));
        add(
            stopped,
            "job_stopped",
            "warning",
            "Job was stopped".into(),
            0,
        );
    } else if let Some(failure) = run.failure() {
        add(
            run.expected_end(),
            failure.code,
            "error",
            failure.message.clone(),
            0,
        );
    }
    if let Some(id) = &job.restarted_as {
        let message = format!("Job was restarted as {id}");
        add(run.expected_end(), "job_restarted", "info", message, 0);
    }
    all.sort_by_key(|event| event.at);
    all
}

/// An event's body.
pub(crate) fn render(event: &Event, job: &Job) -> Value {
    let done = event.kind == "job_complete";
    let checkpoint = match event.kind {
        "checkpoint_save" => checkpoint_path(job, event.step),
        _ => String::new(),
    };
    let mut body = json!({
        "object": "fine-tune-event",
        "created_at": event.at.rfc3339(),
        "level": event.level,
        "message": event.message,
        "type": event.kind,
        "param_count": job.parameters,
        "token_count": job.tokens,
        "total_steps": job.planned_steps,
        "wandb_url": job.wandb_url(),
        "step": event.step,
        "checkpoint_path": checkpoint,
        "model_path": if done { job.output_path() } else { String::new() },
        "training_offset": 0,
        "hash": format!("{:016x}", hash(&format!("{}{}{}", job.id, event.kind, event.step))),
    });
    match (event.kind, job.best) {
        ("early_stopped", Some(best)) => {
            body["early_stopping_best_metric_value"] = json!(best.metric);
            body["early_stopping_best_step"] = json!(best.step);
        }
        ("tokenized_dataset_upload_complete", _) => {
            body["tokenized_dataset_path"] = json!(job.tokenized_path());
        }
        _ => {}
    }
    body
}

/// The path of a checkpoint.
pub(crate) fn checkpoint_path(job: &Job, step: u64) -> String {
    format!("s3://sandbox-models/{}/step-{step}", job.id)
}
