//! Models: the ones that can be tuned, and those that jobs have made.

use super::store::Store;
use crate::clock::{DAY, START, Time};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::openai::models;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// `GET /models`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let data = all(store, call.now);
    Ok(Answer::json(json!({"object": "list", "data": data})))
}

/// `GET /models/{model}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let wanted = call.path("model");
    let mut found = all(store, call.now).into_iter();
    let found = found.find(|model| model["id"] == wanted);
    found.map(Answer::json).ok_or_else(|| {
        ErrorResponse::not_found(format!("There is no model '{wanted}'.")).param("model")
    })
}

fn all(store: &Store, now: Time) -> Vec<Value> {
    let model = |id: String, created: Time| json!({"id": id, "created": created.seconds(), "object": "model", "owned_by": "system"});
    let base = models::names().map(|name| model(name.to_owned(), START.plus(-450 * DAY)));
    let jobs = store.shared.jobs.iter();
    let made = jobs.filter_map(|job| {
        let moment = job.at(now);
        let at = moment.ended.filter(|_| moment.stage == Stage::Succeeded)?;
        Some(model(job.output_model(), at))
    });
    base.chain(made).collect()
}
