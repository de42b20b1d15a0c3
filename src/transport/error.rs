//! The library's error type.

mod failures;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::body::WholeBody;
use super::error_body::VendorError;
pub(super) use failures::request_id;

/// An error of an operation.
///
/// Its text is one line with the account, the operation and the problem, including
/// the vendor's message; it never contains a key.
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
    /// Whether the status is one after which a retry may succeed.
    is_transient: bool,
    /// Whether a retry may succeed, where more is known than kind and status.
    retryable: Option<bool>,
    /// Whether the request may have been carried out, where more is known than kind
    /// and status.
    effect: Option<bool>,
    token_renewed: bool,
    tries: u32,
    note: Option<String>,
    /// The ids of files that the failed call has uploaded.
    uploads: Vec<String>,
    /// The accounts that can start jobs instead, if they were looked up.
    alternatives: Option<Vec<String>>,
    /// The body that did not decode. It is never shown: it could hold a secret.
    undecoded: Option<WholeBody>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the accounts are not configured correctly: there is no
    /// key, no account, or the base URL is invalid.
    Config,
    /// The request is invalid and was not sent.
    InvalidRequest,
    /// The connection failed; nothing was sent.
    Connect,
    /// A timeout or the deadline passed.
    Timeout,
    /// The connection broke before the response was complete.
    Interrupted,
    /// The vendor responded with an error status.
    Status,
    /// None of the accounts has the id.
    NotFound,
    /// More than one account has the id.
    Ambiguous,
    /// The response does not have the documented form.
    Decode,
    /// The response is larger than the limit.
    TooLarge,
    /// The answer would take more memory than all answers together may take now
    /// ([`MemoryBudget`](super::MemoryBudget)).
    Overloaded,
    /// A job has no form in the gateway's terms.
    Mapping,
    /// The vendor does not support the operation.
    Unsupported,
    /// The job would cost more than the limit.
    CostLimit,
    /// The vendor starts no more jobs for this account, now or later.
    TrainingNotAvailable,
}

