//! Translation of failed calls to provider accounts into error responses.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use unitune::unify::UnsupportedFields;
use unitune::{Error, ErrorKind};

use crate::api_error::ApiError;
use crate::operations::Creation;
use crate::params::PROVIDER_NAME;

/// The longest part of a vendor's message that is passed on, in characters.
const MESSAGE_LIMIT: usize = 1000;

/// When a job can be started with a file that is being imported, at the earliest.
const IMPORT_RETRY: Duration = Duration::from_secs(10);

/// The gateway's status for each upstream status. Any other becomes 502,
/// because it means something else to the caller than to the gateway: a 401,
/// for example, is about the gateway's key and not about the caller's.
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

/// The gateway's status and message for failures of a call that an error
/// status of the account does not describe. The error's own message is not
/// used, because it could name an internal address.
const KINDS: &[(ErrorKind, u16, &str)] = &[
    (ErrorKind::Connect, 502, "could not be reached"),
    (ErrorKind::Timeout, 504, "did not answer in time"),
    (ErrorKind::Interrupted, 502, "closed the connection early"),
    (
        ErrorKind::Decode,
        502,
        "returned a body that cannot be decoded",
    ),
    (
        ErrorKind::TooLarge,
        502,
        "returned a body that is too large",
    ),
    (
        ErrorKind::Overloaded,
        503,
        "cannot be read now: the gateway is overloaded, and the responses that it is reading take \
         all of their memory; retry later",
    ),
    (
        ErrorKind::Mapping,
        502,
        "returned a job that cannot be mapped to the gateway's schema",
    ),
    (ErrorKind::Config, 500, "is not configured correctly"),
];

/// The gateway's status and code for requests that cannot be carried out. The
/// error's own message is for the caller.
const REQUESTS: &[(ErrorKind, u16, Option<&str>)] = &[
    (ErrorKind::NotFound, 404, Some("not_found")),
    (ErrorKind::InvalidRequest, 400, None),
    (ErrorKind::Unsupported, 400, Some("unsupported")),
    (ErrorKind::Ambiguous, 400, Some("ambiguous_account")),
    (ErrorKind::CostLimit, 400, Some("cost_limit")),
];

