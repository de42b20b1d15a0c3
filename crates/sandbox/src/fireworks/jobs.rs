//! Jobs of all kinds: list, retrieve, delete, cancel, resume.

use super::job::{Job, STOPPING};
use super::kinds::KINDS;
use super::store::Store;
use super::{account, errors, fields, list, render, tables, times};
use crate::clock::Time;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::run::Stage;
use serde_json::{Value, json};

/// `GET …/{collection}`
pub(crate) fn list<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let kind = &KINDS[KIND];
    let store = &*store;
    let jobs = store.jobs.iter().filter(|job| job.kind == KIND);
    let listing = list::Listing {
        collection: kind.collection,
        fields: kind.fields,
        items: jobs
            .filter(|job| !job.is_gone(call.now))
            .map(|job| (job, call.now))
            .collect(),
        key: |(job, now), field| key(job, *now, field),
        render: &|(job, _): &(&Job, Time)| render::job(store, job, call),
    };
    listing.answer(call)
}

/// What jobs are ordered by. Times are texts of one length, which sort as the times do.
fn key(job: &Job, now: Time, field: &str) -> Option<String> {
    let name = job.name();
    match field {
        "name" => Some(name),
        "createTime" => Some(times::micros(job.run.created(), &name)),
        "updateTime" => Some(times::micros(job.at(now).changed, &name)),
        "completedTime" => Some(times::micros(job.at(now).ended?, &name)),
        "state" => Some(job.state(now).to_owned()),
        field => {
            let value = job.values.get(field)?;
            list::text_key(&json!({ field: value }), field)
        }
    }
}

/// `GET …/{collection}/{id}`
pub(crate) fn retrieve<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let job = store.job(KIND, call.path("id"), call.now);
    let body = render::job(store, job.ok_or_else(errors::not_found)?, call);
    let body = list::masked(call, KINDS[KIND].fields, body)?;
    Ok(Answer::json(body))
}

/// `DELETE …/{collection}/{id}`: at once where the job has ended, else after it was stopped and cleaned up.
pub(crate) fn delete<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    let (at, job) = find::<KIND>(store, call)?;
    if job.at(call.now).stage.is_over() {
        store.jobs.remove(at);
    } else {
        job.deleted.get_or_insert(call.now);
    }
    Ok(Answer::json(json!({})))
}

/// `POST …/{id}:cancel`
pub(crate) fn cancel<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    empty(call)?;
    let (_, job) = find::<KIND>(store, call)?;
    let stage = job.at(call.now).stage;
    if stage.is_over() || job.deleted.is_some() {
        let state = job.state(call.now);
        return Err(errors::precondition(format!(
            "A job in {state} cannot be cancelled."
        )));
    }
    // Asking again for the same changes nothing.
    if stage != Stage::Cancelling {
        job.run.cancel(call.now, STOPPING);
    }
    Ok(Answer::json(json!({})))
}

/// `POST …/{id}:resume`: goes on with a job that was paused or cancelled, or that failed through no fault of its data.
pub(crate) fn resume<const KIND: usize>(store: &mut Store, call: &Call) -> Reply {
    empty(call)?;
    let (at, job) = find::<KIND>(store, call)?;
    let stage = job.at(call.now).stage;
    let by_user = job.run.failure().is_some_and(|failure| failure.by_user);
    let resumes = match stage {
        Stage::Paused | Stage::Cancelled => true,
        Stage::Failed => !by_user,
        _ => false,
    };
    if !resumes || job.deleted.is_some() {
        let state = job.state(call.now);
        return Err(errors::precondition(format!(
            "A job in {state} cannot be resumed."
        )));
    }
    job.run.restart(call.now);
    job.ending = None;
    let body = render::job(store, &store.jobs[at], call);
    Ok(Answer::json(body))
}

fn find<'a, const KIND: usize>(
    store: &'a mut Store,
    call: &Call,
) -> Result<(usize, &'a mut Job), ErrorResponse> {
    account::check(call)?;
    let (id, now) = (call.path("id"), call.now);
    let mut jobs = store.jobs.iter_mut().enumerate();
    let found = jobs.find(|(_, job)| job.kind == KIND && job.id == id && !job.is_gone(now));
    found.ok_or_else(errors::not_found)
}

/// Rejects a body with fields in it.
pub(super) fn empty(call: &Call) -> Result<(), ErrorResponse> {
    let body = match call.body.is_empty() {
        true => Value::Object(serde_json::Map::new()),
        false => call.object()?,
    };
    fields::read(tables::EMPTY, &body, "").map(|_| ())
}
