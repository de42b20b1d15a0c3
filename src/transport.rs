//! How requests leave and answers arrive: one implementation for the clients
//! of all vendors. Nothing here knows a vendor's types.

mod attempt;
mod builder;
mod clock;
mod connection;
mod credential;
mod error;
mod error_body;
mod execute;
mod hints;
mod observer;
mod options;
mod profile;
mod request;
mod response;
mod retry;
mod upload;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;

// Generated code says which method an operation has.
#[doc(hidden)]
pub use http::Method;

#[allow(unused_imports)] // Where no vendor is compiled in, nothing uses it.
pub(crate) use builder::api_client;
pub use builder::{ApiClient, ClientBuilder};
pub use clock::{Clock, SystemClock};
pub use credential::{Token, TokenSource};
pub use error::{Error, ErrorKind};
pub use error_body::VendorError;
pub use observer::{Attempt, CallReport, Observer};
pub use options::CallOptions;
pub use profile::{Authentication, ConfigHeader, ConfigValue, Environment, VendorProfile};
#[allow(unused_imports)] // Where no vendor has such uploads, nothing uses it.
pub(crate) use request::segment;
pub use response::{Download, Response};
pub use retry::RetryPolicy;
pub use upload::{ByteStream, Progress, Upload};

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
    query: Vec<(&'static str, String)>,
    credential: credential::Credential,
    profile: &'static VendorProfile,
    permits: Option<tokio::sync::Semaphore>,
    /// What the vendor's module asks for by name.
    values: Mutex<BTreeMap<&'static str, Arc<str>>>,
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
        Self {
            shared: Arc::new(shared),
            settings: Arc::new(settings),
        }
    }

    /// Adds to an error where it happened.
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
