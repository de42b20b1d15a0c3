//! `POST /fine_tuning/jobs`: what a request must hold, and the job that it starts.

use super::account::ACCOUNTS;
use super::job::{Job, spans};
use super::store::Store;
use super::{headers, render};
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply, metadata};
use crate::state::dataset::examine;
use crate::state::limits;
use crate::state::run::{Failure, Run, Stage};
use serde_json::Value;
use unitune_redact::{mentions_secret, remove_where};

const KNOWN: &[&str] = &[
    "model",
    "training_file",
    "hyperparameters",
    "integrations",
    "metadata",
    "method",
    "seed",
    "suffix",
    "validation_file",
];

/// `POST /fine_tuning/jobs`
pub(crate) fn create(store: &mut Store, call: &Call) -> Reply {
    let account = headers::account(call)?.unwrap_or(ACCOUNTS[0]);
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    fields.only(KNOWN)?;
    if store.jobs.len() >= limits::JOBS {
        let message = format!("The sandbox keeps at most {} jobs.", limits::JOBS);
        return Err(ErrorResponse::new(429, message).code("rate_limit_exceeded"));
    }
    let model = fields.required_text("model")?.to_owned();
    let training_file = fields.required_text("training_file")?;
    let validation_file = fields.text("validation_file")?;
    let training = content(store, &fields, "training_file", training_file)?;
    if let Some(id) = validation_file {
        content(store, &fields, "validation_file", id)?;
    }
    let suffix = fields.text("suffix")?;
    if suffix.is_some_and(|suffix| suffix.chars().count() > 64) {
        return Err(fields.error_response("suffix", "'suffix' must have at most 64 characters."));
    }
    fields.object("hyperparameters")?;
    fields.object("method")?;
    fields.list("integrations")?;
    let dataset = examine(&training);
    let failure = dataset.problem.map(|problem| Failure {
        stage: Stage::Queued,
        fraction: 0.9,
        code: "invalid_training_file",
        message: format!("The training file is not usable: {problem}"),
        param: Some("training_file"),
        by_user: true,
    });
    let steps = dataset.examples;
    let mut job = Job {
        id: String::new(),
        account,
        model,
        suffix: suffix.map(str::to_owned),
        training_file: training_file.to_owned(),
        validation_file: validation_file.map(str::to_owned),
        hyperparameters: given(&fields, "hyperparameters"),
        method: given(&fields, "method"),
        integrations: given(&fields, "integrations"),
        seed: fields.integer("seed", i64::MIN, i64::MAX)?,
        metadata: metadata(&fields)?,
        tokens: dataset.tokens,
        run: Run::new(call.now, spans(steps), steps).failing(failure),
    };
    job.id = store.random.id("ftjob-", 24);
    let body = render::job(&job, call.now);
    store.jobs.push(job);
    Ok(Answer::json(body))
}

fn content(
    store: &Store,
    fields: &Fields<'_>,
    name: &str,
    id: &str,
) -> Result<bytes::Bytes, ErrorResponse> {
    let found = store.files.get(id);
    found.map(|file| file.content.clone()).ok_or_else(|| {
        let message = format!("There is no file '{id}'. Upload it first.");
        fields.error_response(name, message)
    })
}

/// What the gateway passes on unchanged, except for keys: no vendor answers those.
fn given(fields: &Fields<'_>, name: &str) -> Value {
    let mut value = fields.value(name).cloned().unwrap_or_default();
    remove_where(&mut value, &|name, _| mentions_secret(name));
    value
}
