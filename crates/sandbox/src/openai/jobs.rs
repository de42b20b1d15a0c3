//! Jobs: list, retrieve, cancel, pause, resume.

use super::job::Job;
use super::render;
use super::store::Store;
use crate::http::{Answer, Bounds, Call, ErrorResponse, MetadataFilter, Reply, page};
use crate::state::run::Stage;
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 20,
    max: 100,
};

/// `GET /fine_tuning/jobs`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let filter = MetadataFilter::read(call);
    let jobs = store.jobs.iter().rev();
    let jobs = jobs.filter(|job| filter.matches(&job.metadata)).collect();
    let (jobs, has_more) = page(call, BOUNDS, jobs, |job: &Job| &job.id)?;
    let data: Vec<Value> = jobs.iter().map(|job| render::job(job, call.now)).collect();
    Ok(Answer::json(json!({
        "object": "list",
        "data": data,
        "has_more": has_more,
    })))
}

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let job = find(store, call)?;
    Ok(Answer::json(render::job(job, call.now)))
}

/// A change of a job by its owner: its name, the stages in which it is possible, and its effect.
pub(crate) struct Action {
    name: &'static str,
    allowed: &'static [Stage],
    apply: fn(&mut Job, &Call),
}

pub(crate) const CANCEL: Action = Action {
    name: "cancelled",
    allowed: &[
        Stage::Preparing,
        Stage::Queued,
        Stage::Training,
        Stage::Paused,
        Stage::Requeued,
    ],
    apply: |job, call| job.run.cancel(call.now, 0),
};

pub(crate) const PAUSE: Action = Action {
    name: "paused",
    allowed: &[Stage::Preparing, Stage::Queued, Stage::Training],
    apply: |job, call| job.run.pause(call.now),
};

pub(crate) const RESUME: Action = Action {
    name: "resumed",
    allowed: &[Stage::Paused],
    apply: |job, call| job.run.resume(call.now),
};

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/cancel`
pub(crate) fn cancel(store: &mut Store, call: &Call) -> Reply {
    answer(call, act(store, call, &CANCEL)?)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/pause`
pub(crate) fn pause(store: &mut Store, call: &Call) -> Reply {
    answer(call, act(store, call, &PAUSE)?)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/resume`
pub(crate) fn resume(store: &mut Store, call: &Call) -> Reply {
    answer(call, act(store, call, &RESUME)?)
}

fn answer(call: &Call, job: &Job) -> Reply {
    Ok(Answer::json(render::job(job, call.now)))
}

/// Changes the job that the path names, if it is in a stage that allows it.
pub(crate) fn act<'a>(
    store: &'a mut Store,
    call: &Call,
    action: &Action,
) -> Result<&'a Job, ErrorResponse> {
    let id = call.path("fine_tuning_job_id");
    let found = store.jobs.iter_mut().find(|job| job.id == id);
    let job = found.ok_or_else(|| unknown_job(id))?;
    if !action.allowed.contains(&job.at(call.now).stage) {
        let status = job.status(call.now);
        let message = format!("A job that is {status} cannot be {}.", action.name);
        return Err(ErrorResponse::new(400, message).code("invalid_job_state"));
    }
    (action.apply)(job, call);
    Ok(job)
}

/// The job that the path names.
pub(crate) fn find<'a>(store: &'a Store, call: &Call) -> Result<&'a Job, ErrorResponse> {
    let id = call.path("fine_tuning_job_id");
    let found = store.jobs.iter().find(|job| job.id == id);
    found.ok_or_else(|| unknown_job(id))
}

fn unknown_job(id: &str) -> ErrorResponse {
    ErrorResponse::not_found(format!(
        "There is no fine-tuning job '{id}' in this account."
    ))
    .code("fine_tune_not_found")
    .param("fine_tuning_job_id")
}
