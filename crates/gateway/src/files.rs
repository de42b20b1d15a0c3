//! Handlers of files.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use unitune::unify::File;

use crate::answer::{FileAnswer, List, json};
use crate::caller::Caller;
use crate::guard::Place;
use crate::jobs::path_id;
use crate::params::{self, Query};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::upload;
use crate::upstream::{Upstream, file_owner};

/// The id in a file's path.
pub struct FileId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for FileId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_id(parts, state, "file_id").await.map(Self)
    }
}

/// `GET /files`
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Result<List<FileAnswer>, Problem> {
    let query = Query::parse(query.as_deref());
    let paging = query.paging(params::FILES)?;
    let oldest_first = match query.one("order")? {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(Problem::invalid("order", "order must be asc or desc")),
    };
    let purpose = query.one("purpose")?;

    let asked = caller.accounts().iter().map(|a| a.files(&caller.headers));
    let mut files = Vec::new();
    let mut warnings = Vec::new();
    let mut failed = Vec::new();
    for answer in join_all(asked).await {
        match answer {
            Ok(list) => {
                files.extend(list.files);
                warnings.extend(list.warnings);
            }
            Err(error) => {
                warnings.push(error.warning());
                failed.push(error);
            }
        }
    }
    if failed.len() == caller.accounts().len() {
        return Err(crate::upstream::all_failed(&failed));
    }
    files.retain(|file| purpose.is_none_or(|purpose| file.purpose == purpose));
    let page = page_of(files, oldest_first, &paging)?;
    let data = page.0.into_iter().map(FileAnswer).collect();
    Ok(List::new(data, page.1, warnings, |file: &FileAnswer| {
        &file.0.id
    }))
}

/// Newest first, unless asked otherwise; of one second, by account and id.
fn page_of(
    mut files: Vec<File>,
    oldest_first: bool,
    paging: &params::Paging,
) -> Result<(Vec<File>, bool), Problem> {
    files.sort_by(|a, b| {
        let key = |file: &File| (Reverse(file.created_at), file.provider.account.clone());
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    if oldest_first {
        files.reverse();
    }
    let start = match &paging.after {
        None => 0,
        Some(after) => {
            let found = files.iter().position(|file| file.id == *after);
            let unknown = || Problem::invalid("after", format!("there is no file {after:?}"));
            found.ok_or_else(unknown)? + 1
        }
    };
    let rest = files.split_off(start);
    let has_more = rest.len() > paging.limit;
    Ok((rest.into_iter().take(paging.limit).collect(), has_more))
}

/// `POST /files`
pub async fn upload(
    State(gateway): State<Gateway>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let account = caller.one_account()?;
    let file = upload::pass_on(&gateway, account, &caller.headers, request).await?;
    Ok(json(&FileAnswer(file)))
}

/// `GET /files/{id}`
pub async fn retrieve(caller: Caller, FileId(id): FileId) -> Result<Response, Problem> {
    let (_, file) = file_owner(caller.accounts(), &id, &caller.headers).await?;
    Ok(json(&FileAnswer(file)))
}

/// `DELETE /files/{id}`
pub async fn delete(caller: Caller, FileId(id): FileId) -> Result<Response, Problem> {
    let account = account_of(&caller, &id).await?;
    Ok(json(&account.delete_file(&id, &caller.headers).await?))
}

/// `GET /files/{id}/content`
pub async fn content(
    State(gateway): State<Gateway>,
    caller: Caller,
    FileId(id): FileId,
    axum::Extension(place): axum::Extension<Place>,
) -> Result<Response, Problem> {
    let account = account_of(&caller, &id).await?;
    let download = account.content(&id, &caller.headers).await?;
    let length = download.total_bytes();
    let idle = gateway.config().idle;
    // The request is under way as long as the content flows, and ends when
    // none comes any more.
    let pieces =
        futures_util::stream::unfold((download, place), move |(mut download, place)| async move {
            let piece = tokio::time::timeout(idle, download.chunk()).await;
            let piece = match piece {
                Ok(Ok(None)) => return None,
                Ok(Ok(Some(piece))) => Ok(piece),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("the content stands still".to_owned()),
            };
            Some((piece, (download, place)))
        });
    let mut response = Body::from_stream(pieces).into_response();
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

/// The account that the file is at.
async fn account_of(caller: &Caller, id: &str) -> Result<Arc<Upstream>, Problem> {
    if let [only] = caller.accounts() {
        return Ok(only.clone());
    }
    let found = file_owner(caller.accounts(), id, &caller.headers).await;
    found.map(|(account, _)| account)
}
