//! Builds clients, from code or from the vendor's usual environment variables.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::credential::Credential;
use super::headers_from_env;
use super::http_client::{Network, base_url, with_path};
use super::options::Settings;
use super::vendor_profile::{Authentication, VendorProfile};
use super::{
    Clock, Error, ErrorKind, MemoryBudget, Observer, RetryPolicy, Shared, TokenSource, Transport,
};

/// A client of one vendor's API, which [`ClientBuilder`] can build.
///
/// The clients in this crate implement it. Implement it for a client of your own
/// to give that client this crate's transport: its settings, retries, timeouts and
/// errors. [`Transport::request`] sends a request; the rest follows from the
/// profile. To list the jobs of a vendor of your own beside the others', implement
/// [`Backend`](crate::providers::Backend), which does not need this trait.
///
/// ```
/// use unitune::http::Method;
/// use unitune::serde_json::Value;
/// use unitune::transport::{
///     ApiClient, ClientBuilder, Environment, Response, Transport, VendorProfile,
/// };
///
/// static ACME: VendorProfile = VendorProfile::new(
///     "acme",
///     "Acme",
///     "https://api.acme.example/v1",
///     Environment { key: "ACME_KEY", base_url: "ACME_URL", path: "/v1" },
/// );
///
/// struct Acme(Transport);
///
/// impl ApiClient for Acme {
///     const PROFILE: &'static VendorProfile = &ACME;
///
///     fn from_transport(transport: Transport) -> Self {
///         Self(transport)
///     }
/// }
///
/// impl Acme {
///     async fn run(&self, id: &str) -> Result<Response<Value>, unitune::Error> {
///         let request = self.0.request("getRun", Method::GET);
///         request.path("/runs/").segment("id", id).call_json().await
///     }
/// }
///
/// let client = ClientBuilder::<Acme>::default().api_key("…").retries(3).build()?;
/// assert_eq!(client.0.base_url(), "https://api.acme.example/v1");
/// # let _ = Acme::run;
/// # Ok::<(), unitune::Error>(())
/// ```
pub trait ApiClient: Sized {
    /// How the vendor's API is reached.
    const PROFILE: &'static VendorProfile;

    /// Creates the client from a transport, which the builder has set up.
    fn from_transport(transport: Transport) -> Self;
}

/// Implements [`ApiClient`] for a generated client, with what all of them have.
macro_rules! api_client {
    ($client:ty, $profile:expr) => {
        impl $crate::transport::ApiClient for $client {
            const PROFILE: &'static $crate::transport::VendorProfile = $profile;

            fn from_transport(transport: $crate::transport::Transport) -> Self {
                Self::with_transport(transport)
            }
        }

        impl $client {
            /// Returns a builder with the vendor's default base URL and no key.
            pub fn builder() -> $crate::transport::ClientBuilder<Self> {
                $crate::transport::ClientBuilder::default()
            }

            /// Returns the same client with other settings, for some calls.
            #[must_use]
            pub fn with_options(&self, options: &$crate::transport::CallOptions) -> Self {
                Self::with_transport(self.transport().with_options(options))
            }
        }
    };
}
#[allow(unused_imports)] // Where no vendor is compiled in, nothing uses it.
pub(crate) use api_client;

/// A builder of a vendor's client.
///
/// ```
/// # fn main() -> Result<(), unitune::Error> {
/// # #[cfg(feature = "together")] {
/// let client = unitune::together::Client::builder()
///     .api_key("tgp_v1_…")
///     .base_url("http://127.0.0.1:9100/together/v1")
///     .build()?;
/// # let _ = client; }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientBuilder<C> {
    profile: &'static VendorProfile,
    account: String,
    base_url: String,
    key: Option<SecretString>,
    /// How the key is sent.
    authentication: Authentication,
    tokens: Option<Arc<dyn TokenSource>>,
    headers: Vec<(&'static str, String)>,
    /// Further headers, as they stand in the environment.
    header_lines: Option<SecretString>,
    values: Vec<(&'static str, String)>,
    http: Option<reqwest::Client>,
    network: Network,
    settings: Settings,
    max_concurrency: Option<usize>,
    client: PhantomData<fn() -> C>,
}

impl<C: ApiClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        Self::of_vendor(C::PROFILE)
    }
}

impl<C> ClientBuilder<C> {
    /// Creates a builder with the vendor's default base URL and no key.
    pub(crate) fn of_vendor(profile: &'static VendorProfile) -> Self {
        Self {
            profile,
            account: profile.name.to_owned(),
            base_url: profile.default_base_url.to_owned(),
            key: None,
            authentication: profile.authentication,
            tokens: None,
            headers: Vec::new(),
            header_lines: None,
            values: Vec::new(),
            http: None,
            network: Network::default(),
            settings: Settings::default(),
            max_concurrency: None,
            client: PhantomData,
        }
    }
}

