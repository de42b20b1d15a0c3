//! The one error type.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::error_body::VendorError;
use super::profile::VendorProfile;
use crate::wire::{Fault, Problem};

/// What is said of an answer that does not decode.
const UNDOCUMENTED: &str = "the answer does not have the documented form";

/// Why an operation failed.
///
/// Its text is one line that says where, what and, as far as the vendor tells,
/// why; it never holds a key.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    account: Option<String>,
    operation: Option<&'static str>,
    status: Option<StatusCode>,
    message: String,
    body: VendorError,
    headers: HeaderMap,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    /// What the status says about another try.
    is_transient: bool,
    /// What is known better than by kind and status.
    retryable: Option<bool>,
    token_renewed: bool,
    tries: u32,
    note: Option<String>,
    /// The accounts that can start jobs instead, where somebody looked.
    alternatives: Option<Vec<String>>,
    /// Never shown: it could hold a secret.
    undecoded: Option<Bytes>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What sort of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is not set up: no key, no account, a base URL that is none.
    Config,
    /// The request cannot be sent as it is.
    InvalidRequest,
    /// No connection came about; nothing was sent.
    Connect,
    /// The time ran out.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The vendor answered with an error status.
    Status,
    /// None of the accounts that were asked knows the id.
    NotFound,
    /// More than one account knows the id.
    Ambiguous,
    /// The answer is not what the vendor's document says.
    Decode,
    /// The answer is larger than the limit.
    TooLarge,
    /// A job has no form in the gateway's terms.
    Mapping,
    /// The vendor has no such thing.
    Unsupported,
    /// It would cost more than is allowed.
    CostLimit,
    /// The vendor starts no more jobs for this account, now or later.
    TrainingNotAvailable,
}

