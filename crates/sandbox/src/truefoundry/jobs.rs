//! Jobs: list and retrieve.

use super::job::Job;
use super::store::Store;
use super::{headers, render};
use crate::http::{Answer, Bounds, Call, ErrorResponse, MetadataFilter, Reply, page};
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 20,
    max: 100,
};

/// `GET /fine_tuning/jobs`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let account = headers::account(call)?;
    let filter = MetadataFilter::read(call);
    let jobs = store.jobs.iter().rev();
    let jobs = jobs
        .filter(|job| account.is_none_or(|name| name == job.account))
        .filter(|job| filter.matches(&job.metadata))
        .collect();
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
    let account = headers::account(call)?;
    let id = call.path("fine_tuning_job_id");
    let found = store
        .jobs
        .iter()
        .find(|job| job.id == id && account.is_none_or(|name| name == job.account));
    let job = found.ok_or_else(|| {
        ErrorResponse::not_found(format!("No provider account has a fine-tuning job '{id}'."))
    })?;
    Ok(Answer::json(render::job(job, call.now)))
}