impl From<&Error> for ApiError {
    /// Translates a failed call to an account, or a request for which no call
    /// can be made.
    fn from(error: &Error) -> Self {
        let kind = error.kind();
        if let Some(fields) = error.source().and_then(|s| s.downcast_ref()) {
            return unsupported_fields(fields);
        }
        if error.is_training_not_available() {
            return training_not_available(error, error.alternatives());
        }
        if let (ErrorKind::Status, Some(status)) = (kind, error.status()) {
            let translated = from_status(status, error);
            // Clients would repeat it for the gateway's status, or against what the
            // vendor says.
            return match error.is_retryable() {
                true => translated,
                false => translated.not_to_be_repeated(),
            };
        }
        if let Some((_, status, code)) = REQUESTS.iter().find(|(known, ..)| *known == kind) {
            return from_request(*status, *code, error);
        }
        let row = KINDS.iter().find(|(known, ..)| *known == kind);
        let (status, message) = row.map_or((502, "failed"), |row| (row.1, row.2));
        let mut message = format!("{} {message}", account(error));
        if kind == ErrorKind::Mapping {
            message = clean(&format!("{message}: {}", error.message()));
        }
        Self::new(status_code(status), message)
            .code("provider_error")
            .retry_after(error.retry_after())
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// Translates the failure to create something. Where the vendor may have created it,
/// the client must not repeat the request by itself.
pub fn not_created(error: &Error, creation: Creation) -> ApiError {
    let translated = ApiError::from(error);
    match error.may_have_taken_effect() {
        true => translated.may_have_created(creation),
        false => translated,
    }
}

/// Translates the failure of all accounts that were called: that of a single
/// account as it is, those of several to a 502.
pub fn all_failed(errors: &[Arc<Error>]) -> ApiError {
    if let [only] = errors {
        return ApiError::from(&**only);
    }
    let reasons = errors.iter().map(|error| ApiError::from(&**error));
    let reasons: Vec<String> = reasons.map(|error| error.message().to_owned()).collect();
    let message = format!("all accounts failed: {}", reasons.join("; "));
    let overloaded = errors.iter().find(|e| e.kind() == ErrorKind::Overloaded);
    let status = match overloaded {
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::BAD_GATEWAY,
    };
    ApiError::new(status, message)
        .code("provider_error")
        .retry_after(overloaded.and_then(|error| error.retry_after()))
}

/// Translates a request with fields that the account's vendor does not
/// support.
fn unsupported_fields(unsupported: &UnsupportedFields) -> ApiError {
    let fields = unsupported.fields();
    let shown: Vec<String> = fields.iter().map(ToString::to_string).collect();
    let message = format!(
        "{} cannot do this: {}",
        unsupported.title(),
        shown.join("; ")
    );
    let error = ApiError::new(StatusCode::BAD_REQUEST, clean(&message)).code("unsupported_value");
    match fields.first() {
        Some(first) => error.param(first.field.clone()),
        None => error,
    }
}

/// Translates the rejection of a vendor that starts no more jobs. It is passed on
/// with its status, so that clients that know the vendor's answer know this one,
/// and it names the accounts that can start the job.
pub fn training_not_available<S: AsRef<str>>(error: &Error, others: &[S]) -> ApiError {
    let mut message = format!("{} starts no more jobs", account(error));
    if let Some(reason) = error.vendor_message() {
        message = format!("{message}: {}", reason.trim_end_matches('.'));
    }
    if !error.message().is_empty() {
        message = format!("{message}. {}", error.message());
    }
    let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
    message = match others.as_slice() {
        [] => format!("{message}. No other account can train"),
        others => format!(
            "{message}. Accounts that can train: {}; name one with the header {PROVIDER_NAME}, or \
             by a model of the form account/model",
            others.join(", ")
        ),
    };
    let rejected = ApiError::new(StatusCode::FORBIDDEN, clean(&message));
    with_vendor_words(rejected.code("training_not_available"), error)
}

/// Translates the failure to start a job with a file that the vendor has not imported
/// yet. Nothing was started: the request can be repeated.
pub fn file_not_imported(error: &Error) -> ApiError {
    let error_message = clean(error.message());
    let translated = ApiError::new(StatusCode::GATEWAY_TIMEOUT, error_message);
    with_vendor_words(translated.code("file_not_imported"), error).retry_after(Some(IMPORT_RETRY))
}

fn from_request(status: u16, code: Option<&'static str>, error: &Error) -> ApiError {
    let message = match error.message() {
        "" => clean(&error.to_string()),
        message => clean(message),
    };
    let mut translated = ApiError::new(status_code(status), message);
    if let Some(code) = code {
        translated = translated.code(code);
    }
    if error.kind() == ErrorKind::Ambiguous {
        translated = translated.param(PROVIDER_NAME);
    }
    with_vendor_words(translated, error)
}

fn from_status(status: u16, error: &Error) -> ApiError {
    let account = account(error);
    let row = STATUSES.iter().find(|(theirs, _)| *theirs == status);
    let ours = status_code(row.map_or(502, |(_, ours)| *ours));
    if !ours.is_client_error() {
        let message = match status {
            401 | 403 => {
                format!("{account} rejected the gateway's key with status {status}")
            }
            _ => format!("{account} answered with status {status}"),
        };
        return ApiError::new(ours, message)
            .code("provider_error")
            .retry_after(error.retry_after());
    }
    let message = match error.vendor_message() {
        Some(message) => clean(message),
        None => format!("{account} answered with status {status}"),
    };
    let translated = ApiError::new(ours, message).retry_after(error.retry_after());
    with_vendor_words(translated, error)
}

/// Adds the type, the code and the parameter that the error names.
fn with_vendor_words(mut translated: ApiError, error: &Error) -> ApiError {
    if let Some(error_type) = error.vendor_type() {
        translated = translated.error_type(clean(error_type));
    }
    if let Some(code) = error.vendor_code() {
        translated = translated.code(clean(code));
    }
    if let Some(param) = error.vendor_param() {
        translated = translated.param(clean(param));
    }
    translated
}

/// Returns the account's name as messages begin with it.
fn account(error: &Error) -> &str {
    error.account().unwrap_or("the provider account")
}

/// Makes one line of limited length.
fn clean(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(printable).take(MESSAGE_LIMIT).collect()
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_401_is_never_the_caller_s() {
        let is_about_a_key = |status: &u16| matches!(status, 401 | 403);
        assert!(!STATUSES.iter().any(|(_, ours)| is_about_a_key(ours)));
        assert!(!STATUSES.iter().any(|(theirs, _)| is_about_a_key(theirs)));
    }

    #[test]
    fn messages_are_one_line_of_limited_length() {
        assert_eq!(clean("a\r\nb"), "a  b");
        assert_eq!(clean(&"x".repeat(5000)).len(), MESSAGE_LIMIT);
    }

    #[test]
    fn a_failure_after_the_head_is_described_by_its_kind() {
        for (kind, status, message) in [
            (ErrorKind::Timeout, 504, "main did not answer in time"),
            (
                ErrorKind::Decode,
                502,
                "main returned a body that cannot be decoded",
            ),
        ] {
            let error = Error::new(kind, "http://10.0.0.1 is slow");
            let error = ApiError::from(error.at_account("main").with_status(200));
            assert_eq!(
                (error.status().as_u16(), error.message()),
                (status, message)
            );
        }
    }

    #[test]
    fn want_of_memory_is_a_503_with_retry_after() {
        let wait = std::time::Duration::from_secs(1);
        let overloaded = || Error::new(ErrorKind::Overloaded, "").with_retry_after(wait);
        let other = Error::new(ErrorKind::Timeout, "").at_account("slow");
        let errors = [Arc::new(other), Arc::new(overloaded().at_account("main"))];
        for error in [ApiError::from(overloaded()), all_failed(&errors)] {
            let expected = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.message());
            let expected = expected.code("provider_error").retry_after(Some(wait));
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn an_error_of_the_request_has_no_place() {
        let error = Error::new(ErrorKind::InvalidRequest, "files are kept")
            .at_account("main")
            .with_vendor_param("expires_after[seconds]")
            .with_vendor_code("unsupported_value");
        let expected = ApiError::invalid("expires_after[seconds]", "files are kept");
        assert_eq!(ApiError::from(error), expected.code("unsupported_value"));
    }
}
