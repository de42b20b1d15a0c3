//! Error bodies, in each of the vendor's forms.

use serde_json::Value;

use crate::transport::VendorError;

/// The numbers of gRPC's status codes, with their names.
const CODES: [(u64, &str); 16] = [
    (1, "CANCELLED"),
    (2, "UNKNOWN"),
    (3, "INVALID_ARGUMENT"),
    (4, "DEADLINE_EXCEEDED"),
    (5, "NOT_FOUND"),
    (6, ALREADY_EXISTS),
    (7, "PERMISSION_DENIED"),
    (8, "RESOURCE_EXHAUSTED"),
    (9, "FAILED_PRECONDITION"),
    (10, "ABORTED"),
    (11, "OUT_OF_RANGE"),
    (12, "UNIMPLEMENTED"),
    (13, "INTERNAL"),
    (14, "UNAVAILABLE"),
    (15, "DATA_LOSS"),
    (16, "UNAUTHENTICATED"),
];

/// The status of what is there already.
pub(super) const ALREADY_EXISTS: &str = "ALREADY_EXISTS";

/// Reads `{"code": 5, "message": …, "details": […]}`, whose code becomes its
/// name, and OpenAI's form, which a rejected key is answered with. The `reason`
/// among the details is the stable name of an error: it becomes the code, and
/// gRPC's name the type.
pub(super) fn read(body: &Value) -> VendorError {
    let mut error = VendorError::from_json(body);
    let Some(code) = body.get("code").filter(|_| body.get("error").is_none()) else {
        return error;
    };
    let name = code.as_u64().and_then(|number| {
        let found = CODES.iter().find(|(known, _)| *known == number);
        found.map(|(_, name)| *name)
    });
    error.kind = name.map(str::to_owned).or(error.kind);
    error.code = reason(body)
        .map(str::to_owned)
        .or(name.map(str::to_owned))
        .or(error.code);
    error
}

fn reason(body: &Value) -> Option<&str> {
    let details = body.get("details")?.as_array()?;
    let reasons = details
        .iter()
        .filter_map(|detail| detail.get("reason")?.as_str());
    reasons.into_iter().find(|reason| !reason.is_empty())
}

/// True for answers after which the same request may succeed. A conflict may
/// pass, unless it says that the thing is there.
pub(super) fn is_transient(status: u16, error: &VendorError) -> bool {
    match status {
        409 => error.kind.as_deref() != Some(ALREADY_EXISTS),
        408 | 429 => true,
        // What the vendor does not have, it will not have at the next try.
        501 => false,
        status => (500..600).contains(&status),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_is_read() {
        let of = |body: Value| {
            let error = read(&body);
            (error.message, error.kind, error.code)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            of(json!({"code": 5, "message": "resource not found", "details": []})),
            (
                text("resource not found"),
                text("NOT_FOUND"),
                text("NOT_FOUND")
            )
        );
        assert_eq!(
            of(
                json!({"code": 7, "message": "", "details": [{"@type": "x/ErrorInfo", "reason": "SUSPENDED"}]})
            ),
            (None, text("PERMISSION_DENIED"), text("SUSPENDED"))
        );
        assert_eq!(
            of(
                json!({"error": {"message": "bad key", "param": null, "code": "UNAUTHORIZED", "type": "invalid_request_error"}, "request_id": "r"})
            ),
            (
                text("bad key"),
                text("invalid_request_error"),
                text("UNAUTHORIZED")
            )
        );
        assert_eq!(of(json!({"error": "text"})), (text("text"), None, None));
        assert_eq!(of(json!({"code": 99, "message": "m"})).2, text("99"));
    }

    #[test]
    fn what_is_there_already_stays_so() {
        let error = |code: u64| read(&json!({"code": code, "message": "m"}));
        assert!(!is_transient(409, &error(6)));
        assert!(is_transient(409, &error(10)));
        assert!(is_transient(429, &error(8)) && is_transient(503, &error(14)));
        assert!(!is_transient(412, &error(9)) && !is_transient(501, &error(12)));
    }
}
