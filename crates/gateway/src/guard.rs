//! What stands before every operation: an id, a check of the token, a place
//! among the requests under way, a deadline.

use std::any::Any;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
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

/// Whose requests are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of whoever gets here.
    Anywhere,
    /// Those that were meant for loopback.
    Loopback,
}

/// Gives every request its id, and counts and logs its answer.
pub async fn identify(
    State((gateway, reach)): State<(Gateway, Reach)>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let headers = request.headers();
    let id = gateway.ids().of(headers);
    let metadata = headers.get(METADATA).and_then(|v| v.to_str().ok());
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        metadata = metadata.map(within)
    );
    let _counted = gateway.metrics().under_way();
    let mut response = if reach == Reach::Loopback && !is_from_here(headers) {
        not_from_here().into_response()
    } else {
        let answered = AssertUnwindSafe(next.run(request).instrument(span.clone()));
        let answered = answered.catch_unwind().await;
        answered.unwrap_or_else(|panic| broken(&*panic))
    };
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

/// Without tokens, a page in a browser on this machine must not reach the
/// gateway: neither by a request to loopback nor by a name that leads there.
fn is_from_here(headers: &HeaderMap) -> bool {
    if headers.contains_key(ORIGIN) {
        return false;
    }
    let Some(host) = headers.get(HOST) else {
        // HTTP/1.0; browsers do not speak it.
        return true;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn not_from_here() -> Problem {
    let message = "without tokens the gateway answers to loopback's own names only, and not to \
                   pages in a browser";
    Problem::new(StatusCode::FORBIDDEN, message)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_only_loopback_s_names_are_answered() {
        let from_here = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            is_from_here(&headers)
        };
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "127.0.0.2",
        ] {
            assert!(from_here(host, None), "{host}");
            assert!(!from_here(host, Some("https://evil.example")), "{host}");
        }
        for host in [
            "evil.example",
            "10.0.0.1:8080",
            "localhost.evil.example",
            "",
            "[::",
        ] {
            assert!(!from_here(host, None), "{host}");
        }
        assert!(is_from_here(&HeaderMap::new()));
    }
}
