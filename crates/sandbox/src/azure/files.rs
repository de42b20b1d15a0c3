//! Files: as OpenAI's, with an import that takes time after the upload, and an upload by URL.

use super::address;
use super::store::Store;
use crate::clock::{SECOND, Time};
use crate::http::{Answer, Call, Content, ErrorResponse, Fields, Reply};
use crate::openai::dialect::Id;
use crate::openai::files;
use crate::state::dataset::examine;
use crate::state::files::StoredFile;
use bytes::Bytes;
use serde_json::{Value, json};

/// How long an import takes.
const IMPORT: i64 = 5 * SECOND;
/// For so long of it the import waits.
const WAITING: i64 = 2 * SECOND;

/// `GET /files`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let answer = files::list(&mut store.shared, call)?;
    Ok(changed(answer, |body| {
        for file in body["data"].as_array_mut().into_iter().flatten() {
            finish(store, call, file);
        }
        if let (true, Some(body)) = (address::is_dated(call), body.as_object_mut()) {
            body.retain(|name, _| name == "object" || name == "data");
        }
    }))
}

/// `POST /files`
pub(crate) fn upload(store: &mut Store, call: &Call) -> Reply {
    let answer = files::upload(&mut store.shared, call)?;
    Ok(accepted(store, call, answer))
}

/// `POST /files/import`, in the dated versions: reads a file of the sandbox by its URL, and nothing else, as there is no
/// network.
pub(crate) fn import(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    fields.only(&["purpose", "filename", "content_url"])?;
    fields
        .choice("purpose", &["fine-tune"])?
        .ok_or_else(|| fields.missing("purpose"))?;
    let name = fields.required_text("filename")?;
    let url = fields.required_text("content_url")?;
    let source = url
        .rsplit_once("/files/")
        .and_then(|(_, rest)| rest.strip_suffix("/content"));
    let content = source.and_then(|id| store.shared.files.get(id));
    let content = content.map_or(Bytes::new(), |file| file.content.clone());
    let file = StoredFile {
        id: store.shared.draw(Id::File),
        name: name.to_owned(),
        purpose: "fine-tune".into(),
        kind: "jsonl",
        created: call.now,
        expires: None,
        content,
    };
    let body = files::render(&file);
    store.shared.files.add(file)?;
    Ok(accepted(store, call, Answer::json(body)))
}

/// The answer to an upload: its import begins.
fn accepted(store: &mut Store, call: &Call, answer: Answer) -> Answer {
    let mut answer = changed(answer, |body| {
        if let Some(id) = body["id"].as_str() {
            store.imported.insert(id.to_owned(), call.now.plus(IMPORT));
        }
        finish(store, call, body);
    });
    if address::is_dated(call) {
        answer.status = 201;
    }
    answer
}

/// `GET /files/{file_id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let answer = files::retrieve(&mut store.shared, call)?;
    Ok(changed(answer, |body| finish(store, call, body)))
}

/// `DELETE /files/{file_id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let answer = files::delete(&mut store.shared, call)?;
    store.imported.remove(call.path("file_id"));
    Ok(answer)
}

/// `GET /files/{file_id}/content`
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    files::download(&mut store.shared, call)
}

/// Rejects a file whose import is not over.
pub(super) fn check_imported(
    store: &Store,
    id: &str,
    field: &str,
    now: Time,
) -> Result<(), ErrorResponse> {
    let Some(file) = store.shared.files.get(id) else {
        return Ok(());
    };
    match status(store, file, now).0 {
        "processed" => Ok(()),
        _ => {
            let message = "The specified file reference must point to a completed file import.";
            Err(ErrorResponse::field(field, message))
        }
    }
}

/// The status of a file, and what is wrong with it.
fn status(store: &Store, file: &StoredFile, now: Time) -> (&'static str, Option<String>) {
    let left = store.imported.get(&file.id).map_or(0, |at| at.since(now));
    if left > IMPORT - WAITING {
        return ("pending", None);
    }
    if left > 0 {
        return ("running", None);
    }
    if file.purpose != "fine-tune" {
        return ("processed", None);
    }
    let dataset = examine(&file.content);
    match dataset.problem {
        Some(problem) => ("error", Some(format!("jsonlValidationFailed: {problem}."))),
        None if file.content.is_empty() => {
            let what = "fileImportFailed: nothing could be read from the URL.";
            ("error", Some(what.to_owned()))
        }
        None => ("processed", None),
    }
}

/// Writes the status into a file's body.
fn finish(store: &Store, call: &Call, body: &mut Value) {
    let id = body["id"].as_str().unwrap_or("");
    let Some(file) = store.shared.files.get(id) else {
        return;
    };
    let (status, details) = status(store, file, call.now);
    body["status"] = json!(status);
    if let Some(details) = details {
        body["status_details"] = json!(details);
    }
}

/// An answer with its JSON changed.
pub(super) fn changed(mut answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
    if let Content::Json(body) = &mut answer.content {
        change(body);
    }
    answer
}
