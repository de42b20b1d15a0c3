//! Files: list, upload in one request or through a signed URL, retrieve, delete, download.

use super::dataset::examine;
use super::store::Store;
use super::tokens::format_of;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::state::files::StoredFile;
use bytes::Bytes;
use serde_json::{Value, json};

const PURPOSES: &[&str] = &[
    "fine-tune",
    "calibration",
    "eval",
    "eval-sample",
    "eval-output",
    "eval-summary",
    "batch-generated",
    "batch-api",
];

const KINDS: &[&str] = &["jsonl", "csv", "parquet"];

/// Uploads that were announced and have not arrived yet; the oldest are dropped first.
const MOST_ANNOUNCED: usize = 1_000;

/// `GET /files`
pub(crate) fn list(store: &mut Store, _: &Call) -> Reply {
    let files = store.files.oldest_first().rev();
    let data: Vec<Value> = files.map(render).collect();
    Ok(Answer::json(json!({ "data": data })))
}

/// `POST /files/upload`
pub(crate) fn upload(store: &mut Store, call: &Call) -> Reply {
    let part = call.part("file").ok_or_else(|| missing("file"))?;
    let mut file = announced(store, call, part.file_name.as_deref())?;
    file.content = part.content.clone();
    let body = render(&file);
    store.files.add(file)?;
    Ok(Answer::json(body))
}

/// `POST /files`, which the SDK begins an upload with: the answer leads to a signed URL.
pub(crate) fn announce(store: &mut Store, call: &Call) -> Reply {
    let file = announced(store, call, None)?;
    let location = format!(
        "{}/files/{}/content?signature=sandbox",
        call.base_url, file.id
    );
    let answer = Answer::status(302, json!({})).header("location", location);
    let answer = answer.header("x-together-file-id", file.id.clone());
    if store.announced.len() >= MOST_ANNOUNCED {
        store.announced.remove(0);
    }
    store.announced.push(file);
    Ok(answer)
}

/// `PUT` to the signed URL.
pub(crate) fn receive(store: &mut Store, call: &Call) -> Reply {
    let id = call.path("id");
    let found = store.announced.iter().position(|file| file.id == id);
    let at = found.filter(|_| call.query("signature") == Some("sandbox"));
    let at = at.ok_or_else(|| {
        ErrorResponse::new(403, "This signed URL is not valid, or was used before.")
    })?;
    let mut file = store.announced.remove(at);
    file.content = call.body.clone();
    store.files.add(file)?;
    Ok(Answer::bytes("text/plain", Bytes::new()))
}

/// `POST /files/{id}/preprocess`, which the SDK ends an upload with.
pub(crate) fn preprocess(store: &mut Store, call: &Call) -> Reply {
    retrieve(store, call)
}

/// `GET /files/{id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    Ok(Answer::json(render(find(store, call)?)))
}

/// `DELETE /files/{id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let id = find(store, call)?.id.clone();
    store.files.remove(&id);
    Ok(Answer::json(json!({ "id": id, "deleted": true })))
}

/// `GET /files/{id}/content`
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    let file = find(store, call)?;
    Ok(Answer::bytes(
        "application/octet-stream",
        file.content.clone(),
    ))
}

/// The file that a form announces, still without content.
fn announced(
    store: &mut Store,
    call: &Call,
    part_name: Option<&str>,
) -> Result<StoredFile, ErrorResponse> {
    let purpose = call.text("purpose").ok_or_else(|| missing("purpose"))?;
    if !PURPOSES.contains(&purpose.as_str()) {
        let known = PURPOSES.join(", ");
        let message = format!("'purpose' is '{purpose}': expected one of {known}.");
        return Err(ErrorResponse::field("purpose", message));
    }
    let name = call.text("file_name").or(part_name.map(str::to_owned));
    let name = name.ok_or_else(|| missing("file_name"))?;
    let extension = name.rsplit('.').next().unwrap_or("").to_owned();
    let wanted = call.text("file_type").unwrap_or(extension);
    let kind = KINDS.iter().find(|kind| **kind == wanted).ok_or_else(|| {
        let known = KINDS.join(", ");
        ErrorResponse::field(
            "file_type",
            format!("The file type '{wanted}' is none of {known}."),
        )
    })?;
    Ok(StoredFile {
        id: store.random.uuid("file-"),
        name,
        purpose,
        kind,
        created: call.now,
        expires: None,
        content: Bytes::new(),
    })
}

fn missing(name: &str) -> ErrorResponse {
    ErrorResponse::field(name, format!("The multipart form has no field '{name}'."))
}

fn find<'a>(store: &'a Store, call: &Call) -> Result<&'a StoredFile, ErrorResponse> {
    let id = call.path("id");
    store.files.get(id).ok_or_else(|| {
        ErrorResponse::not_found(format!("No file has the id '{id}'.")).code("not_found")
    })
}

fn render(file: &StoredFile) -> Value {
    let mut body = json!({
        "object": "file",
        "id": file.id,
        "created_at": file.created.seconds(),
        "filename": file.name,
        "bytes": file.content.len(),
        "purpose": file.purpose,
        "FileType": file.kind,
        "Processed": true,
    });
    // Files for other purposes are not checked.
    if file.purpose == "fine-tune" {
        body["processing_status"] = json!("COMPLETED");
        if file.kind == "jsonl" {
            check(file, &mut body);
        }
    }
    body
}

/// Writes what the check of a training file found.
fn check(file: &StoredFile, body: &mut Value) {
    let dataset = examine(&file.content);
    body["LineCount"] = json!(dataset.examples);
    if let Some(problem) = &dataset.problem {
        body["processing_status"] = json!("INVALID_FORMAT");
        body["validation_report"] = json!({
            "valid": false,
            "file_id": file.id,
            "error": problem,
            "error_type": "INVALID_FORMAT",
        });
        return;
    }
    let mut report = json!({
        "valid": true,
        "file_id": file.id,
        "nlines": dataset.examples,
        "dataset_has_tools": dataset.has_tools,
        "dataset_is_multimodal": dataset.has_images,
    });
    if let Some(form) = dataset.form {
        report["dataset_format"] = json!(format_of(form).unwrap_or("preference"));
    }
    body["validation_report"] = report;
}