impl<C: ApiClient> ClientBuilder<C> {
    /// Creates a builder with the key, base URL and headers of the vendor's
    /// usual environment variables, as far as they are set.
    pub fn from_env() -> Self {
        Self::default().with_env()
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// No key is set, the base URL is invalid, or a value cannot be sent in a
    /// header; the error names it.
    pub fn build(self) -> Result<C, Error> {
        self.typed().transport().map(C::from_transport)
    }
}

impl<C> ClientBuilder<C> {
    /// Returns a builder of another client with the same settings.
    pub(crate) fn typed<D>(self) -> ClientBuilder<D> {
        ClientBuilder {
            profile: self.profile,
            account: self.account,
            base_url: self.base_url,
            key: self.key,
            authentication: self.authentication,
            tokens: self.tokens,
            headers: self.headers,
            header_lines: self.header_lines,
            values: self.values,
            http: self.http,
            network: self.network,
            settings: self.settings,
            max_concurrency: self.max_concurrency,
            client: PhantomData,
        }
    }

    /// Adds the vendor's usual environment variables, as far as they are set.
    pub(crate) fn with_env(mut self) -> Self {
        let token = self.profile.token_variable.and_then(read);
        if let Some(token) = token {
            self = self.bearer_token(token);
        } else if let Some(key) = read(self.profile.environment.key) {
            self = self.api_key(key);
        }
        self = self.base_url_from_env();
        for own in self.profile.config_headers {
            if let Some(value) = read(own.variable) {
                self = self.header(own.header, value);
            }
        }
        self.values_from_env()
    }

    /// Sets the base URL of the vendor's variable, if it is set.
    pub(crate) fn base_url_from_env(self) -> Self {
        let environment = self.profile.environment;
        match read(environment.base_url) {
            Some(url) => self.base_url(with_path(url, environment.path)),
            None => self,
        }
    }

    /// Adds what belongs to the environment's key, as far as its variables are
    /// set: the values that the vendor's module asks for by name, and the further
    /// headers.
    pub(crate) fn values_from_env(mut self) -> Self {
        for own in self.profile.config_values {
            if let Some(value) = read(own.variable) {
                self = self.value(own.key, value);
            }
        }
        let lines = self.profile.headers_variable.and_then(read);
        self.header_lines = lines.map(SecretString::from).or(self.header_lines);
        self
    }

    /// Returns true if a key or a source of tokens is set.
    pub fn has_key(&self) -> bool {
        self.key.is_some() || self.tokens.is_some()
    }

    /// Sets the key.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self.authentication = self.profile.authentication;
        self
    }

    /// Sets a token that is sent as `authorization: Bearer …`, for vendors whose
    /// keys are sent otherwise. It is used until it expires: see
    /// [`Self::token_source`] for tokens that are renewed.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<SecretString>) -> Self {
        self.key = Some(token.into());
        self.authentication = Authentication::BEARER;
        self
    }

    /// Sets a source of tokens, which are sent in place of a key and renewed
    /// before they expire.
    #[must_use]
    pub fn token_source(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.tokens = Some(source);
        self
    }

    /// Sets the base URL: scheme, host, and the API's path if it has one.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the account's name in errors and lists; by default the vendor's
    /// name.
    #[must_use]
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = name.into();
        self
    }

    /// Sets the longest time that a call may take, with all its attempts, waits
    /// and its body; by default 60 seconds. The bytes of an upload or a
    /// download are not limited by it: see [`Self::transfer_timeout`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the longest time that a connection may take to be established; by
    /// default 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = Some(timeout);
        self
    }

    /// Sets the idle timeout: the longest time without a byte from the vendor,
    /// before the response or within it; by default 30 seconds.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.settings.read_timeout = timeout;
        self
    }

    /// Sets the longest time that the bytes of an upload or a download may
    /// take, as long as they move; by default there is no limit.
    #[must_use]
    pub fn transfer_timeout(mut self, timeout: Duration) -> Self {
        self.settings.transfer_timeout = Some(timeout);
        self
    }

    /// Sets how many times a failed call is retried; by default 2, and 0 is
    /// never.
    #[must_use]
    pub fn retries(mut self, times: usize) -> Self {
        self.settings.retry.retries = times;
        self
    }

    /// Sets how many times a failed call is retried, and the waits before the
    /// retries.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Sets the largest response that is read into memory, in bytes; by default
    /// 64 MiB. Downloads stream and are not limited by it.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_body_bytes = bytes;
        self
    }

    /// Sets how much memory the responses of this client, and of all others with
    /// the same budget, may take while they are read; by default there is no limit.
    #[must_use]
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.settings.memory = Some(budget);
        self
    }

    /// Sets how many requests may be in flight at the same time; further ones
    /// wait, within their deadline. By default there is no limit.
    #[must_use]
    pub fn max_concurrency(mut self, requests: usize) -> Self {
        self.max_concurrency = Some(requests.max(1));
        self
    }

    /// Sets the clock of deadlines and waits; by default the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Adds an observer, which receives a report of every request, for metrics. Those of
    /// [`CallOptions::observer`](super::CallOptions::observer) come beside it.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.settings.add_observer(&observer);
        self
    }

    /// Sets a proxy for all requests, in place of the one that the system or
    /// its environment variables name.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.network.proxy = Some(url.into());
        self
    }

    /// Adds certificates in PEM form that are trusted besides the system's.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network.roots.push(pem.into());
        self
    }

    /// Sets the HTTP client, with its own connections, proxies, certificates
    /// and redirects. Retries and deadlines are still this client's.
    #[must_use]
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(n, _)| *n != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Sets a value that the vendor's module asks for by name.
    pub(crate) fn value(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.retain(|(n, _)| *n != name);
        self.values.push((name, value.into()));
        self
    }
}