impl Error {
    /// An error of a backend's own. What else is known of it is added with
    /// the `with_…` methods.
    ///
    /// ```
    /// use unitune::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Status, "")
    ///     .with_status(429)
    ///     .with_vendor_message("at most 5 jobs at a time");
    /// assert!(error.is_rate_limited() && error.is_retryable());
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the vendor answered 429 Too Many Requests: at most 5 jobs at a time",
    /// );
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            account: None,
            operation: None,
            status: None,
            message: message.into(),
            body: VendorError::default(),
            headers: HeaderMap::new(),
            request_id: None,
            retry_after: None,
            is_transient: false,
            retryable: None,
            token_renewed: false,
            tries: 0,
            note: None,
            alternatives: None,
            undecoded: None,
            source: None,
        }))
    }

    /// An error of kind [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Sets the account that it happened at.
    #[must_use]
    pub fn at_account(mut self, account: &str) -> Self {
        self.0.account = Some(account.to_owned());
        self
    }

    /// Sets the operation that failed.
    #[must_use]
    pub fn in_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Sets the HTTP status of the answer; no effect for numbers that are not
    /// one. 408, 409, 429 and 5xx count as transient: see
    /// [`Self::is_retryable`].
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = StatusCode::from_u16(status).ok();
        self.0.is_transient = super::retry::is_transient(status);
        self
    }

    /// Sets whether the same request may succeed later.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = Some(retryable);
        self
    }

    /// Sets what the vendor says is wrong.
    #[must_use]
    pub fn with_vendor_message(mut self, message: impl Into<String>) -> Self {
        self.0.body.message = Some(message.into());
        self
    }

    /// Sets the vendor's class of error, such as `invalid_request_error`.
    #[must_use]
    pub fn with_vendor_type(mut self, kind: impl Into<String>) -> Self {
        self.0.body.kind = Some(kind.into());
        self
    }

    /// Sets the headers of the answer.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers = headers;
        self
    }

    /// Sets how often the request was sent.
    #[must_use]
    pub fn with_tries(mut self, tries: u32) -> Self {
        self.0.tries = tries;
        self
    }

    /// Sets the vendor's code of the error.
    #[must_use]
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.0.body.code = Some(code.into());
        self
    }

    /// Sets the parameter that the vendor complains about.
    #[must_use]
    pub fn with_vendor_param(mut self, param: impl Into<String>) -> Self {
        self.0.body.param = Some(param.into());
        self
    }

    /// Sets the id under which the vendor can look the request up.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets how long the vendor asks to wait before the next try.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
        // The URL could hold what a user put there; it says nothing that the
        // account does not.
        let error = error.without_url();
        let (kind, message) = if error.is_connect() {
            (ErrorKind::Connect, "no connection")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "the time ran out")
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

    /// A body that is no JSON, or not of the documented form.
    /// The body is kept, for those who can make something of it.
    pub(super) fn undecoded<T: DeserializeOwned>(
        headers: &HeaderMap,
        body: Bytes,
        error: &serde_json::Error,
    ) -> Self {
        let message = if body.is_empty() {
            "the answer is empty, where a JSON document was expected".to_owned()
        } else if Problem::of(error) == Problem::TooDeep {
            "the answer is nested too deeply to be read".to_owned()
        } else if error.is_syntax() || error.is_eof() {
            let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
            let kind = kind.unwrap_or("of no stated type");
            format!("the answer is not JSON ({kind}, {} bytes)", body.len())
        } else {
            // The cause itself quotes values, which could be secrets.
            match Fault::of_body::<T>(&body) {
                Some(fault) => format!("{UNDOCUMENTED}: {fault}"),
                None => UNDOCUMENTED.to_owned(),
            }
        };
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.undecoded = Some(body);
        error
    }

    /// Says of a body that did not decode what is wrong with it above all.
    pub(crate) fn with_undecoded_reason(mut self, reason: &str) -> Self {
        self.0.message = format!("{UNDOCUMENTED}: {reason}");
        self
    }

    /// Takes the body that did not decode.
    pub(crate) fn take_undecoded(&mut self) -> Option<Bytes> {
        self.0.undecoded.take()
    }

    pub(super) fn from_status(
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

    /// Sets the answer that it is about. The key, should the vendor repeat it
    /// there, is taken out.
    pub(super) fn with_answer(
        mut self,
        profile: &VendorProfile,
        status: StatusCode,
        mut headers: HeaderMap,
        secret: Option<&str>,
    ) -> Self {
        if let Some(secret) = secret {
            super::error_body::redact_headers(&mut headers, secret);
        }
        self.0.status = Some(status);
        self.0.request_id = request_id(profile.request_id_headers, &headers).map(str::to_owned);
        self.0.headers = headers;
        self
    }

    /// Sets what the vendor says about another try.
    pub(super) fn with_hints(mut self, after: Option<Duration>, should: Option<bool>) -> Self {
        self.0.retry_after = after;
        self.0.retryable = should;
        self
    }

    /// Adds something that whoever reads the error needs to know too.
    pub(crate) fn noting(mut self, note: String) -> Self {
        self.0.note = Some(note);
        self
    }

    /// Sets the accounts that can start jobs instead of one whose vendor does
    /// not any more; an empty list says that there is none.
    #[must_use]
    pub fn with_alternatives(mut self, accounts: Vec<String>) -> Self {
        self.0.alternatives = Some(accounts);
        self
    }

    /// Says of a refused token that the next try is made with another one.
    pub(super) fn with_renewed_token(mut self) -> Self {
        self.0.token_renewed = true;
        self
    }

    /// True when a token was refused that can be renewed.
    pub(super) fn has_renewed_token(&self) -> bool {
        self.0.token_renewed
    }

    /// Sets how often it was tried.
    pub(super) fn after_tries(mut self, tries: u32) -> Self {
        self.0.tries = tries;
        self
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The account, as it is named in the configuration.
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// The operation, as the vendor's document names it here.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The HTTP status of the answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|s| s.as_u16())
    }

    /// The headers of the answer; none where there was no answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The accounts that can start jobs instead, of an error for which
    /// [`Self::is_training_not_available`] is true.
    pub fn alternatives(&self) -> &[String] {
        self.0.alternatives.as_deref().unwrap_or_default()
    }

    /// What is wrong, without where it happened; empty where the vendor's answer
    /// says all. Of [`ErrorKind::TrainingNotAvailable`] it is what goes on
    /// working until when.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the vendor says is wrong.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.body.message.as_deref()
    }

    /// The vendor's class of error, such as `invalid_request_error`.
    pub fn vendor_type(&self) -> Option<&str> {
        self.0.body.kind.as_deref()
    }

    /// The vendor's code of the error.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.body.code.as_deref()
    }

    /// The parameter that the vendor complains about.
    pub fn vendor_param(&self) -> Option<&str> {
        self.0.body.param.as_deref()
    }

    /// The id under which the vendor can look the request up.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the vendor asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How often the request was sent, or was tried to be; 0 where it never
    /// came to that.
    pub fn tries(&self) -> u32 {
        self.0.tries
    }

    /// The thing does not exist there.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound || self.0.status == Some(StatusCode::NOT_FOUND)
    }

    /// The key is missing, wrong, or may not do this.
    pub fn is_auth(&self) -> bool {
        let is_about_key = !self.is_training_not_available();
        is_about_key
            && matches!(
                self.0.status,
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            )
    }

    /// Too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.0.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The vendor starts no more jobs for this account. It is final: another
    /// try does not help, and [`Self::alternatives`] are the accounts that can
    /// start the job instead.
    pub fn is_training_not_available(&self) -> bool {
        self.0.kind == ErrorKind::TrainingNotAvailable
    }

    /// The time ran out after a connection had come about.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// No connection came about: the request surely did not arrive.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// The same request may succeed later, by what the vendor says or else by
    /// the sort of failure. Whether it is harmless to send it again is another
    /// question: of a request that makes something, only
    /// [`Self::is_connect`] says that it is.
    pub fn is_retryable(&self) -> bool {
        // Whatever a header of the answer says.
        if self.is_training_not_available() {
            return false;
        }
        if let Some(retryable) = self.0.retryable {
            return retryable;
        }
        match self.0.kind {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted => true,
            ErrorKind::Status => self.0.is_transient,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        for part in [inner.account.as_deref(), inner.operation]
            .into_iter()
            .flatten()
        {
            write!(f, "{part}: ")?;
        }
        match inner.status.filter(|_| inner.kind == ErrorKind::Status) {
            None if inner.kind == ErrorKind::TrainingNotAvailable => {
                f.write_str("the vendor starts no more jobs for this account")?;
                if let Some(message) = &inner.body.message {
                    write!(f, ": {message}")?;
                }
            }
            None => {
                let texts = [Some(&inner.message), inner.body.message.as_ref()];
                let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
                let texts: Vec<&str> = texts.map(String::as_str).collect();
                f.write_str(&texts.join(": "))?;
            }
            Some(status) => {
                write!(f, "the vendor answered {status}")?;
                if !inner.message.is_empty() {
                    write!(f, ", {}", inner.message)?;
                }
                if let Some(message) = &inner.body.message {
                    write!(f, ": {message}")?;
                }
            }
        }
        let details = [
            ("type", &inner.body.kind),
            ("code", &inner.body.code),
            ("param", &inner.body.param),
            ("request id", &inner.request_id),
        ];
        let details: Vec<String> = details
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)))
            .collect();
        let tries = (inner.tries > 1).then(|| format!("tried {} times", inner.tries));
        let details: Vec<String> = details
            .into_iter()
            .chain(tries)
            .chain(inner.note.clone())
            .collect();
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        if inner.kind == ErrorKind::TrainingNotAvailable {
            inner.fmt_way_on(f)?;
        }
        Ok(())
    }
}

impl Inner {
    /// Writes what works still, and where jobs can be started instead.
    fn fmt_way_on(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.message.is_empty() {
            write!(f, ". {}", self.message)?;
        }
        match self.alternatives.as_deref() {
            None => Ok(()),
            Some([]) => f.write_str(". No other account is configured that can train"),
            Some(accounts @ [first, ..]) => write!(
                f,
                ". Accounts that can train: {}. Start the job there with `unitune jobs create --on \
                 {first}`, or an earlier one again with `unitune jobs rerun ID --on {first}`",
                accounts.join(", ")
            ),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

/// The innermost cause: the outer ones only say that there is one.
fn deepest(error: &reqwest::Error) -> String {
    let mut deepest: Option<&dyn StdError> = error.source();
    while let Some(next) = deepest.and_then(StdError::source) {
        deepest = Some(next);
    }
    deepest.map(ToString::to_string).unwrap_or_default()
}

/// Returns the id under which the vendor, or the proxy before it, knows the
/// request: the first of these headers that is there.
pub(super) fn request_id<'h>(names: &[&str], headers: &'h HeaderMap) -> Option<&'h str> {
    let mut found = names
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok());
    found.next()
}
