//! What an operator and a load balancer ask.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::json;

use crate::answer;
use crate::guard::authenticate;
use crate::problem::Problem;
use crate::state::Gateway;

/// `GET /healthz`: the process answers.
pub async fn healthz() -> Response {
    answer::json(&json!({"status": "ok"}))
}

/// `GET /readyz`: new requests are welcome. Accounts are not asked: a vendor
/// that is down would otherwise take every replica out of service.
pub async fn readyz(State(gateway): State<Gateway>) -> Result<Response, Problem> {
    if gateway.is_closing() {
        return Err(Problem::busy("the gateway is about to end"));
    }
    Ok(answer::json(&json!({"status": "ready"})))
}

/// `GET /openapi.json`
pub async fn openapi(State(gateway): State<Gateway>) -> Response {
    let json = [(CONTENT_TYPE, "application/json")];
    (json, gateway.document().to_owned()).into_response()
}

/// `GET /metrics`, for whoever has a token, where there are any: it names the
/// accounts.
pub async fn metrics(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    authenticate(&gateway, &headers)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], gateway.metrics().text()).into_response())
}
