//! The models that the sandbox's OpenAI has, which of them it can tune, and with which methods.

use super::store::Store;
use crate::clock::START;
use crate::http::{Answer, Call, Reply};
use crate::state::run::Stage;
use serde_json::{Value, json};

/// One model.
struct Model {
    /// Its dated name, which jobs answer with.
    name: &'static str,
    /// The name without a date.
    alias: &'static str,
    methods: &'static [&'static str],
    /// The day on which it stops working, where one was announced here.
    shutdown_date: Option<&'static str>,
}

/// The day on which the vendor's first group of models stops working. Of those that follow later the list says nothing.
const AUTUMN: Option<&str> = Some("2026-10-23");

const SUPERVISED: &[&str] = &["supervised"];
const BOTH: &[&str] = &["supervised", "dpo"];
const REINFORCEMENT: &[&str] = &["reinforcement"];

#[rustfmt::skip]
static MODELS: &[Model] = &[
    Model { name: "gpt-4o-mini-2024-07-18", alias: "gpt-4o-mini", methods: BOTH, shutdown_date: None },
    Model { name: "gpt-4o-2024-08-06", alias: "gpt-4o", methods: BOTH, shutdown_date: None },
    Model { name: "gpt-4.1-2025-04-14", alias: "gpt-4.1", methods: BOTH, shutdown_date: None },
    Model { name: "gpt-4.1-mini-2025-04-14", alias: "gpt-4.1-mini", methods: BOTH, shutdown_date: None },
    Model { name: "gpt-4.1-nano-2025-04-14", alias: "gpt-4.1-nano", methods: BOTH, shutdown_date: AUTUMN },
    Model { name: "gpt-3.5-turbo-0125", alias: "gpt-3.5-turbo", methods: SUPERVISED, shutdown_date: AUTUMN },
    Model { name: "o4-mini-2025-04-16", alias: "o4-mini", methods: REINFORCEMENT, shutdown_date: AUTUMN },
    Model { name: "babbage-002", alias: "babbage-002", methods: SUPERVISED, shutdown_date: AUTUMN },
    Model { name: "davinci-002", alias: "davinci-002", methods: SUPERVISED, shutdown_date: AUTUMN },
];

/// The dated name of a model that can be tuned, and the methods for it.
pub(crate) fn resolve(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    let found = MODELS
        .iter()
        .find(|model| model.name == name || model.alias == name);
    found.map(|model| (model.name, model.methods))
}

/// The dated names of all models that can be tuned.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}

/// `GET /models`: the base models, and what finished jobs made of them.
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let of_vendor = MODELS
        .iter()
        .map(|model| render(model.name, START.seconds(), "system", model.shutdown_date));
    let tuned = store.jobs.iter().filter_map(|job| {
        let moment = job.at(call.now);
        let made = moment.ended.filter(|_| moment.stage == Stage::Succeeded)?;
        let owner = super::account::ORGANIZATION;
        Some(render(&job.output_model(), made.seconds(), owner, None))
    });
    let data: Vec<Value> = of_vendor.chain(tuned).collect();
    Ok(Answer::json(json!({"object": "list", "data": data})))
}

fn render(id: &str, created: i64, owner: &str, shutdown_date: Option<&str>) -> Value {
    json!({
        "id": id,
        "object": "model",
        "created": created,
        "owned_by": owner,
        "shutdown_date": shutdown_date,
    })
}
