//! One provider account as the gateway uses it: bounded in how much is asked
//! of it at once, counted, and asked by the vendor's own operations.

mod files;
mod jobs;
mod list;
mod log;
mod owner;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use tokio::sync::Semaphore;
use unitune::providers::{Account, Client};
use unitune::transport::{Attempt, CallOptions, Observer};
use unitune::unify::{Context, MappingError, UnsupportedFields, Vendor};
use unitune::{Error, ErrorKind};

use crate::metrics::Metrics;
use crate::problem::Problem;

pub use files::{Expiry, Uploading};
pub use list::{JobQuery, ListKey, all_failed, list};
pub use owner::{file_owner, owner};

/// A provider account.
pub struct Upstream {
    account: Account,
    client: Client,
    permits: Semaphore,
    metrics: Arc<Metrics>,
}

/// Counts what is tried again.
#[derive(Debug)]
struct Retries {
    account: String,
    metrics: Arc<Metrics>,
}

impl Observer for Retries {
    fn attempt(&self, attempt: &Attempt<'_>) {
        if attempt.attempt > 1 {
            self.metrics.retry(&self.account);
        }
    }
}

/// A call that came to nothing.
#[derive(Debug)]
pub struct Failed {
    /// The account that it was a call to.
    pub account: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Error(Error),
    Refused(UnsupportedFields),
    /// The vendor has no such thing; says so.
    Unsupported(String),
    /// The vendor's answer has no form in the gateway's terms.
    Mapping(MappingError),
}

/// Something that a list could not show.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// The account that it happened at.
    pub account: String,
    /// True when the account itself failed, so that something of it is missing.
    pub account_failed: bool,
    /// The id of what it is about, where it is about one thing.
    pub job: Option<String>,
    /// What happened.
    pub message: String,
}

impl Upstream {
    /// An account of which at most `limit` things are asked at the same time.
    pub fn new(account: Account, limit: usize, metrics: Arc<Metrics>) -> Self {
        let observer = Arc::new(Retries {
            account: account.name().to_owned(),
            metrics: metrics.clone(),
        });
        let options = CallOptions::new().observer(observer);
        let client = match account.client() {
            Client::OpenAi(client) => client.with_options(&options).into(),
            Client::Together(client) => client.with_options(&options).into(),
            Client::TrueFoundry(client) => client.with_options(&options).into(),
            // A vendor that the library has learnt and the gateway has not.
            other => other.clone(),
        };
        Self {
            account,
            client,
            permits: Semaphore::new(limit),
            metrics,
        }
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        self.account.name()
    }

    /// The vendor that the account is at.
    pub fn vendor(&self) -> Vendor {
        self.account.vendor()
    }

    fn client(&self) -> &Client {
        &self.client
    }

    /// Notes are of no use to the caller, and cost something on every job.
    fn context(&self) -> Context {
        let mut context = self.account.context();
        context.notes = false;
        context
    }

    /// Makes one call when it is its turn. Whoever drops the future gives the
    /// turn back and cancels the call.
    async fn call<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failed> {
        // The semaphore is never closed.
        let _turn = self.permits.acquire().await;
        let start = Instant::now();
        let answer = call.await;
        let outcome = answer.as_ref().err().map(outcome);
        self.metrics.upstream(
            self.name(),
            operation,
            outcome.as_deref().unwrap_or("ok"),
            start.elapsed(),
        );
        answer.map_err(|error| {
            tracing::debug!(account = self.name(), operation, %error, "an upstream call failed");
            self.failed(error)
        })
    }

    fn failed(&self, cause: impl Into<Cause>) -> Failed {
        Failed {
            account: self.name().to_owned(),
            cause: cause.into(),
        }
    }

    fn warning(&self, job: Option<String>, message: impl Into<String>) -> Warning {
        Warning {
            account: self.name().to_owned(),
            account_failed: false,
            job,
            message: message.into(),
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("account", &self.name())
            .field("vendor", &self.vendor())
            .finish_non_exhaustive()
    }
}

/// How a failed call is counted: by its status, or by a word.
fn outcome(error: &Error) -> String {
    match (error.status(), error.kind()) {
        (Some(status), _) => status.to_string(),
        (None, ErrorKind::Connect) => "connect".to_owned(),
        (None, ErrorKind::Timeout) => "timeout".to_owned(),
        (None, ErrorKind::Interrupted) => "interrupted".to_owned(),
        (None, ErrorKind::Decode) => "decode".to_owned(),
        (None, _) => "other".to_owned(),
    }
}

impl Failed {
    /// The thing does not exist there.
    pub fn is_not_found(&self) -> bool {
        matches!(&self.cause, Cause::Error(error) if error.is_not_found())
    }

    /// The same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(&self.cause, Cause::Error(error) if error.is_retryable())
    }

    /// The account is missing in a list.
    pub fn warning(&self) -> Warning {
        Warning {
            account: self.account.clone(),
            account_failed: true,
            job: None,
            message: Problem::from(self).message().to_owned(),
        }
    }
}

impl From<&Failed> for Problem {
    fn from(failed: &Failed) -> Self {
        match &failed.cause {
            Cause::Error(error) => Self::from_upstream(&failed.account, error),
            Cause::Refused(refusal) => Self::refused(refusal),
            Cause::Unsupported(message) => {
                Self::new(http::StatusCode::BAD_REQUEST, message).code("unsupported")
            }
            Cause::Mapping(error) => Self::new(
                http::StatusCode::BAD_GATEWAY,
                format!(
                    "{} answered what has no form in the gateway's terms: {error}",
                    failed.account
                ),
            )
            .code("provider_error"),
        }
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        Self::from(&failed)
    }
}

impl From<Error> for Cause {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<UnsupportedFields> for Cause {
    fn from(refusal: UnsupportedFields) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MappingError> for Cause {
    fn from(error: MappingError) -> Self {
        Self::Mapping(error)
    }
}

/// Returns a vendor's name as messages write it.
fn title(vendor: &Vendor) -> &str {
    match vendor.as_str() {
        "openai" => unitune::unify::openai::TITLE,
        "together" => unitune::unify::together::TITLE,
        "truefoundry" => unitune::unify::truefoundry::TITLE,
        name => name,
    }
}
