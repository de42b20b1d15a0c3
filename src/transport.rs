//! How requests leave and answers arrive: one implementation for the clients
//! of all vendors. Nothing here knows a vendor's types.

mod attempt;
mod builder;
mod carry;
mod clock;
mod connection;
mod error;
mod error_body;
mod execute;
mod hints;
mod observer;
mod options;
mod recall;
mod response;
mod retry;
mod upload;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

pub use builder::{ApiClient, ClientBuilder, Environment};
pub use clock::{Clock, SystemClock};
pub use error::{Error, ErrorKind};
#[doc(hidden)]
pub use error_body::ErrorBody;
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

    #[doc(hidden)]
    pub fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    /// Refuses ids that would turn a request into another one: `""`, `.` and
    /// `..` vanish from a URL's path.
    #[doc(hidden)]
    pub fn check_path_segment(
        &self,
        operation: &'static str,
        name: &'static str,
        value: &str,
    ) -> Result<(), Error> {
        if matches!(value, "" | "." | "..") {
            let message = format!("{name} is {value:?}, which cannot be an id");
            return Err(self
                .labelled(Error::new(ErrorKind::InvalidRequest, message))
                .in_operation(operation));
        }
        Ok(())
    }

    fn labelled(&self, error: Error) -> Error {
        error.at_account(&self.shared.account)
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
