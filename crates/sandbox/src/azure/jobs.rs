//! Jobs: list, retrieve, delete, cancel, pause, resume.

use super::render;
use super::store::Store;
use crate::http::{Answer, Bounds, Call, ErrorResponse, Reply, page};
use crate::openai::job::Job;
use crate::openai::jobs::{self, Action, CANCEL, PAUSE, RESUME};
use crate::state::run::Stage;
use bytes::Bytes;
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 20,
    max: 100,
};

/// `GET /fine_tuning/jobs`, which has no filter.
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let jobs = store.shared.jobs.iter().rev().collect();
    let (jobs, has_more) = page(call, BOUNDS, jobs, |job: &Job| &job.id)?;
    let data = jobs.iter().map(|job| render::job(store, job, call.now));
    Ok(Answer::json(json!({
        "object": "list",
        "data": data.collect::<Vec<Value>>(),
        "has_more": has_more,
    })))
}

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(&store.shared, call)?;
    Ok(Answer::json(render::job(store, job, call.now)))
}

/// `DELETE /fine_tuning/jobs/{fine_tuning_job_id}`, in the dated versions.
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(&store.shared, call)?;
    if !job.at(call.now).stage.is_over() {
        let status = render::status(job, call.now);
        let message = format!("A job that is {status} cannot be deleted. Cancel it first.");
        return Err(ErrorResponse::new(409, message).code("invalid_job_state"));
    }
    let id = job.id.clone();
    store.shared.jobs.retain(|job| job.id != id);
    let mut answer = Answer::bytes("text/plain", Bytes::new());
    answer.status = 204;
    Ok(answer)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/cancel`
pub(crate) fn cancel(store: &mut Store, call: &Call) -> Reply {
    act(store, call, &CANCEL)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/pause`: a job that runs, and has trained a step.
pub(crate) fn pause(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(&store.shared, call)?;
    let moment = job.at(call.now);
    if moment.stage != Stage::Training || moment.steps_done == 0 {
        let status = render::status(job, call.now);
        let message = format!(
            "A job that is {status} cannot be paused: it must be running, with a step behind it."
        );
        return Err(ErrorResponse::new(400, message).code("invalid_job_state"));
    }
    act(store, call, &PAUSE)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/resume`
pub(crate) fn resume(store: &mut Store, call: &Call) -> Reply {
    act(store, call, &RESUME)
}

fn act(store: &mut Store, call: &Call, action: &Action) -> Reply {
    jobs::act(&mut store.shared, call, action)?;
    retrieve(store, call)
}
