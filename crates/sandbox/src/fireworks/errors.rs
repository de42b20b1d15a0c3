//! Fireworks' errors: `{"code": 5, "message": "…", "details": []}` with the number of the gRPC status, and another
//! shape from the proxy that checks keys.

use crate::http::ErrorResponse;
use serde_json::{Value, json};

/// The type of a rejected key's error.
pub(super) const UNAUTHORIZED: &str = "unauthorized";
/// The type of an error about the state that something is in.
const FAILED_PRECONDITION: &str = "failed_precondition";

/// gRPC's number for an HTTP status.
const NUMBERS: &[(u16, u8)] = &[
    (400, 3),
    (401, 16),
    (403, 7),
    (404, 5),
    (405, 12),
    (409, 6),
    (412, 9),
    (413, 11),
    (429, 8),
    (500, 13),
    (503, 14),
    (504, 4),
];
/// The code of a conflict with another request.
const CONFLICT: &str = "conflict";
/// gRPC's number for such a conflict.
const ABORTED: u8 = 10;
/// gRPC's number for what has none.
const UNKNOWN: u8 = 2;

/// The body of an error.
pub(super) fn body(error_response: &ErrorResponse) -> Value {
    if error_response.kind == UNAUTHORIZED {
        return json!({
            "error": {
                "message": error_response.message,
                "param": error_response.param,
                "code": error_response.code,
                "type": "error",
            },
            "request_id": "sandbox",
        });
    }
    json!({
        "code": number(error_response),
        "message": error_response.message,
        "details": details(error_response),
    })
}

fn number(error_response: &ErrorResponse) -> u8 {
    if error_response.kind == FAILED_PRECONDITION {
        return 9;
    }
    // Of the two that are 409 this one may pass.
    if error_response.code == Some(CONFLICT) {
        return ABORTED;
    }
    let found = NUMBERS.iter().find(|row| row.0 == error_response.status);
    found.map_or(UNKNOWN, |row| row.1)
}

/// An `ErrorInfo` whose reason is the class of the error, where it has one.
fn details(error_response: &ErrorResponse) -> Value {
    let Some(code) = error_response.code else {
        return json!([]);
    };
    let metadata = match &error_response.param {
        Some(param) => json!({"field": param}),
        None => json!({}),
    };
    json!([{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": code.to_uppercase(),
        "domain": "sandbox.invalid",
        "metadata": metadata,
    }])
}

/// 404, in the words that Fireworks has for everything.
pub(super) fn not_found() -> ErrorResponse {
    ErrorResponse::not_found("resource not found")
}

/// 403 without a message.
pub(super) fn forbidden() -> ErrorResponse {
    ErrorResponse::new(403, "")
}

/// 409: the id is taken.
pub(super) fn exists(name: &str) -> ErrorResponse {
    ErrorResponse::new(409, format!("{name} already exists")).code("already_exists")
}

/// 400: not in this state.
pub(super) fn precondition(message: impl Into<String>) -> ErrorResponse {
    ErrorResponse::new(400, message).kind(FAILED_PRECONDITION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_grpc_numbers() {
        assert_eq!(
            body(&not_found()),
            json!({"code": 5, "message": "resource not found", "details": []})
        );
        assert_eq!(body(&precondition("x"))["code"], 9);
        assert_eq!(body(&exists("x"))["details"][0]["reason"], "ALREADY_EXISTS");
        assert_eq!(body(&ErrorResponse::new(418, "x"))["code"], 2);
    }
}
