//! What stands before every operation: an id, a check of the token, a place
//! among the requests under way, a deadline.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

use crate::caller::Identity;
use crate::params::METADATA;
use crate::problem::Problem;
use crate::request_id;
use crate::routes::{Pace, Route};
use crate::state::Gateway;
use crate::token::{bearer, find};

/// The operation that an answer is of, for whoever counts it.
#[derive(Clone, Copy, Debug)]
struct Operation(&'static str);

/// A place among the requests under way, for answers that go on after their
/// head.
#[derive(Clone, Debug)]
pub struct Place(#[allow(dead_code)] pub Arc<OwnedSemaphorePermit>);

/// Gives every request its id, and counts and logs its answer.
pub async fn identify(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = gateway.ids().of(request.headers());
    let shown = id.to_str().unwrap_or_default().to_owned();
    let metadata = request
        .headers()
        .get(METADATA)
        .and_then(|v| v.to_str().ok());
    let span = tracing::info_span!("request", id = shown, metadata = metadata.map(within));
    let _counted = gateway.metrics().under_way();
    let answered = AssertUnwindSafe(next.run(request).instrument(span.clone()))
        .catch_unwind()
        .await;
    let mut response = answered.unwrap_or_else(|panic| broken(&*panic));
    let operation = response
        .extensions()
        .get::<Operation>()
        .map_or("other", |operation| operation.0);
    let status = response.status().as_u16();
    let took = start.elapsed();
    gateway.metrics().request(operation, status, took);
    span.in_scope(|| tracing::info!(operation, status, ?took, "answered"));
    response.headers_mut().insert(request_id::HEADER, id);
    response
}

/// The most of the caller's labels that goes into a trace.
fn within(metadata: &str) -> &str {
    let end = metadata.char_indices().nth(1024).map(|(index, _)| index);
    &metadata[..end.unwrap_or(metadata.len())]
}

/// A defect of the gateway's: one request fails, and nothing else.
fn broken(panic: &(dyn Any + Send)) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(message, "a request panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Problem::new(status, "the gateway has a defect here").into_response()
}

/// Lets a request through to its operation.
pub async fn guard(
    State((gateway, route)): State<(Gateway, &'static Route)>,
    request: Request,
    next: Next,
) -> Response {
    let answered = pass(&gateway, route, request, next).await;
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(Operation(route.operation));
    response
}

async fn pass(
    gateway: &Gateway,
    route: &Route,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let identity = authenticate(gateway, request.headers())?;
    if let Some(token) = &identity.0 {
        tracing::debug!(token = token.name, "let in");
    }
    let place = Place(Arc::new(gateway.enter()?));
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(place.clone());
    let answer = next.run(request);
    match route.pace {
        Pace::Flowing => Ok(answer.await),
        Pace::Prompt => tokio::time::timeout(gateway.config().deadline, answer)
            .await
            .map_err(|_| {
                Problem::new(
                    StatusCode::GATEWAY_TIMEOUT,
                    "the request took longer than it may",
                )
                .code("deadline_exceeded")
            }),
    }
}

/// Whose token the request carries.
pub fn authenticate(gateway: &Gateway, headers: &HeaderMap) -> Result<Identity, Problem> {
    let tokens = &gateway.config().tokens;
    if tokens.is_empty() {
        return Ok(Identity(None));
    }
    let header = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let presented = header.and_then(bearer).ok_or_else(|| {
        Problem::unauthorized(
            "no API key was given: send it as a bearer token in the header authorization",
        )
    })?;
    match find(tokens, presented) {
        Some(token) => Ok(Identity(Some(token.clone()))),
        None => Err(Problem::unauthorized(
            "the API key is not one of this gateway's",
        )),
    }
}
