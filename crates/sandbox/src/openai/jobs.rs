//! Jobs: list and retrieve.

use super::job::Job;
use super::{Store, render};
use crate::http::{Answer, Bounds, Call, MetadataFilter, Refusal, Reply, page};
use crate::state::World;
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 20,
    max: 100,
};

/// `GET /fine_tuning/jobs`
pub(crate) fn list(world: &mut World, call: &Call) -> Reply {
    let filter = MetadataFilter::read(call);
    let jobs = world.openai.jobs.iter().rev();
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
pub(crate) fn retrieve(world: &mut World, call: &Call) -> Reply {
    let job = find(&world.openai, call)?;
    Ok(Answer::json(render::job(job, call.now)))
}

fn find<'a>(store: &'a Store, call: &Call) -> Result<&'a Job, Refusal> {
    let id = call.path("fine_tuning_job_id");
    let found = store.jobs.iter().find(|job| job.id == id);
    found.ok_or_else(|| unknown_job(id))
}

pub(super) fn unknown_job(id: &str) -> Refusal {
    Refusal::not_found(format!(
        "There is no fine-tuning job '{id}' in this account."
    ))
    .code("fine_tune_not_found")
    .param("fine_tuning_job_id")
}
