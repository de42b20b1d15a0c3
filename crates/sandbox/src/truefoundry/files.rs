//! Files: upload, list, retrieve, delete, download.

use super::headers;
use super::store::Store;
use crate::http::{Answer, Bounds, Call, ErrorResponse, Reply, page};
use crate::state::files::StoredFile;
use serde_json::{Value, json};

const BOUNDS: Bounds = Bounds {
    default: 10_000,
    max: 10_000,
};

/// `GET /files`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    headers::account(call)?;
    let purpose = call.query("purpose");
    let files = store.files.oldest_first().rev();
    let files = files.filter(|file| purpose.is_none_or(|purpose| file.purpose == purpose));
    let (files, has_more) = page(call, BOUNDS, files.collect(), |file: &StoredFile| &file.id)?;
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
    headers::account(call)?;
    let missing = |name: &str| {
        let message = format!("The multipart form has no field '{name}'.");
        ErrorResponse::field(name, message)
    };
    let stated = call.header("x-tfy-file-purpose").map(str::to_owned);
    let purpose = call
        .text("purpose")
        .or(stated)
        .ok_or_else(|| missing("purpose"))?;
    let part = call.part("file").ok_or_else(|| missing("file"))?;
    let file = StoredFile {
        id: store.random.id("file-", 22),
        name: part.file_name.clone().unwrap_or_else(|| "upload".into()),
        purpose,
        kind: "jsonl",
        created: call.now,
        expires: None,
        content: part.content.clone(),
    };
    let body = render(&file);
    store.files.add(file)?;
    Ok(Answer::json(body))
}

/// `GET /files/{file_id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    headers::account(call)?;
    Ok(Answer::json(render(find(store, call)?)))
}

/// `DELETE /files/{file_id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    headers::account(call)?;
    let id = find(store, call)?.id.clone();
    store.files.remove(&id);
    Ok(Answer::json(json!({
        "object": "file",
        "id": id,
        "deleted": true,
    })))
}

/// `GET /files/{file_id}/content`
pub(crate) fn download(store: &mut Store, call: &Call) -> Reply {
    headers::account(call)?;
    let file = find(store, call)?;
    Ok(Answer::bytes(
        "application/octet-stream",
        file.content.clone(),
    ))
}

fn find<'a>(store: &'a Store, call: &Call) -> Result<&'a StoredFile, ErrorResponse> {
    let id = call.path("file_id");
    let found = store.files.get(id);
    found.ok_or_else(|| ErrorResponse::not_found(format!("No provider account has a file '{id}'.")))
}

fn render(file: &StoredFile) -> Value {
    json!({
        "object": "file",
        "id": file.id,
        "bytes": file.content.len(),
        "created_at": file.created.seconds(),
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
    })
}
