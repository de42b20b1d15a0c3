//! Requests and responses: connections, keys, timeouts, retries, uploads,
//! downloads and the error type. The clients of all vendors share this one
//! implementation, which depends on no vendor.
//!
//! ```
//! # #[cfg(feature = "openai")]
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use unitune::transport::{CallOptions, RetryPolicy};
//!
//! # let sandbox = unitune_sandbox::Sandbox::start().await?;
//! # let (url, key) = (sandbox.openai_base_url(), sandbox.openai_key());
//! let client = unitune::openai::Client::builder()
//!     .base_url(url)
//!     .api_key(key)
//!     .timeout(Duration::from_secs(20))
//!     .retry(RetryPolicy::times(4))
//!     .build()?;
//!
//! // One call with other settings, which fails here because there is no such job.
//! let options = CallOptions::new().retries(0);
//! let error = client.with_options(&options).retrieve_job("ftjob-none").await.unwrap_err();
//! assert!(error.is_not_found());
//! assert_eq!((error.status(), error.tries()), (Some(404), 1));
//! # Ok(()) }
//! # #[cfg(not(feature = "openai"))]
//! # fn main() {}
//! ```

mod attempt;
mod body;
mod builder;
mod certificates;
mod clock;
mod credential;
mod error;
mod error_body;
mod execute;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod headers_from_env;
mod http_client;
mod long_document;
mod memory_budget;
mod observer;
mod options;
mod request;
mod response;
mod retry;
mod retry_after;
mod temporary_file;
mod trace;
mod upload;
mod vendor_profile;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;

// For generated code.
#[doc(hidden)]
pub use http::Method;

#[allow(unused_imports)] // Where no vendor is compiled in, nothing uses it.
pub(crate) use builder::api_client;
pub use builder::{ApiClient, ClientBuilder};
pub use clock::{Clock, SystemClock};
#[allow(unused_imports)] // Not every set of vendors has documents that are read as they come.
pub(crate) use credential::SentKey;
pub use credential::{Token, TokenSource};
pub use error::{Error, ErrorKind};
pub use error_body::VendorError;
#[doc(hidden)]
pub use http_client::default_http_client;
#[allow(unused_imports)] // Not every set of vendors has documents that are read as they come.
pub(crate) use long_document::{Pieces, ReadPieces};
pub use memory_budget::MemoryBudget;
pub(crate) use memory_budget::{KeptBytes, Reservation};
pub use observer::{Attempt, CallReport, Observer};
pub use options::CallOptions;
#[allow(unused_imports)] // Not every set of vendors has documents that are read as they come.
pub(crate) use request::LongResponse;
#[allow(unused_imports)] // Where no vendor has such uploads, nothing uses it.
pub(crate) use request::segment;
pub use response::{Download, Response};
pub use retry::RetryPolicy;
#[cfg(feature = "opentelemetry")]
pub use trace::TracingSpans;
pub use trace::{TraceContext, TraceSource};
#[allow(unused_imports)] // Not every vendor needs it.
pub(crate) use upload::purpose_fields;
pub use upload::{ByteStream, ProgressFn, Upload};
#[allow(unused_imports)] // Not every vendor compiled in needs it.
pub(crate) use vendor_profile::is_end_of_training;
pub use vendor_profile::{
    Address, Authentication, CompleteAddress, ConfigHeader, ConfigValue, Environment, VendorProfile,
};

/// The connection of a client to its vendor's API: base URL, key and settings.
///
/// Debug output shows neither the key nor any header's value.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    settings: Arc<options::Settings>,
}

/// The part of a transport that is the same for all settings of calls.
struct Shared {
    account: String,
    base_url: String,
    http: reqwest::Client,
    headers: HeaderMap,
    query: Vec<(&'static str, String)>,
    credential: credential::Credential,
    profile: &'static VendorProfile,
    permits: Option<tokio::sync::Semaphore>,
    /// What the vendor's module asks for by name.
    values: Mutex<BTreeMap<&'static str, Arc<str>>>,
}

impl Transport {
    /// Returns the account's name, as errors and logs show it.
    pub fn account(&self) -> &str {
        &self.shared.account
    }

    /// Returns the base URL, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Returns a value of the account's configuration, or what was found out in
    /// its place.
    #[allow(dead_code)] // Not every set of vendors has such values.
    pub(crate) fn value(&self, name: &str) -> Option<Arc<str>> {
        let values = self.shared.values.lock();
        let values = values.unwrap_or_else(PoisonError::into_inner);
        values.get(name).cloned()
    }

    /// Keeps what was found out in the place of a value, for this client and its
    /// clones.
    #[allow(dead_code)] // Not every set of vendors has such values.
    pub(crate) fn set_value(&self, name: &'static str, value: impl Into<Arc<str>>) {
        let values = self.shared.values.lock();
        let mut values = values.unwrap_or_else(PoisonError::into_inner);
        values.insert(name, value.into());
    }

    /// Returns a transport with the same connections and time-outs that proves
    /// itself with nothing: for addresses that are secrets themselves.
    #[allow(dead_code)] // Not every set of vendors has such addresses.
    pub(crate) fn without_credential(&self) -> Self {
        let shared = Shared {
            account: self.shared.account.clone(),
            base_url: String::new(),
            http: self.shared.http.clone(),
            headers: HeaderMap::new(),
            query: Vec::new(),
            credential: credential::Credential::None,
            profile: self.shared.profile,
            permits: None,
            values: Mutex::default(),
        };
        let mut settings = options::Settings::clone(&self.settings);
        settings.headers = HeaderMap::new();
        settings.idempotency_key = None;
        settings.trace = None;
        Self {
            shared: Arc::new(shared),
            settings: Arc::new(settings),
        }
    }

    /// Adds the account and the operation to an error.
    fn labelled(&self, operation: &'static str, error: Error) -> Error {
        error
            .at_account(&self.shared.account)
            .in_operation(operation)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("account", &self.shared.account)
            .field("base_url", &self.shared.base_url)
            .finish_non_exhaustive()
    }
}
