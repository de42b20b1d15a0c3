//! What the gateway answers when it cannot do what was asked: a status, and
//! OpenAI's error body.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use unitune::unify::UnsupportedFields;
use unitune::{Error, ErrorKind};

/// The most of a vendor's message that is passed on, in characters.
const MESSAGE_LIMIT: usize = 1000;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    message: String,
    kind: Cow<'static, str>,
    code: Option<Cow<'static, str>>,
    param: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// With the family of error that OpenAI gives the status.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let kind = match status.as_u16() {
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        Self {
            status,
            message: message.into(),
            kind: Cow::Borrowed(kind),
            code: None,
            param: None,
            retry_after: None,
        }
    }

    /// 400, naming the parameter at fault.
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..Self::new(StatusCode::BAD_REQUEST, message)
        }
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 401, as OpenAI's SDK expects it.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message).code("invalid_api_key")
    }

    /// 503, with a time to come again.
    pub fn busy(message: impl Into<String>) -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
        }
    }

    /// With a short name for this very error.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, for a person to read.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The body: OpenAI's.
    pub fn body(&self) -> serde_json::Value {
        json!({"error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }
}

/// What an upstream's status becomes. What is not here is 502: it means
/// something else to the caller than it meant to the gateway. A 401, above
/// all, is about the gateway's key and not about the caller's.
const STATUSES: &[(u16, u16)] = &[
    (400, 400),
    (404, 404),
    (408, 504),
    (409, 409),
    (413, 413),
    (415, 400),
    (422, 422),
    (429, 429),
    (503, 503),
    (504, 504),
    (524, 504),
    (529, 503),
];

/// What becomes of an error without a status. The words stand in for the
/// error's own, which could name an internal address.
const KINDS: &[(ErrorKind, u16, &str)] = &[
    (ErrorKind::Connect, 502, "could not be reached"),
    (ErrorKind::Timeout, 504, "did not answer in time"),
    (ErrorKind::Interrupted, 502, "broke off its answer"),
    (
        ErrorKind::Decode,
        502,
        "answered something that cannot be read",
    ),
    (ErrorKind::TooLarge, 502, "answered more than can be taken"),
    (
        ErrorKind::Mapping,
        502,
        "answered a job that has no form in the gateway's terms",
    ),
    (ErrorKind::Config, 500, "is not set up"),
];

impl Problem {
    /// The problem that a failed call to an account is to the caller.
    pub fn from_upstream(account: &str, error: &Error) -> Self {
        if let Some(status) = error.status() {
            return Self::from_status(account, status, error);
        }
        match error.kind() {
            ErrorKind::NotFound => Self::not_found(clean(&error.to_string())),
            ErrorKind::InvalidRequest => {
                Self::new(StatusCode::BAD_REQUEST, clean(&error.to_string()))
            }
            ErrorKind::Unsupported => {
                Self::new(StatusCode::BAD_REQUEST, clean(&error.to_string())).code("unsupported")
            }
            kind => {
                let row = KINDS.iter().find(|(known, ..)| *known == kind);
                let (status, words) = row.map_or((502, "failed"), |row| (row.1, row.2));
                Self::new(status_code(status), format!("{account} {words}")).code("provider_error")
            }
        }
    }

    /// A request that the account's vendor cannot carry out.
    pub fn refused(refusal: &UnsupportedFields) -> Self {
        let fields: Vec<String> = refusal.fields().iter().map(ToString::to_string).collect();
        let vendor = refusal.title();
        let message = clean(&format!("{vendor} cannot do this: {}", fields.join("; ")));
        let mut problem = Self::new(StatusCode::BAD_REQUEST, message).code("unsupported_value");
        problem.param = refusal
            .fields()
            .first()
            .map(|f| Cow::Owned(f.field.clone()));
        problem
    }

    fn from_status(account: &str, status: u16, error: &Error) -> Self {
        let ours = STATUSES.iter().find(|(theirs, _)| *theirs == status);
        let ours = status_code(ours.map_or(502, |(_, ours)| *ours));
        if !ours.is_client_error() {
            let message = match status {
                401 | 403 => {
                    format!("{account} does not let the gateway in: its key is refused ({status})")
                }
                _ => format!("{account} answered {status}"),
            };
            let mut problem = Self::new(ours, message).code("provider_error");
            problem.retry_after = error.retry_after();
            return problem;
        }
        let message = match error.vendor_message() {
            Some(message) => clean(message),
            None => format!("{account} answered {status}"),
        };
        let owned = |text: Option<&str>| text.map(|text| Cow::Owned(clean(text)));
        let mut problem = Self::new(ours, message);
        problem.kind = owned(error.vendor_type()).unwrap_or(problem.kind);
        problem.code = owned(error.vendor_code());
        problem.param = owned(error.vendor_param());
        problem.retry_after = error.retry_after();
        problem
    }
}

/// One line of limited length.
fn clean(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(MESSAGE_LIMIT).collect()
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body().to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
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
        let problem = Problem::invalid("limit", "limit is 0");
        assert_eq!(
            problem.body(),
            json!({"error": {"message": "limit is 0", "type": "invalid_request_error",
                "param": "limit", "code": null}})
        );
        assert_eq!(problem.into_response().status(), 400);
    }

    #[test]
    fn each_status_has_the_family_that_openai_gives_it() {
        for (status, kind) in [
            (400, "invalid_request_error"),
            (404, "invalid_request_error"),
            (429, "rate_limit_error"),
            (503, "server_error"),
        ] {
            assert_eq!(Problem::new(status_code(status), "").kind, kind);
        }
    }

    #[test]
    fn upstream_s_401_is_never_the_caller_s() {
        assert!(!STATUSES.iter().any(|(_, ours)| matches!(ours, 401 | 403)));
        assert!(
            !STATUSES
                .iter()
                .any(|(theirs, _)| matches!(theirs, 401 | 403))
        );
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        let mut problem = Problem::busy("");
        problem.retry_after = Some(Duration::from_millis(1200));
        let response = problem.into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "2");
    }

    #[test]
    fn messages_are_one_bounded_line() {
        assert_eq!(clean("a\r\nb"), "a  b");
        assert_eq!(clean(&"x".repeat(5000)).len(), MESSAGE_LIMIT);
    }
}
