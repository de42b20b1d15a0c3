//! Handlers of a job's events and checkpoints.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use unitune::providers::PageQuery;

use crate::api_error::ApiError;
use crate::caller::Caller;
use crate::event_stream;
use crate::params::{self, Paging, Query};
use crate::path_id::JobId;
use crate::response::List;
use crate::state::Gateway;

/// Handles `GET /fine_tuning/jobs/{id}/events`, as a page or as a stream.
pub async fn events(
    State(gateway): State<Gateway>,
    caller: Caller,
    JobId(id): JobId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = Query::parse(query.as_deref());
    let paging = query.paging(params::JOBS)?;
    if query.flag("stream")? {
        let last = headers.get("last-event-id").and_then(|v| v.to_str().ok());
        let last = last.map(str::to_owned).or(paging.after);
        return event_stream::open(&gateway, &caller, id, last).await;
    }
    let page = caller.providers.events(id, &page_query(paging)).await?;
    let warnings = page.warnings.iter().map(Into::into).collect();
    let list = List::new(page.data, page.has_more, warnings, |event| &event.id);
    Ok(list.into_response())
}

/// Handles `GET /fine_tuning/jobs/{id}/checkpoints`.
pub async fn checkpoints(
    caller: Caller,
    JobId(id): JobId,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let paging = Query::parse(query.as_deref()).paging(params::CHECKPOINTS)?;
    let page = caller
        .providers
        .checkpoints(id, &page_query(paging))
        .await?;
    let warnings = page.warnings.iter().map(Into::into).collect();
    let list = List::new(page.data, page.has_more, warnings, |c| &c.id);
    Ok(list.into_response())
}

fn page_query(paging: Paging) -> PageQuery {
    let mut query = PageQuery::new().limit(paging.limit);
    query.after = paging.after;
    query
}
