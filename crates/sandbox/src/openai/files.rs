//! Files: list, upload, retrieve, delete, download; the results of jobs among them.

use super::dialect::Id;
use super::job::Job;
use super::store::Store;
use crate::clock::Time;
use crate::http::{Answer, Bounds, Call, ErrorResponse, Reply, page};
use crate::state::curve::Curve;
use crate::state::files::StoredFile;
use crate::state::random::hash;
use crate::state::run::Stage;
use bytes::Bytes;
use serde_json::{Value, json};
use std::fmt::Write;

const BOUNDS: Bounds = Bounds {
    default: 10_000,
    max: 10_000,
};

const PURPOSES: &[&str] = &[
    "assistants",
    "batch",
    "fine-tune",
    "vision",
    "user_data",
    "evals",
];

/// `GET /files`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let purpose = call.query("purpose");
    let mut all: Vec<StoredFile> = results(store, call.now).collect();
    all.extend(store.files.oldest_first().cloned());
    all.retain(|file| purpose.is_none_or(|purpose| file.purpose == purpose));
    all.retain(|file| file.expires.is_none_or(|at| at > call.now));
    all.sort_by_key(|file| file.created);
    match call.query("order") {
        Some("asc") => {}
        None | Some("desc") => all.reverse(),
        Some(order) => {
            let message = format!("'order' is '{order}': expected 'asc' or 'desc'.");
            return Err(ErrorResponse::field("order", message).code("invalid_value"));
        }
    }
    let (files, has_more) = page(call, BOUNDS, all.iter().collect(), |file: &StoredFile| {
        &file.id
    })?;
    let id = |file: Option<&&StoredFile>| file.map_or(String::new(), |file| file.id.clone());
    Ok(Answer::json(json!({
        "object": "list",
        "first_id": id(files.first()),
        "last_id": id(files.last()),
        "has_more": has_more,
        "data": files.into_iter().map(render).collect::<Vec<_>>(),
    })))
}

/// `POST /files`
pub(crate) fn upload(store: &mut Store, call: &Call) -> Reply {
    let missing = |name: &str| {
        let message = format!("The form has no field '{name}'.");
        ErrorResponse::field(name, message).code("missing_required_parameter")
    };
    if call.form.is_none() {
        return Err(ErrorResponse::new(
            400,
            "Send the file as multipart/form-data.",
        ));
    }
    let purpose = call.text("purpose").ok_or_else(|| missing("purpose"))?;
    if !PURPOSES.contains(&purpose.as_str()) {
        let known = PURPOSES.join(", ");
        let message = format!("'purpose' is '{purpose}': expected one of {known}.");
        return Err(ErrorResponse::field("purpose", message).code("invalid_value"));
    }
    let part = call.part("file").ok_or_else(|| missing("file"))?;
    let name = part.file_name.clone().unwrap_or_else(|| "upload".into());
    if part.content.is_empty() {
        return Err(ErrorResponse::field("file", "The file is empty."));
    }
    if purpose == "fine-tune" && !name.ends_with(".jsonl") {
        let message =
            format!("The file '{name}' is not in JSONL form, as its name must end with '.jsonl'.");
        return Err(ErrorResponse::field("file", message).code("invalid_file_format"));
    }
    let file = StoredFile {
        id: store.draw(Id::File),
        name,
        purpose,
        kind: "jsonl",
        created: call.now,
        expires: expiry(call)?,
        content: part.content.clone(),
    };
    let body = render(&file);
    store.files.add(file)?;
    Ok(Answer::json(body))
}

/// `expires_after[anchor]` and `expires_after[seconds]`.
fn expiry(call: &Call) -> Result<Option<Time>, ErrorResponse> {
    let Some(seconds) = call.text("expires_after[seconds]") else {
        return Ok(None);
    };
    let seconds = seconds.parse::<i64>().ok();
    match seconds.filter(|seconds| (3600..=2_592_000).contains(seconds)) {
        Some(seconds) => Ok(Some(call.now.plus(seconds * 1000))),
        None => {
            let message = "'expires_after[seconds]' must be an integer from 3600 to 2592000.";
            Err(ErrorResponse::field("expires_after", message).code("invalid_value"))
        }
    }
}

/// `GET /files/{file_id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    Ok(Answer::json(render(&find(store, call)?)))
}

/// `DELETE /files/{file_id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let file = find(store, call)?;
    if !store.files.remove(&file.id) {
        let jobs = store.jobs.iter_mut();
        for job in jobs.filter(|job| job.result_file == file.id) {
            job.result_deleted = true;
        }
    }
    Ok(Answer::json(json!({
        "object": "file",
        "id": file.id,
        "deleted": true,
    })))
}

/// `GET /files/{file_id}/content`
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    let file = find(store, call)?;
    let disposition = format!(
        "attachment; filename=\"{}\"",
        file.name.replace(['"', '\\'], "_")
    );
    let answer = Answer::bytes("application/octet-stream", file.content);
    Ok(answer.header("content-disposition", disposition))
}

pub(crate) fn find(store: &Store, call: &Call) -> Result<StoredFile, ErrorResponse> {
    let id = call.path("file_id");
    let stored = store
        .files
        .get(id)
        .filter(|file| file.expires.is_none_or(|at| at > call.now));
    if let Some(file) = stored {
        return Ok(file.clone());
    }
    let result = results(store, call.now).find(|file| file.id == id);
    result.ok_or_else(|| {
        let message = format!("There is no file '{id}'.");
        ErrorResponse::not_found(message).param("id")
    })
}

/// The result files of all jobs that have succeeded.
fn results(store: &Store, now: Time) -> impl Iterator<Item = StoredFile> {
    store.jobs.iter().filter_map(move |job| {
        let moment = job.at(now);
        let made = moment.stage == Stage::Succeeded && !job.result_deleted;
        made.then(|| StoredFile {
            id: job.result_file.clone(),
            name: "step_metrics.csv".into(),
            purpose: "fine-tune-results".into(),
            kind: "csv",
            created: moment.ended.unwrap_or(job.run.created()),
            expires: None,
            content: table(job),
        })
    })
}

/// A job's metrics, step by step, as CSV.
fn table(job: &Job) -> Bytes {
    let curve = Curve::new(hash(&job.id), job.run.steps());
    let mut text =
        String::from("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n");
    for step in 1..=job.run.steps().min(1000) {
        let point = curve.at(step);
        // Writing to a String cannot fail.
        let _ = match job.validation_file {
            Some(_) => writeln!(
                text,
                "{step},{},{},{},{}",
                point.train_loss, point.train_accuracy, point.valid_loss, point.valid_accuracy
            ),
            None => writeln!(
                text,
                "{step},{},{},,",
                point.train_loss, point.train_accuracy
            ),
        };
    }
    Bytes::from(text)
}

pub(crate) fn render(file: &StoredFile) -> Value {
    let mut body = json!({
        "object": "file",
        "id": file.id,
        "bytes": file.content.len(),
        "created_at": file.created.seconds(),
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
    });
    if let Some(at) = file.expires {
        body["expires_at"] = json!(at.seconds());
    }
    body
}