impl Error {
    /// Creates an error. Backends create their own errors with it, and add
    /// details with the `with_…` methods.
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
            effect: None,
            token_renewed: false,
            tries: 0,
            note: None,
            uploads: Vec::new(),
            alternatives: None,
            undecoded: None,
            source: None,
        }))
    }

    /// Creates an error of the kind [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Sets the account.
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

    /// Sets the HTTP status of the response; a number that is no status is
    /// ignored. 408, 409, 429 and 5xx count as transient: see
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

    /// Sets whether the request may have been carried out.
    pub(crate) fn with_effect(mut self, may_have: bool) -> Self {
        self.0.effect = Some(may_have);
        self
    }

    /// Sets that nothing was sent that changes anything.
    pub(crate) fn without_effect(self) -> Self {
        self.with_effect(false)
    }

    /// Sets the vendor's message.
    #[must_use]
    pub fn with_vendor_message(mut self, message: impl Into<String>) -> Self {
        self.0.body.message = Some(message.into());
        self
    }

    /// Sets the vendor's type of error, such as `invalid_request_error`.
    #[must_use]
    pub fn with_vendor_type(mut self, kind: impl Into<String>) -> Self {
        self.0.body.kind = Some(kind.into());
        self
    }

    /// Sets the headers of the response.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers = headers;
        self
    }

    /// Sets how many times the request was sent.
    #[must_use]
    pub fn with_tries(mut self, tries: u32) -> Self {
        self.0.tries = tries;
        self
    }

    /// Sets the vendor's error code.
    #[must_use]
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.0.body.code = Some(code.into());
        self
    }

    /// Sets the parameter that the vendor's error names.
    #[must_use]
    pub fn with_vendor_param(mut self, param: impl Into<String>) -> Self {
        self.0.body.param = Some(param.into());
        self
    }

    /// Sets the id under which the vendor can find the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets how long to wait before a retry, as the vendor asks for it.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the source.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Sets the vendor's hints about a retry.
    pub(super) fn with_hints(mut self, after: Option<Duration>, should: Option<bool>) -> Self {
        self.0.retry_after = after;
        self.0.retryable = should;
        self
    }

    /// Adds a note for the reader of the error.
    pub(crate) fn noting(mut self, note: String) -> Self {
        self.0.note = Some(note);
        self
    }

    /// Adds the files that the failed call has uploaded.
    pub(crate) fn with_uploads(self, ids: Vec<String>) -> Self {
        let mut error = self.noting(format!("uploaded before: {}", ids.join(", ")));
        error.0.uploads = ids;
        error
    }

    /// Returns the ids of the files that the failed call has uploaded: a
    /// [`Draft`](crate::providers::Draft) with them in place of their paths uploads
    /// nothing again.
    pub fn uploaded_files(&self) -> &[String] {
        &self.0.uploads
    }

    /// Sets the accounts that can start jobs instead of one whose vendor no
    /// longer does; an empty list means that there is none.
    #[must_use]
    pub fn with_alternatives(mut self, accounts: Vec<String>) -> Self {
        self.0.alternatives = Some(accounts);
        self
    }

    /// Records that the token was rejected and the next attempt has another
    /// one.
    pub(super) fn with_renewed_token(mut self) -> Self {
        self.0.token_renewed = true;
        self
    }

    /// Returns true if the token was rejected and can be renewed.
    pub(super) fn has_renewed_token(&self) -> bool {
        self.0.token_renewed
    }

    /// Sets the number of attempts.
    pub(super) fn after_tries(mut self, tries: u32) -> Self {
        self.0.tries = tries;
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the account's name.
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// Returns the operation's name in the vendor's document.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns the HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|s| s.as_u16())
    }

    /// Returns the headers of the response; empty if there was none. Keys are
    /// removed from them.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the accounts that can start jobs instead, of an error for which
    /// [`Self::is_training_not_available`] is true.
    pub fn alternatives(&self) -> &[String] {
        self.0.alternatives.as_deref().unwrap_or_default()
    }

    /// Returns what is wrong, without the account and the operation; empty
    /// where the vendor's error is complete. For [`ErrorKind::TrainingNotAvailable`]
    /// it is what still works until when.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the vendor's message.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.body.message.as_deref()
    }

    /// Returns the vendor's type of error, such as `invalid_request_error`.
    pub fn vendor_type(&self) -> Option<&str> {
        self.0.body.kind.as_deref()
    }

    /// Returns the vendor's error code.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.body.code.as_deref()
    }

    /// Returns the parameter that the vendor's error names.
    pub fn vendor_param(&self) -> Option<&str> {
        self.0.body.param.as_deref()
    }

    /// Returns the id under which the vendor can find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns how long to wait before a retry, if the vendor asks for it.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how many times the request was sent; 0 if it never was.
    pub fn tries(&self) -> u32 {
        self.0.tries
    }

    /// Returns true if the job or file does not exist.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound || self.0.status == Some(StatusCode::NOT_FOUND)
    }

    /// Returns true if the key is missing, invalid, or lacks a permission.
    pub fn is_auth(&self) -> bool {
        let is_about_key = !self.is_training_not_available();
        is_about_key
            && matches!(
                self.0.status,
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            )
    }

    /// Returns true if there were too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.0.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns true if the vendor starts no more jobs for this account. This is
    /// final: a retry does not help, and [`Self::alternatives`] are the accounts that can
    /// start the job instead.
    pub fn is_training_not_available(&self) -> bool {
        self.0.kind == ErrorKind::TrainingNotAvailable
    }

    /// Returns true if the time ran out after the connection was established.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns true if the connection failed: the request certainly did not
    /// arrive.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns true if the request may have been carried out although it failed: it
    /// was sent, and no answer says that the vendor refused it. Of a request that
    /// creates something, look first whether it is there: the same request may
    /// create a second one.
    ///
    /// ```
    /// use unitune::{Error, ErrorKind};
    ///
    /// assert!(Error::new(ErrorKind::Timeout, "").may_have_taken_effect());
    /// assert!(!Error::new(ErrorKind::Connect, "").may_have_taken_effect());
    /// let rate_limited = Error::new(ErrorKind::Status, "").with_status(429);
    /// assert!(!rate_limited.may_have_taken_effect());
    /// ```
    pub fn may_have_taken_effect(&self) -> bool {
        let inner = &*self.0;
        inner
            .effect
            .unwrap_or_else(|| super::retry::may_have_taken_effect(inner.kind, self.status()))
    }

    /// Returns true if the same request may succeed later, as the vendor states
    /// or else by the kind of error. Whether it is safe to send it again is
    /// another question: see [`Self::may_have_taken_effect`].
    pub fn is_retryable(&self) -> bool {
        // Whatever a header of the answer says.
        if self.is_training_not_available() {
            return false;
        }
        if let Some(retryable) = self.0.retryable {
            return retryable;
        }
        match self.0.kind {
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Interrupted
            | ErrorKind::Overloaded => true,
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
