//! Reception of JSON request bodies, with a limit on their size and an idle
//! timeout.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_http::timeout::{TimeoutBody, TimeoutError};

use crate::api_error::ApiError;
use crate::config::Config;

/// Receives the whole JSON body of a request.
///
/// # Errors
///
/// 415: it is not JSON, or compressed. 413: it is too large. 408: it stopped arriving. 400: it
/// ended early.
pub async fn receive_json(request: Request, config: &Config) -> Result<Request, ApiError> {
    let (parts, body) = request.into_parts();
    check_content_type(&parts.headers)?;
    check_encoding(&parts.headers)?;
    let body = receive(body, config).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next();
    if media_type.is_some_and(|m| m.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body must be JSON: send it with content-type: application/json",
    ))
}

/// Rejects what is compressed: what it decompresses to could be of any size.
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if encoding.is_none_or(|encoding| encoding.eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body is compressed: send it without content-encoding",
    ))
}

async fn receive(body: Body, config: &Config) -> Result<Bytes, ApiError> {
    let limit = config.max_body_bytes;
    let body = Limited::new(TimeoutBody::new(config.idle, body), limit);
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("the body is larger than {limit} bytes");
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Err(error) if error.is::<TimeoutError>() => {
            let seconds = config.idle.as_secs_f64();
            let message = format!("no part of the body arrived for {seconds} seconds");
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, message))
        }
        Err(error) => {
            tracing::debug!(%error, "a request body ended early");
            let message = "the body ended before it was complete";
            Err(ApiError::new(StatusCode::BAD_REQUEST, message))
        }
    }
}
