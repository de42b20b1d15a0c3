//! The files of datasets: up, in one request or through signed URLs, and down through signed URLs.

use super::datasets::{self, Dataset, Registered, find, stored};
use super::store::Store;
use super::{create, errors, fields, jobs, signed, tables};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// The most that `:upload` takes; the sandbox's own limit on bodies is lower.
const UPLOAD_BYTES: usize = 150 << 20;
/// The most files of a dataset.
const MOST_FILES: usize = 1_000;

/// `POST …/datasets/{id}:upload`
pub(crate) fn upload(store: &mut Store, call: &Call) -> Reply {
    let mut dataset = awaiting(store, call)?;
    let part = call.part("file").ok_or_else(|| create::missing("file"))?;
    let name = part.file_name.as_deref().filter(|name| is_name(name));
    let name = name.unwrap_or("data.jsonl").to_owned();
    if part.content.is_empty() || part.content.len() > UPLOAD_BYTES {
        let message = format!(
            "has {} bytes: expected 1 to {UPLOAD_BYTES}",
            part.content.len()
        );
        return Err(create::invalid("file", &message));
    }
    let content = part.content.clone();
    let size = content.len() as u64;
    forget(store, &dataset);
    dataset.updated = call.now;
    store.files.add(stored(&dataset, &name, content))?;
    dataset.registered = vec![Registered {
        name: name.clone(),
        size,
    }];
    dataset.ready = true;
    let body = json!({
        "id": dataset.id,
        "object": "file",
        "bytes": size,
        "created_at": call.now.seconds(),
        "filename": name,
        "purpose": "fine-tune",
    });
    replace(store, dataset);
    Ok(Answer::json(body))
}

/// `POST …/datasets/{id}:getUploadEndpoint`, which replaces the files that were announced before.
pub(crate) fn locate_upload(store: &mut Store, call: &Call) -> Reply {
    let mut dataset = awaiting(store, call)?;
    let body = fields::read(tables::UPLOAD_ENDPOINT, &call.object()?, "")?;
    let sizes = body.get("filenameToSize").and_then(Value::as_object);
    let sizes = sizes.filter(|sizes| !sizes.is_empty());
    let sizes = sizes.ok_or_else(|| create::missing("filenameToSize"))?;
    if sizes.len() > MOST_FILES {
        let message = format!("has {} files: expected at most {MOST_FILES}", sizes.len());
        return Err(create::invalid("filenameToSize", &message));
    }
    let mut registered = Vec::new();
    for (name, size) in sizes {
        let size = fields::whole(size, i64::MAX).filter(|_| is_name(name));
        let size = size.ok_or_else(|| {
            let message =
                format!("has '{name}': expected a file name without a path, and its size in bytes");
            create::invalid("filenameToSize", &message)
        })?;
        registered.push(Registered {
            name: name.clone(),
            size: size.unsigned_abs(),
        });
    }
    forget(store, &dataset);
    dataset.registered = registered;
    let urls = dataset.registered.iter().map(|file| {
        let parts = ["datasets", dataset.id.as_str(), file.name.as_str()];
        let url = signed::url(store, call, "PUT", &parts, signed::UPLOAD);
        (file.name.clone(), json!(url))
    });
    let urls: Map<String, Value> = urls.collect();
    replace(store, dataset);
    Ok(Answer::json(json!({ "filenameToSignedUrls": urls })))
}

/// `PUT` to a signed URL.
pub(crate) fn receive(store: &mut Store, call: &Call) -> Reply {
    Ok(match received(store, call)? {
        Ok(()) => Answer::bytes("text/html; charset=UTF-8", Bytes::new()),
        Err(rejected) => rejected,
    })
}

