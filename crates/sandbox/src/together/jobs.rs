//! Jobs: list, retrieve, delete, events, checkpoints, and the download of the model.

use super::job::Job;
use super::store::Store;
use super::{apply_deviation, events, render};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::archive;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// `GET /fine-tunes`, which knows no pages: written job by job, as a tree of thousands of jobs would fill the memory.
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let mut text = String::from(r#"{"data":["#);
    for (at, job) in store.jobs.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&render::truncated(job, call.now).to_string());
    }
    text.push_str("]}");
    Ok(Answer::bytes("application/json", text.into()))
}

/// `GET /fine-tunes/{id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let job = find(store, call.path("id"))?;
    Ok(Answer::json(render::full(job, call.now)))
}

/// `DELETE /fine-tunes/{id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let id = call.path("id");
    let found = store.jobs.iter().position(|job| job.id == id);
    let at = found.ok_or_else(|| unknown_job(id))?;
    let job = &store.jobs[at];
    let force = call
        .query("force")
        .is_some_and(|force| force.eq_ignore_ascii_case("true"));
    if !job.at(call.now).stage.is_over() && !force {
        let status = job.status(call.now);
        let message = format!("A job that is {status} cannot be deleted. Cancel it first.");
        return Err(ErrorResponse::new(409, message).code("invalid_job_state"));
    }
    store.jobs.remove(at);
    Ok(Answer::json(
        json!({ "message": format!("Fine-tuning job {id} was deleted") }),
    ))
}

/// `GET /fine-tunes/{id}/events`
pub(crate) fn list_events(store: &mut Store, call: &Call) -> Reply {
    let job = find(store, call.path("id"))?;
    let events = events::events(job, call.now);
    let mut data: Vec<Value> = events
        .iter()
        .map(|event| events::render(event, job))
        .collect();
    if let Some(deviation) = job.deviation {
        for event in &mut data {
            apply_deviation::event(event, deviation);
        }
    }
    Ok(Answer::json(json!({ "data": data })))
}

/// `GET /fine-tunes/{id}/checkpoints`
pub(crate) fn list_checkpoints(store: &mut Store, call: &Call) -> Reply {
    let job = find(store, call.path("id"))?;
    let data: Vec<Value> = job
        .checkpoint_steps()
        .into_iter()
        .filter_map(|step| {
            let at = job.run.step_reached(step).filter(|at| *at <= call.now)?;
            let last = step == job.run.steps();
            let content = if job.is_full() { "model" } else { "adapter" };
            let place = format!("step-{step}");
            Some(json!({
                "checkpoint": content,
                "object_id": job.registry_id("ml", &place),
                "object_revision_id": job.registry_id("rv", &place),
                "object_name": format!("{}-{place}", job.output_model()),
                "step": step,
                "created_at": at.rfc3339(),
                "path": events::checkpoint_path(job, step),
                "checkpoint_type": if last { "Final" } else { "Intermediate" },
            }))
        })
        .collect();
    Ok(Answer::json(json!({ "data": data })))
}

/// `GET /finetune/download`
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    let id = call.query("ft_id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| ErrorResponse::field("ft_id", "The query needs 'ft_id'."))?;
    let job = find(store, id)?;
    let lora = !job.is_full();
    let adapter = match call.query("checkpoint") {
        None | Some("model_output_path") => lora,
        Some("merged") => false,
        Some("adapter") if lora => true,
        Some("adapter") => {
            return Err(ErrorResponse::field(
                "checkpoint",
                "This job trained all weights: it has no adapter.",
            ));
        }
        Some(other) => {
            let message = format!(
                "'checkpoint' is '{other}': expected merged, adapter or model_output_path."
            );
            return Err(ErrorResponse::field("checkpoint", message));
        }
    };
    let step = match call.query("checkpoint_step") {
        None => None,
        Some(step) => Some(step.parse::<u64>().map_err(|_| {
            ErrorResponse::field("checkpoint_step", "'checkpoint_step' must be an integer.")
        })?),
    };
    // Zero means the final model, too.
    let step = step.filter(|step| *step > 0);
    let ready = match step {
        None => job.at(call.now).stage == Stage::Succeeded,
        Some(step) => {
            let at = job.run.step_reached(step).filter(|at| *at <= call.now);
            job.checkpoint_steps().contains(&step) && at.is_some()
        }
    };
    if !ready {
        let message = format!(
            "There is nothing to download yet: the job is {}.",
            job.status(call.now)
        );
        return Err(ErrorResponse::new(400, message).code("not_ready"));
    }
    let name = match step {
        Some(step) => format!("{id}-step-{step}.tar.zst"),
        None => format!("{id}.tar.zst"),
    };
    let body = archive::model(&job.model, &job.id, adapter);
    let answer = Answer::bytes("application/octet-stream", body);
    Ok(answer.header(
        "content-disposition",
        format!("attachment; filename=\"{name}\""),
    ))
}

/// The job with this id.
pub(super) fn find<'a>(store: &'a Store, id: &str) -> Result<&'a Job, ErrorResponse> {
    let found = store.jobs.iter().find(|job| job.id == id);
    found.ok_or_else(|| unknown_job(id))
}

pub(super) fn unknown_job(id: &str) -> ErrorResponse {
    ErrorResponse::not_found(format!("No fine-tuning job has the id '{id}'.")).code("not_found")
}