// Of no client, so that it is compiled once.
impl ClientBuilder<()> {
    fn transport(self) -> Result<Transport, Error> {
        let account = self.account.clone();
        let config = |message: String| Error::new(ErrorKind::Config, message).at_account(&account);
        let profile = self.profile;
        let mut credential = match (self.tokens, self.key) {
            (Some(source), _) => Credential::source(source),
            (None, Some(key)) => Credential::key(self.authentication, key).map_err(config)?,
            (None, None) => {
                return Err(config(format!(
                    "no key is set: set {} in the environment, or give one in code",
                    profile.environment.key
                )));
            }
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).map_err(|_| {
                config(format!(
                    "the value for the header {name} cannot be sent: it has a line break or \
                     another control character"
                ))
            })?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Some(lines) = &self.header_lines {
            let further = headers_from_env::parse(lines.expose_secret()).map_err(|what| {
                let variable = profile.headers_variable.unwrap_or_default();
                config(format!("{variable}, {what}"))
            })?;
            // As in the vendor's SDK, these come before the key.
            if let Some(value) = further.get(self.authentication.header()) {
                credential = Credential::header(self.authentication, value);
            }
            headers.extend(further);
        }
        if self.base_url.trim().is_empty() {
            let (title, variable) = (profile.title, profile.environment.base_url);
            return Err(config(match profile.default_base_url {
                "" => format!(
                    "no address is set: {title} has none that is the same for all; give the \
                     account's own as base_url, or set {variable} in the environment"
                ),
                usual => {
                    format!("the address is empty; leave base_url out for {title}'s own, {usual}")
                }
            }));
        }
        let address = (profile.complete_address)(&self.base_url, &self.values).map_err(config)?;
        let base_url = base_url(&address.base_url).map_err(config)?;
        let http = match self.http {
            None => {
                let created = self.network.client();
                created.map_err(|e| e.at_account(&account))?
            }
            Some(http) if self.network.is_default() => http,
            Some(_) => {
                return Err(config(
                    "a proxy, a certificate or a connect timeout is set as well as an HTTP client; \
                     set it on that client"
                        .to_owned(),
                ));
            }
        };
        Ok(Transport {
            shared: Arc::new(Shared {
                account: self.account,
                base_url,
                http,
                headers,
                query: own_query(profile, address.query),
                credential,
                profile,
                permits: self
                    .max_concurrency
                    .map(|calls| Semaphore::new(calls.min(Semaphore::MAX_PERMITS))),
                values: Mutex::new(
                    self.values
                        .into_iter()
                        .map(|(name, value)| (name, value.into()))
                        .collect(),
                ),
            }),
            settings: Arc::new(self.settings),
        })
    }
}

/// Returns the query parameters of every request: those of the vendor, and those
/// of the account's address.
fn own_query(
    profile: &VendorProfile,
    of_address: Vec<(&'static str, String)>,
) -> Vec<(&'static str, String)> {
    let pairs = profile.query.iter();
    let of_vendor = pairs.map(|(name, value)| (*name, (*value).to_owned()));
    of_vendor.chain(of_address).collect()
}

/// Returns the value of an environment variable, unless it is empty.
fn read(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    value.filter(|value| !value.is_empty())
}

/// Shows neither the key nor any header's value.
impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("account", &self.account)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
