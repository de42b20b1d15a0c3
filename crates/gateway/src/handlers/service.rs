//! Handlers for operators and load balancers: health, readiness and metrics.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::json;

use crate::api_error::ApiError;
use crate::auth::authenticate;
use crate::response;
use crate::state::Gateway;

/// Handles `GET /healthz`: the process is alive.
pub async fn healthz() -> Response {
    response::json(&json!({"status": "ok"}))
}

/// Handles `GET /readyz`: the gateway accepts requests. It does not check the
/// accounts: a vendor's outage would otherwise take every replica out of
/// service.
pub async fn readyz(State(gateway): State<Gateway>) -> Result<Response, ApiError> {
    if gateway.is_shutting_down() {
        return Err(ApiError::overloaded("the gateway is shutting down"));
    }
    Ok(response::json(&json!({"status": "ready"})))
}

/// Handles `GET /metrics`. It names the accounts, so it needs a token where
/// there are any.
pub async fn metrics(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    authenticate(&gateway.config().tokens, &headers)?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let headers = [(CONTENT_TYPE, content_type)];
    Ok((headers, gateway.metrics().text()).into_response())
}
