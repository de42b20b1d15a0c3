//! Error bodies, in each of the vendor's forms.

use serde_json::Value;

use crate::transport::VendorError;

/// The two spellings of what is inside an error.
const INNER: [&str; 2] = ["inner_error", "innererror"];
/// The type that says nothing.
const ANY_TYPE: &str = "error";
/// How deep errors are nested at most.
const DEPTH: usize = 8;
/// How many details a message gets at most.
const DETAILS: usize = 3;

/// Reads OpenAI's form and that of the dated versions: `target` for `param`, and
/// errors within the error, whose code is narrower. What stands before the service
/// writes the status as a text into `code`: then a narrower code takes its place.
pub(super) fn read(body: &Value) -> VendorError {
    let mut error = VendorError::from_json(body);
    let outer = body.get("error").unwrap_or(body);
    let narrow = narrowest(outer);
    let text = |value: &Value, name: &str| {
        let text = value.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let details = outer.get("details").and_then(Value::as_array);
    let details: Vec<&Value> = details.into_iter().flatten().take(DETAILS).collect();
    let within = || narrow.into_iter().chain(details.iter().copied());
    let code = || within().find_map(|it| text(it, "code"));
    if error.code.as_deref().is_none_or(is_number) {
        error.code = code().or(error.code);
    }
    if error.kind.as_deref().is_none_or(|kind| kind == ANY_TYPE) {
        error.kind = code().or(error.kind);
    }
    error.param = error
        .param
        .or_else(|| text(outer, "target"))
        .or_else(|| details.iter().find_map(|detail| text(detail, "target")));
    for message in within().filter_map(|it| text(it, "message")) {
        error.message = Some(match error.message.take() {
            None => message,
            Some(all) if all.contains(&message) => all,
            Some(all) => format!("{} ({message})", all.trim_end_matches('.')),
        });
    }
    error
}

/// Returns the innermost error that has a code.
fn narrowest(outer: &Value) -> Option<&Value> {
    let mut found = None;
    let mut current = outer;
    for _ in 0..DEPTH {
        let inner = INNER.iter().find_map(|name| {
            let inner = current.get(name)?;
            inner.is_object().then_some(inner)
        });
        let Some(inner) = inner else { break };
        if inner.get("code").is_some_and(Value::is_string) {
            found = Some(inner);
        }
        current = inner;
    }
    found
}

fn is_number(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// (message, type, code, parameter), with `-` for none.
    fn of(body: Value) -> [String; 4] {
        let VendorError {
            message,
            kind,
            code,
            param,
        } = read(&body);
        [message, kind, code, param].map(|text| text.unwrap_or("-".to_owned()))
    }

    #[test]
    fn every_form_is_read() {
        for (body, expected) in [
            (
                json!({"error": {"code": "invalidPayload", "message": "Bad.", "param": "model",
                    "type": "error", "inner_error": {"code": "invalid_value"}}}),
                ["Bad.", "invalid_value", "invalidPayload", "model"],
            ),
            (
                json!({"error": {"code": "conflict", "message": "Busy.", "target": "file",
                    "details": [], "innererror": null}}),
                ["Busy.", "-", "conflict", "file"],
            ),
            (
                json!({"error": {"code": "invalidPayload", "message": "The file is invalid.",
                    "innererror": {"code": "a", "innererror": {"code": "jsonlValidationFailed"}},
                    "details": [{"code": "d", "message": "Line 3 is no JSON.", "target": "line"}]}}),
                [
                    "The file is invalid (Line 3 is no JSON.)",
                    "jsonlValidationFailed",
                    "invalidPayload",
                    "line",
                ],
            ),
            (
                json!({"error": {"code": "401", "message": "Access denied."}}),
                ["Access denied.", "-", "401", "-"],
            ),
            (
                json!({"error": {"code": 400, "message": "Filtered.", "type": null, "param": null,
                    "inner_error": {"code": "ResponsibleAIPolicyViolation"}}}),
                [
                    "Filtered.",
                    "ResponsibleAIPolicyViolation",
                    "ResponsibleAIPolicyViolation",
                    "-",
                ],
            ),
            (
                json!({"statusCode": 404, "message": "Resource not found"}),
                ["Resource not found", "-", "-", "-"],
            ),
            (json!({"error": "text"}), ["text", "-", "-", "-"]),
            (
                json!({"error": {"message": "", "details": [{"message": "Only here."}, 7]}}),
                ["Only here.", "-", "-", "-"],
            ),
        ] {
            assert_eq!(of(body.clone()), expected, "{body}");
        }
    }
}
