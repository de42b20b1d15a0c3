//! Handlers of files.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use unitune::unify::{File, FileObject};

use crate::api_error::ApiError;
use crate::caller::Caller;
use crate::concurrency_limits::Permit;
use crate::params::{self, Query};
use crate::path_id::FileId;
use crate::response::{DeletedFile, FileBody, List, json};
use crate::state::Gateway;
use crate::upload;
use crate::upstream_error::all_failed;

/// Handles `GET /files`.
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<List<FileBody>, ApiError> {
    let query = Query::parse(query.as_deref());
    let paging = query.paging(params::FILES)?;
    let oldest_first = match query.one("order")? {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => {
            let message = "invalid value for order: expected asc or desc";
            return Err(ApiError::invalid("order", message));
        }
    };
    let purpose = query.one("purpose")?;

    let wait = gateway.config().effective_account_wait();
    let listed = caller.providers.list_files_within(Some(wait)).await;
    if let Some(errors) = listed.all_failed() {
        return Err(all_failed(&errors));
    }
    let warnings = listed.warnings.iter().map(Into::into).collect();
    let mut files = listed.files;
    files.retain(|file| purpose.is_none_or(|purpose| file.purpose == purpose));
    let page = page_of(files, oldest_first, &paging)?;
    let data = page.0.into_iter().map(FileBody).collect();
    Ok(List::new(data, page.1, warnings, |file: &FileBody| {
        &file.0.id
    }))
}

/// Returns a page of the files, which are newest first.
///
/// Several accounts can have a file of the same id, and `after` names a file by its id
/// alone. So these files are side by side, and on one page, be it longer than the limit:
/// otherwise the page after it would show some of them again, or none.
fn page_of(
    mut files: Vec<File>,
    oldest_first: bool,
    paging: &params::Paging,
) -> Result<(Vec<File>, bool), ApiError> {
    if oldest_first {
        files.reverse();
    }
    let mut groups: Vec<Vec<File>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for file in files {
        let place = *places.entry(file.id.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(file),
            None => groups.push(vec![file]),
        }
    }
    let start = match &paging.after {
        None => 0,
        Some(after) => {
            let found = places.get(after);
            let unknown = || {
                ApiError::not_found(format!("not found: no account has the file {after:?}"))
                    .param("after")
            };
            found.ok_or_else(unknown)? + 1
        }
    };
    let mut rest = groups.into_iter().skip(start).peekable();
    let mut page = Vec::new();
    while let Some(group) =
        rest.next_if(|group| page.is_empty() || page.len() + group.len() <= paging.limit)
    {
        page.extend(group);
    }
    Ok((page, rest.peek().is_some()))
}

/// Handles `POST /files`.
pub async fn upload(
    State(gateway): State<Gateway>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let file = upload::forward(&gateway, &caller, request).await?;
    Ok(json(&FileBody(file)))
}

/// Handles `GET /files/{id}`.
pub async fn retrieve(caller: Caller, FileId(id): FileId) -> Result<Response, ApiError> {
    Ok(json(&FileBody(caller.providers.file(id).await?)))
}

/// Handles `DELETE /files/{id}`.
pub async fn delete(caller: Caller, FileId(id): FileId) -> Result<Response, ApiError> {
    caller.providers.delete_file(&id).await?;
    Ok(json(&DeletedFile {
        id,
        object: FileObject::File,
        deleted: true,
    }))
}

/// Handles `GET /files/{id}/content`.
pub async fn content(
    State(gateway): State<Gateway>,
    caller: Caller,
    FileId(id): FileId,
    axum::Extension(permit): axum::Extension<Permit>,
) -> Result<Response, ApiError> {
    let download = caller.providers.download_file(id).await?;
    let length = download.total_bytes();
    let idle = gateway.config().idle;
    // The request keeps its permit while the content is sent, and ends when no
    // more of it arrives.
    let chunks = futures_util::stream::unfold(
        (download, permit),
        move |(mut download, permit)| async move {
            let chunk = tokio::time::timeout(idle, download.chunk()).await;
            let chunk = match chunk {
                Ok(Ok(None)) => return None,
                Ok(Ok(Some(chunk))) => Ok(chunk),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("the download made no progress".to_owned()),
            };
            Some((chunk, (download, permit)))
        },
    );
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(length) = length {
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Ok(response)
}
