//! How requests leave and answers arrive: one implementation for the clients
//! of all vendors. Nothing here knows a vendor's types.

mod attempt;
mod builder;
mod clock;
mod connection;
mod error;
mod error_body;
mod execute;
mod hints;
mod observer;
mod options;
mod request;
mod response;
mod retry;
mod upload;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

// Generated code says which method an operation has.
#[doc(hidden)]
pub use http::Method;

pub use builder::{ApiClient, ClientBuilder, Environment};
pub use clock::{Clock, SystemClock};
pub use error::{Error, ErrorKind};
pub use observer::{Attempt, Observer};
pub use options::CallOptions;
pub use response::{Download, Response};
pub use retry::RetryPolicy;
pub use upload::{Progress, Upload};

/// What a client sends its requests through: base URL, key, settings.
///
/// Debug output shows neither the key nor any header's value.
#[derive(Clone)]
pub struct Transport {
    shared: Arc<Shared>,
    settings: Arc<options::Settings>,
}

/// What stays the same, whatever the settings of a call are.
struct Shared {
    account: String,
    base_url: String,
    http: reqwest::Client,
    headers: HeaderMap,
    secret: Option<secrecy::SecretString>,
    /// `POST`s that make nothing, so that it does no harm to repeat them.
    harmless: &'static [&'static str],
    permits: Option<tokio::sync::Semaphore>,
}

impl Transport {
    /// The name under which errors and logs speak of this client.
    pub fn account(&self) -> &str {
        &self.shared.account
    }

    /// Where requests go, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Says of an error where it happened.
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
