//! Azure's errors: those of the service, in a newer and in a dated form, and those of the API management in front of it.

use crate::http::ErrorResponse;
use serde_json::{Value, json};

/// The type of an error that comes from the API management.
const API_MANAGEMENT: &str = "api_management";

/// The service's codes, by status.
const CODES: &[(u16, &str)] = &[
    (400, "invalidPayload"),
    (403, "forbidden"),
    (404, "notFound"),
    (409, "conflict"),
    (413, "quotaExceeded"),
    (429, "tooManyRequests"),
    (500, "internalFailure"),
    (503, "serviceUnavailable"),
];

/// A rejection by what stands before the service.
pub(super) fn api_management(status: u16, message: &str) -> ErrorResponse {
    ErrorResponse::new(status, message).kind(API_MANAGEMENT)
}

/// The body of an error.
pub(super) fn body(error_response: &ErrorResponse) -> Value {
    if is_api_management(error_response) {
        // The code is the status, as a text.
        let (code, message) = (error_response.status.to_string(), &error_response.message);
        return json!({"error": {"code": code, "message": message}});
    }
    json!({"error": {
        "code": code(error_response),
        "message": error_response.message,
        "param": error_response.param,
        "type": "error",
        "inner_error": inner(error_response),
    }})
}

/// The body of an error in the dated versions.
pub(super) fn dated_body(error_response: &ErrorResponse) -> Value {
    if is_api_management(error_response) {
        return body(error_response);
    }
    json!({"error": {
        "code": code(error_response),
        "message": error_response.message,
        "target": error_response.param,
        "details": [],
        "innererror": inner(error_response),
    }})
}

fn is_api_management(error_response: &ErrorResponse) -> bool {
    error_response.kind == API_MANAGEMENT || error_response.status == 401
}

fn code(error_response: &ErrorResponse) -> &'static str {
    if error_response.code == Some("invalid_job_state") {
        return "unexpectedEntityState";
    }
    let found = CODES.iter().find(|row| row.0 == error_response.status);
    found.map_or("internalFailure", |row| row.1)
}

/// The narrower code inside, where there is one.
fn inner(error_response: &ErrorResponse) -> Value {
    match error_response.code {
        Some(code) => json!({ "code": code }),
        None => Value::Null,
    }
}
