//! The gateway's error responses: a status, and OpenAI's error body.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::operations::Creation;

/// The header by which OpenAI's SDKs know whether to repeat a request; without it they
/// repeat every 408, 409, 429 and 5xx, whatever the request creates.
pub const SHOULD_RETRY: &str = "x-should-retry";

/// An error response.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    error_type: Cow<'static, str>,
    code: Option<Cow<'static, str>>,
    param: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
    is_final: bool,
}

impl ApiError {
    /// Creates an error of the type that OpenAI uses for the status.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let error_type = match status.as_u16() {
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        Self {
            status,
            message: message.into(),
            error_type: Cow::Borrowed(error_type),
            code: None,
            param: None,
            retry_after: None,
            is_final: false,
        }
    }

    /// Creates a 400 that names the invalid parameter.
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).param(param)
    }

    /// Creates a 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// Creates a 401 as OpenAI's SDKs expect it.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message).code("invalid_api_key")
    }

    /// Creates a 503 with a retry-after header.
    pub fn overloaded(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
            .retry_after(Some(Duration::from_secs(1)))
    }

    /// Sets the error code.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets the name of the invalid parameter.
    #[must_use]
    pub fn param(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Sets the error type, in place of the status's usual one.
    #[must_use]
    pub fn error_type(mut self, error_type: impl Into<Cow<'static, str>>) -> Self {
        self.error_type = error_type.into();
        self
    }

    /// Sets the time after which the client may retry.
    #[must_use]
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Says that clients must not repeat the request by themselves.
    #[must_use]
    pub fn not_to_be_repeated(mut self) -> Self {
        self.is_final = true;
        self
    }

    /// Says that the request may have created this although it failed.
    #[must_use]
    pub fn may_have_created(mut self, creation: Creation) -> Self {
        self.message = format!("{}; {}", self.message, creation.warning());
        self.retry_after(None).not_to_be_repeated()
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the body: OpenAI's error object.
    pub fn body(&self) -> serde_json::Value {
        json!({"error": {
            "message": self.message,
            "type": self.error_type,
            "param": self.param,
            "code": self.code,
        }})
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = self.body().to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.is_final {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_openai_s() {
        let error = ApiError::invalid("limit", "limit is 0");
        assert_eq!(
            error.body(),
            json!({"error": {"message": "limit is 0", "type": "invalid_request_error",
                "param": "limit", "code": null}})
        );
        assert_eq!(error.into_response().status(), 400);
    }

    #[test]
    fn each_status_has_openai_s_error_type() {
        for (status, error_type) in [
            (StatusCode::BAD_REQUEST, "invalid_request_error"),
            (StatusCode::NOT_FOUND, "invalid_request_error"),
            (StatusCode::TOO_MANY_REQUESTS, "rate_limit_error"),
            (StatusCode::SERVICE_UNAVAILABLE, "server_error"),
        ] {
            assert_eq!(ApiError::new(status, "").error_type, error_type);
        }
    }

    #[test]
    fn retry_after_is_rounded_up_to_whole_seconds() {
        let error = ApiError::overloaded("").retry_after(Some(Duration::from_millis(1200)));
        assert_eq!(error.into_response().headers()[RETRY_AFTER], "2");
    }
}
