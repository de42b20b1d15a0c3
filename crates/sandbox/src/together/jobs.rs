//! Jobs: list and retrieve.

use super::job::Job;
use super::{Store, render};
use crate::http::{Answer, Call, Refusal, Reply};
use crate::state::World;
use serde_json::{Value, json};

/// `GET /fine-tunes`
pub(crate) fn list(world: &mut World, call: &Call) -> Reply {
    let jobs = world.together.jobs.iter();
    let data: Vec<Value> = jobs.map(|job| render::truncated(job, call.now)).collect();
    Ok(Answer::json(json!({ "data": data })))
}

/// `GET /fine-tunes/{id}`
pub(crate) fn retrieve(world: &mut World, call: &Call) -> Reply {
    let job = find(&world.together, call.path("id"))?;
    Ok(Answer::json(render::full(job, call.now)))
}

pub(super) fn find<'a>(store: &'a Store, id: &str) -> Result<&'a Job, Refusal> {
    let found = store.jobs.iter().find(|job| job.id == id);
    found.ok_or_else(|| unknown_job(id))
}

pub(super) fn unknown_job(id: &str) -> Refusal {
    Refusal::not_found(format!("No fine-tuning job has the id '{id}'.")).code("not_found")
}
