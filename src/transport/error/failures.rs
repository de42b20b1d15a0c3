//! Makes errors of failed requests, of vendors' error responses, and of bodies that do
//! not decode.

use std::error::Error as StdError;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::{Error, ErrorKind};
use crate::transport::body::WholeBody;
use crate::transport::error_body::{VendorError, redact_headers};
use crate::transport::vendor_profile::VendorProfile;
use crate::wire::{self, Fault, Problem};

/// The message about a response that does not decode.
const UNDOCUMENTED: &str = "the response does not have the documented form";

impl Error {
    pub(in crate::transport) fn from_reqwest(error: reqwest::Error) -> Self {
        // The URL could contain a user's data; the account is enough.
        let error = error.without_url();
        let (kind, message) = if error.is_connect() {
            (ErrorKind::Connect, "no connection")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "timed out")
        } else if error.is_builder() {
            (ErrorKind::InvalidRequest, "the request cannot be built")
        } else if error.is_redirect() {
            (ErrorKind::Status, "too many redirects")
        } else {
            (ErrorKind::Interrupted, "the connection broke")
        };
        let deepest = deepest(&error);
        let message = if deepest.is_empty() {
            message.to_owned()
        } else {
            format!("{message}: {deepest}")
        };
        Self::new(kind, message).because(error)
    }

    /// Creates the error of a body that is not JSON, or not of the documented
    /// form. It keeps the body, for callers that can read it in another way.
    pub(in crate::transport) fn undecoded(
        headers: &HeaderMap,
        body: WholeBody,
        error: &serde_json::Error,
    ) -> Self {
        if wire::has_too_many_items(error) {
            let message = "the answer is larger than what can be held: its lists have too many items \
                 for one answer";
            return Self::new(ErrorKind::TooLarge, message);
        }
        let message = if body.is_empty() {
            "the response is empty: expected a JSON document".to_owned()
        } else if Problem::of(error) == Problem::TooDeep {
            "the response is nested too deeply to be read".to_owned()
        } else if error.is_syntax() || error.is_eof() {
            let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
            let kind = kind.unwrap_or("no content type");
            format!("the response is not JSON ({kind}, {} bytes)", body.len())
        } else {
            // The cause itself quotes values, which could be secrets.
            let text = std::str::from_utf8(&body).unwrap_or_default();
            let fault = Fault::of_error(text, error);
            match fault.is_specific() {
                true => format!("{UNDOCUMENTED}: {fault}"),
                false => UNDOCUMENTED.to_owned(),
            }
        };
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.undecoded = Some(body);
        error
    }

    /// Creates the error that a vendor sent with a successful status, if the body
    /// is one.
    pub(crate) fn from_success(profile: &VendorProfile, body: &[u8]) -> Option<Self> {
        let body = VendorError::in_success(body, profile.read_error)?;
        let message = "the vendor answered with an error under a status of success";
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.body = body;
        Some(error)
    }

    /// Sets what is wrong with a body that did not decode.
    pub(crate) fn with_undecoded_reason(mut self, reason: &str) -> Self {
        let is_known = self.0.body.message.is_some();
        if !is_known && reason != wire::UNDOCUMENTED {
            self.0.message = format!("{UNDOCUMENTED}: {reason}");
        }
        self
    }

    /// Removes and returns the body that did not decode.
    pub(crate) fn take_undecoded(&mut self) -> Option<WholeBody> {
        self.0.undecoded.take()
    }

    pub(in crate::transport) fn from_status(
        profile: &VendorProfile,
        status: StatusCode,
        body: VendorError,
    ) -> Self {
        let message = if status.is_redirection() {
            "which is not followed; check the base URL"
        } else {
            ""
        };
        if let Some(facts) = (profile.training_not_available)(status.as_u16(), &body) {
            let mut error = Self::new(ErrorKind::TrainingNotAvailable, facts);
            error.0.body = body;
            return error;
        }
        let mut error = Self::new(ErrorKind::Status, message);
        error.0.is_transient = (profile.is_transient)(status.as_u16(), &body);
        error.0.body = body;
        error
    }

    /// Sets the response. The key is removed from it, in case the vendor
    /// repeats it.
    pub(in crate::transport) fn with_answer(
        mut self,
        profile: &VendorProfile,
        status: StatusCode,
        mut headers: HeaderMap,
        secret: Option<&str>,
    ) -> Self {
        if let Some(secret) = secret {
            redact_headers(&mut headers, secret);
        }
        self.0.status = Some(status);
        self.0.request_id = request_id(profile.request_id_headers, &headers).map(str::to_owned);
        self.0.headers = headers;
        self
    }
}

/// Returns the innermost cause: the outer ones only say that there is one.
fn deepest(error: &reqwest::Error) -> String {
    let mut deepest: Option<&dyn StdError> = error.source();
    while let Some(next) = deepest.and_then(StdError::source) {
        deepest = Some(next);
    }
    deepest.map(ToString::to_string).unwrap_or_default()
}

/// Returns the request's id at the vendor, or at a proxy before it: the first
/// of these headers that is present.
pub(in crate::transport) fn request_id<'h>(
    names: &[&str],
    headers: &'h HeaderMap,
) -> Option<&'h str> {
    let mut found = names
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok());
    found.next()
}
