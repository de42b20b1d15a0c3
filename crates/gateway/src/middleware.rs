//! What every request goes through before its handler: request id, log and
//! metrics; then authentication, limits and the deadline.

use std::any::Any;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tracing::{Instrument, field};

use crate::api_error::ApiError;
use crate::auth::authenticate;
use crate::operations::{Content, Creation, Deadline, IsBegun, Operation};
use crate::params::METADATA;
use crate::request_body;
use crate::request_head::{self, HostPolicy};
use crate::request_id;
use crate::state::Gateway;
use crate::trace;

/// The id of the operation that a response is of, for metrics and logs.
#[derive(Clone, Copy, Debug)]
struct OperationId(&'static str);

/// Gives every request its id, checks its head, and counts and logs the
/// response.
pub async fn observe(
    State((gateway, policy)): State<(Gateway, HostPolicy)>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let headers = request.headers();
    let id = gateway.request_ids().for_request(headers);
    let metadata = headers.get(METADATA).and_then(|v| v.to_str().ok());
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        metadata = metadata.map(shorten),
        trace_id = field::Empty,
    );
    trace::begin(&gateway, &span, &mut request);
    let _in_flight = gateway.metrics().request_in_flight();
    let max_head = gateway.config().max_head_bytes;
    let mut response = match request_head::check(&request, policy, max_head) {
        Ok(()) => next.run(request).instrument(span.clone()).await,
        Err(error) => error.into_response(),
    };
    let operation = response.extensions().get::<OperationId>();
    let operation = operation.map_or("other", |operation| operation.0);
    let status = response.status().as_u16();
    let duration = start.elapsed();
    gateway.metrics().request(operation, status, duration);
    trace::end(&gateway, &span, operation, status);
    span.in_scope(|| tracing::info!(operation, status, ?duration, "answered"));
    response.headers_mut().insert(request_id::HEADER, id);
    response
}

/// Shortens the caller's labels to what goes into a trace.
fn shorten(metadata: &str) -> &str {
    let end = metadata.char_indices().nth(1024).map(|(index, _)| index);
    &metadata[..end.unwrap_or(metadata.len())]
}

/// Makes the response of a request that panicked.
pub fn internal_error(panic: Box<dyn Any + Send>) -> Response {
    let panic = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic, "a request panicked");
    // It would panic again, and what it has done is not known.
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        .not_to_be_repeated()
        .into_response()
}

/// Checks the token, receives the body, and runs the handler within the limits
/// of its operation.
pub async fn admit(
    State((gateway, operation)): State<(Gateway, &'static Operation)>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_begun = IsBegun::default();
    request.extensions_mut().insert(is_begun.clone());
    let response = run(&gateway, operation, request, next);
    // tower-http's TimeoutLayer answers with an empty body; this is OpenAI's.
    let response = match operation.deadline {
        Deadline::Streaming => response.await,
        Deadline::Bounded => tokio::time::timeout(gateway.config().deadline, response)
            .await
            .unwrap_or_else(|_| {
                let creation = operation.creation();
                let creation = creation.filter(|_| is_begun.get());
                Err(deadline_exceeded(&gateway, creation))
            }),
    };
    let mut response = response.unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(OperationId(operation.id));
    response
}

fn deadline_exceeded(gateway: &Gateway, creation: Option<Creation>) -> ApiError {
    let seconds = gateway.config().deadline.as_secs_f64();
    let message = format!("the request took longer than {seconds} seconds");
    let error = ApiError::new(StatusCode::GATEWAY_TIMEOUT, message).code("deadline_exceeded");
    match creation {
        Some(creation) => error.may_have_created(creation),
        None => error,
    }
}

/// Runs the handler with its permits. A request takes its permit when its body
/// has arrived, so that clients that send slowly do not keep others out. An
/// upload, whose body goes to the vendor as it arrives, keeps the permit of a
/// body instead.
async fn run(
    gateway: &Gateway,
    operation: &Operation,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let identity = authenticate(&gateway.config().tokens, request.headers())?;
    if let Some(token) = &identity.0 {
        tracing::debug!(token = token.name, "authenticated");
    }
    let permit = match operation.body {
        Content::Form => gateway.permits().body()?,
        Content::Json(_) => {
            let body = gateway.permits().body()?;
            request = request_body::receive_json(request, gateway.config()).await?;
            drop(body);
            gateway.permits().request()?
        }
        _ => gateway.permits().request()?,
    };
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(permit.clone());
    let response = next.run(request).await;
    drop(permit);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        async fn panics() -> Response {
            panic!("a detail for the log only");
        }
        let router = Router::new()
            .route("/", get(panics))
            .layer(CatchPanicLayer::custom(internal_error));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), 1000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["message"], "internal error");
    }
}
