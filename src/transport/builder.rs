//! Sets a client up: from code, or from the vendor's usual environment
//! variables.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{Error, ErrorKind, Shared, Transport};

/// A generated client, and how it is usually reached.
pub trait ApiClient: Sized {
    /// The vendor's name, which is also the name of an account without one.
    const VENDOR: &'static str;
    /// Where requests go unless told otherwise.
    const DEFAULT_BASE_URL: &'static str;
    /// The vendor's usual environment variables.
    const ENVIRONMENT: Environment;

    /// The client over a transport.
    fn from_transport(transport: Transport) -> Self;
}

/// Names of environment variables.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// Holds the key.
    pub key: &'static str,
    /// Holds the base URL, if set.
    pub base_url: &'static str,
    /// (variable, header): sent with every request, if set.
    pub headers: &'static [(&'static str, &'static str)],
}

/// Collects what a client needs.
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
    account: String,
    base_url: String,
    key: Option<SecretString>,
    headers: Vec<(&'static str, String)>,
    http: Option<reqwest::Client>,
    timeout: Duration,
    max_body_bytes: usize,
    client: PhantomData<fn() -> C>,
}

impl<C: ApiClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        Self {
            account: C::VENDOR.to_owned(),
            base_url: C::DEFAULT_BASE_URL.to_owned(),
            key: None,
            headers: Vec::new(),
            http: None,
            timeout: Duration::from_secs(60),
            max_body_bytes: 64 << 20,
            client: PhantomData,
        }
    }
}

impl<C: ApiClient> ClientBuilder<C> {
    /// With the key, base URL and headers of the vendor's usual environment
    /// variables, as far as they are set.
    pub fn from_env() -> Self {
        let mut builder = Self::default();
        let read = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        if let Some(key) = read(C::ENVIRONMENT.key) {
            builder = builder.api_key(key);
        }
        if let Some(url) = read(C::ENVIRONMENT.base_url) {
            builder = builder.base_url(url);
        }
        for (variable, header) in C::ENVIRONMENT.headers {
            if let Some(value) = read(variable) {
                builder = builder.header(header, value);
            }
        }
        builder
    }

    /// True when a key is set.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The key that is sent as a bearer token.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Where requests go: scheme, host, and path if the API is under one.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The name under which errors and lists speak of this client; the
    /// vendor's name unless set.
    #[must_use]
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = name.into();
        self
    }

    /// The longest that a call may take, its body included; 60 seconds unless
    /// set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The largest answer that is read into memory, in bytes; 64 MiB unless
    /// set. Downloads stream and are not bounded by it.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// An HTTP client of one's own: proxies, root certificates, connection
    /// pools. Its time-outs then replace [`Self::timeout`].
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

    /// The client.
    ///
    /// # Errors
    ///
    /// No key is set, the base URL is not one, or a value cannot stand in a
    /// header; the error names which.
    pub fn build(self) -> Result<C, Error> {
        self.transport().map(C::from_transport)
    }

    fn transport(self) -> Result<Transport, Error> {
        let account = self.account.clone();
        let config = |message: String| Error::new(ErrorKind::Config, message).at_account(&account);
        let key = self.key.as_ref().ok_or_else(|| {
            config(format!(
                "no key is set; set {} or give one in code",
                C::ENVIRONMENT.key
            ))
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(http::header::AUTHORIZATION, bearer(key).map_err(config)?);
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| config(format!("the value for the header {name} cannot be sent")))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        let base_url = base_url(&self.base_url).map_err(config)?;
        let http = match self.http {
            Some(http) => http,
            None => http_client(self.timeout)
                .map_err(|e| config("no HTTP client can be set up here".to_owned()).because(e))?,
        };
        Ok(Transport {
            shared: Arc::new(Shared {
                account: self.account,
                base_url,
                http,
                headers,
                secret: self.key,
                max_body_bytes: self.max_body_bytes,
            }),
        })
    }
}

/// Shows neither the key nor any header's value.
impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("account", &self.account)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn bearer(key: &SecretString) -> Result<HeaderValue, String> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return Err("the key is empty".to_owned());
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
        .map_err(|_| "the key holds characters that cannot be sent in a header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// A base URL without its trailing slash.
fn base_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text.trim())
        .map_err(|e| format!("the base URL {:?} is not one: {e}", shown(text)))?;
    let complaint = if !matches!(url.scheme(), "http" | "https") {
        Some("its scheme is neither http nor https")
    } else if url.host_str().is_none() {
        Some("it names no host")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("it holds a user name or a password; give the key as the key")
    } else if url.query().is_some() || url.fragment().is_some() {
        Some("it has a query or a fragment")
    } else {
        None
    };
    match complaint {
        Some(complaint) => Err(format!(
            "the base URL {:?} cannot be used: {complaint}",
            shown(text)
        )),
        None => Ok(url.as_str().trim_end_matches('/').to_owned()),
    }
}

/// A URL for a message: what stands before an `@` could be a password, and so
/// could a query.
fn shown(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    url.rsplit('@').next().unwrap_or_default()
}

fn http_client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    // Cryptography is the process's choice; where nobody has chosen, ring.
    // An error means that somebody chose in between, which is as good.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    reqwest::Client::builder()
        .user_agent(concat!("unitune/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        .timeout(timeout)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_checked_and_trimmed() {
        assert_eq!(
            base_url("https://a.example/v1/").unwrap(),
            "https://a.example/v1"
        );
        assert_eq!(
            base_url("http://127.0.0.1:9100").unwrap(),
            "http://127.0.0.1:9100"
        );
        for bad in ["api.example", "ftp://a.example", "https://a.example/?x=1"] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_in_a_base_url_is_refused_and_not_repeated() {
        let error = base_url("https://me:hunter2@a.example").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        let error = base_url("https//me:hunter2@a.example").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn the_bearer_header_is_sensitive() {
        let value = bearer(&SecretString::from("sk-secret")).unwrap();
        assert_eq!(format!("{value:?}"), "Sensitive");
        assert!(bearer(&SecretString::from("a\nb")).is_err());
        assert!(bearer(&SecretString::from(" ")).is_err());
    }
}
