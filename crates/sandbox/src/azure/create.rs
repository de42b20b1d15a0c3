//! `POST /fine_tuning/jobs`: what Azure adds to OpenAI's request, and what it checks besides.

use super::store::Store;
use super::{address, files, render};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::openai::create;
use serde_json::{Value, json};

/// The kinds of training, which are compared without regard to case.
const TRAINING_TYPES: &[&str] = &["Standard", "GlobalStandard", "developerTier"];

/// The longest suffix.
const SUFFIX: usize = 40;

/// `POST /fine_tuning/jobs`
pub(crate) fn create(store: &mut Store, call: &Call) -> Reply {
    let mut body = call.object()?;
    let training_type = training_type(&mut body)?;
    choose(&mut body["hyperparameters"]);
    for kind in ["supervised", "dpo", "reinforcement"] {
        if body["method"][kind].is_object() {
            choose(&mut body["method"][kind]["hyperparameters"]);
        }
    }
    suffix(&body)?;
    for field in ["training_file", "validation_file"] {
        if let Some(id) = body[field].as_str() {
            files::check_imported(store, id, field, call.now)?;
        }
    }
    if let Some(body) = body.as_object_mut() {
        body.retain(|_, value| !value.is_null());
    }
    let id = create::start(&mut store.shared, &body, call.now)?
        .id
        .clone();
    if let Some(training_type) = training_type {
        store.training_types.insert(id.clone(), training_type);
    }
    let job = store.shared.jobs.iter().find(|job| job.id == id);
    let body = job.map(|job| render::job(store, job, call.now));
    let mut answer = Answer::json(body.unwrap_or_default());
    if address::is_dated(call) {
        answer.status = 201;
        let location = format!("{}/fine_tuning/jobs/{id}", call.base_url);
        answer = answer.header("location", location);
    }
    Ok(answer)
}

/// Takes `trainingType` out of the body.
fn training_type(body: &mut Value) -> Result<Option<String>, ErrorResponse> {
    let value = body
        .as_object_mut()
        .and_then(|body| body.remove("trainingType"));
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let named = value.as_str().unwrap_or("");
    let known = TRAINING_TYPES
        .iter()
        .any(|it| it.eq_ignore_ascii_case(named));
    match known {
        true => Ok(Some(named.to_owned())),
        // The service says so of a value that it does not know.
        false => Err(ErrorResponse::new(
            400,
            "The fineTuningJob field is required.",
        )),
    }
}

/// -1 leaves a count to Azure.
fn choose(hyperparameters: &mut Value) {
    let Some(fields) = hyperparameters.as_object_mut() else {
        return;
    };
    for value in fields.values_mut() {
        if *value == json!(-1) {
            *value = json!("auto");
        }
    }
}

fn suffix(body: &Value) -> Result<(), ErrorResponse> {
    let Some(suffix) = body["suffix"].as_str() else {
        return Ok(());
    };
    let allowed = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    match suffix.len() <= SUFFIX && suffix.bytes().all(allowed) {
        true => Ok(()),
        false => {
            let message =
                format!("'suffix' must have at most {SUFFIX} letters, digits, '-' and '_'.");
            Err(ErrorResponse::field("suffix", message))
        }
    }
}
