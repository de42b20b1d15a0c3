//! Handlers of a job's events and checkpoints.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use crate::answer::List;
use crate::caller::Caller;
use crate::jobs::{JobId, account_of};
use crate::params::{self, Query};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::stream;

/// `GET /fine_tuning/jobs/{id}/events`, as a page or as a stream.
pub async fn events(
    State(gateway): State<Gateway>,
    caller: Caller,
    JobId(id): JobId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let paging = query.paging(params::JOBS)?;
    if query.flag("stream")? {
        let last = headers.get("last-event-id").and_then(|v| v.to_str().ok());
        let last = last.map(str::to_owned).or(paging.after);
        return stream::open(&gateway, &caller, id, last).await;
    }
    let account = account_of(&caller, &id).await?;
    let page = account.events(&id, &paging).await?;
    let list = List::new(page.items, page.has_more, page.warnings, |event| &event.id);
    Ok(list.into_response())
}

/// `GET /fine_tuning/jobs/{id}/checkpoints`
pub async fn checkpoints(
    caller: Caller,
    JobId(id): JobId,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let paging = Query::parse(query.as_deref()).paging(params::CHECKPOINTS)?;
    let account = account_of(&caller, &id).await?;
    let page = account.checkpoints(&id, &paging).await?;
    let list = List::new(page.items, page.has_more, page.warnings, |c| &c.id);
    Ok(list.into_response())
}