fn received(store: &mut Store, call: &Call) -> Result<Result<(), Answer>, ErrorResponse> {
    let (id, file) = (call.path("id"), call.path("file"));
    if let Err(rejected) = signed::check(store, call, "PUT", &["datasets", id, file]) {
        return Ok(Err(rejected));
    }
    let dataset = store.dataset(id).filter(|dataset| !dataset.ready);
    let announced = dataset.and_then(|dataset| {
        let found = dataset.registered.iter().find(|it| it.name == file);
        found.map(|found| (dataset, found.size))
    });
    let Some((dataset, size)) = announced else {
        let message = "The dataset no longer waits for this file.";
        return Ok(Err(signed::mismatch(message)));
    };
    // Both headers are part of what was signed.
    let range = format!("{size},{size}");
    if call.header("content-type") != Some("application/octet-stream")
        || call.header("x-goog-content-length-range") != Some(&range)
    {
        let message = "Content-Type and X-Goog-Content-Length-Range must be as they were signed.";
        return Ok(Err(signed::mismatch(message)));
    }
    let length = call.body.len() as u64;
    if length != size {
        let code = if length > size {
            "EntityTooLarge"
        } else {
            "EntityTooSmall"
        };
        let message = format!("The body has {length} bytes: expected {size}.");
        return Ok(Err(signed::rejected(400, code, &message)));
    }
    let stored = stored(dataset, file, call.body.clone());
    store.files.remove(&stored.id);
    store.files.add(stored)?;
    Ok(Ok(()))
}

/// `POST …/datasets/{id}:validateUpload`
pub(crate) fn validate(store: &mut Store, call: &Call) -> Reply {
    jobs::empty(call)?;
    let mut dataset = find(store, call)?.clone();
    if dataset.ready {
        return Ok(Answer::json(json!({})));
    }
    if dataset.registered.is_empty() {
        let message = "No file was announced: ask :getUploadEndpoint where to upload.";
        return Err(errors::precondition(message));
    }
    for file in &dataset.registered {
        if file.size == 0 || store.files.get(&dataset.key(&file.name)).is_none() {
            let message = format!("The file '{}' was not uploaded, or is empty.", file.name);
            return Err(errors::precondition(message));
        }
    }
    dataset.ready = true;
    dataset.updated = call.now;
    replace(store, dataset);
    Ok(Answer::json(json!({})))
}

/// `GET …/datasets/{id}:getDownloadEndpoint`
pub(crate) fn locate_download(store: &mut Store, call: &Call) -> Reply {
    let dataset = find(store, call)?;
    if !dataset.ready {
        return Err(errors::precondition("The dataset is not uploaded yet."));
    }
    let urls = dataset.registered.iter().map(|file| {
        let parts = ["datasets", dataset.id.as_str(), file.name.as_str()];
        let url = signed::url(store, call, "GET", &parts, signed::DOWNLOAD);
        // The keys are paths, unlike those of an upload.
        (format!("datasets/{}/{}", dataset.id, file.name), json!(url))
    });
    let urls: Map<String, Value> = urls.collect();
    Ok(Answer::json(json!({ "filenameToSignedUrls": urls })))
}

/// `GET` from a signed URL.
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    let (id, file) = (call.path("id"), call.path("file"));
    if let Err(rejected) = signed::check(store, call, "GET", &["datasets", id, file]) {
        return Ok(rejected);
    }
    if !call.body.is_empty() {
        let message = "A GET takes no body.";
        return Ok(signed::rejected(400, "ExcessContent", message));
    }
    let found = store.dataset(id).map(|dataset| dataset.key(file));
    let found = found.and_then(|key| store.files.get(&key));
    Ok(match found {
        Some(found) => Answer::bytes("application/octet-stream", found.content.clone()),
        None => signed::rejected(404, "NoSuchKey", "The file does not exist."),
    })
}

/// The dataset that the path names, which must wait for its upload.
fn awaiting(store: &Store, call: &Call) -> Result<Dataset, ErrorResponse> {
    let dataset = datasets::find(store, call)?;
    match dataset.ready {
        false => Ok(dataset.clone()),
        true => Err(errors::precondition("The dataset is uploaded already.")),
    }
}

/// Drops the files of an upload that is begun anew.
fn forget(store: &mut Store, dataset: &Dataset) {
    for file in &dataset.registered {
        store.files.remove(&dataset.key(&file.name));
    }
}

fn replace(store: &mut Store, dataset: Dataset) {
    if let Some(place) = store.datasets.iter_mut().find(|it| it.id == dataset.id) {
        *place = dataset;
    }
}

/// Whether a file's name is one, and not a path.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.contains(['/', '\\'])
        && name != "."
        && name != ".."
}
