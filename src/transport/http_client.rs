//! The base URL of a client, and the HTTP client that it sends with.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use secrecy::{ExposeSecret, SecretString};

use super::certificates::{self, NO_CERTIFICATES};
use super::{Error, ErrorKind};

/// Returns a base URL without its trailing slash.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text.trim())
        .map_err(|e| format!("invalid base URL {:?}: {e}", shown(text)))?;
    let complaint = if !matches!(url.scheme(), "http" | "https") {
        Some("the scheme is neither http nor https")
    } else if url.host_str().is_none() {
        Some("it has no host")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("it has a user name or a password; set the key instead")
    } else if url.query().is_some() || url.fragment().is_some() {
        Some("it has a query or a fragment")
    } else {
        None
    };
    match complaint {
        Some(complaint) => Err(format!("invalid base URL {:?}: {complaint}", shown(text))),
        None => Ok(url.as_str().trim_end_matches('/').to_owned()),
    }
}

/// Returns a URL that names a host alone with the API's path.
pub(super) fn with_path(url: String, path: &str) -> String {
    match reqwest::Url::parse(url.trim()) {
        Ok(parsed) if parsed.path() == "/" && parsed.query().is_none() => {
            format!("{}{path}", url.trim().trim_end_matches('/'))
        }
        _ => url,
    }
}

/// Returns a URL for a message: the part before an `@` could be a password, and
/// so could a query.
fn shown(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    url.rsplit('@').next().unwrap_or_default()
}

/// Creates an HTTP client with the connections of the vendors' clients, for whatever
/// else this workspace sends.
///
/// # Errors
///
/// TLS cannot be set up.
pub fn default_http_client() -> Result<reqwest::Client, Error> {
    Network::default().client()
}

/// The settings of the connections of a client that creates its own HTTP
/// client.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    pub(super) connect_timeout: Option<Duration>,
    pub(super) proxy: Option<SecretString>,
    pub(super) roots: Vec<Vec<u8>>,
}

impl Network {
    /// Returns true if nothing is set.
    pub(super) fn is_default(&self) -> bool {
        self.connect_timeout.is_none() && self.proxy.is_none() && self.roots.is_empty()
    }

    /// Creates an HTTP client with these settings. Certificates are always verified.
    pub(super) fn client(&self) -> Result<reqwest::Client, Error> {
        self.builder()?.build().map_err(|e| {
            let message = format!("the HTTP client cannot be created; {NO_CERTIFICATES}");
            Error::new(ErrorKind::Config, message).because(e)
        })
    }

    fn builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        let bad = |message: &str| Error::new(ErrorKind::Config, message);
        // The process decides on its cryptography; ring is the default. An error
        // means that another thread has just installed one.
        let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| {
            let ring = rustls::crypto::ring::default_provider();
            let _ = ring.clone().install_default();
            Arc::new(ring)
        });
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("unitune/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(10)))
            // A redirect could send a request, its body and its key anywhere.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(proxy) = &self.proxy {
            // The cause could repeat a password in the URL, so it is left out.
            let proxy = reqwest::Proxy::all(proxy.expose_secret());
            builder = builder.proxy(proxy.map_err(|_| {
                bad("the proxy's URL is not one: expected one like http://host:port")
            })?);
        }
        if self.roots.is_empty() {
            let tls = certificates::client_config(provider);
            let tls = tls.map_err(|e| bad("TLS cannot be set up").because(e))?;
            builder = builder.tls_backend_preconfigured(tls);
        }
        for pem in &self.roots {
            let unreadable = |e| {
                bad("a root certificate is not in PEM form (-----BEGIN CERTIFICATE-----)")
                    .because(e)
            };
            let roots = reqwest::Certificate::from_pem_bundle(pem).map_err(unreadable)?;
            if roots.is_empty() {
                return Err(bad(
                    "there is no certificate in what was given as root certificates, which are to be in PEM form",
                ));
            }
            builder = builder.tls_certs_merge(roots);
        }
        Ok(builder)
    }
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
    fn a_host_alone_gets_the_path_of_the_api() {
        for (given, made) in [
            ("https://a.example", "https://a.example/v1"),
            ("https://a.example/", "https://a.example/v1"),
            ("http://127.0.0.1:9100", "http://127.0.0.1:9100/v1"),
            ("https://a.example/v1", "https://a.example/v1"),
            ("https://a.example/own/", "https://a.example/own/"),
            ("not a url", "not a url"),
        ] {
            assert_eq!(with_path(given.to_owned(), "/v1"), made);
        }
        assert_eq!(
            with_path("https://a.example".to_owned(), ""),
            "https://a.example"
        );
    }

    #[test]
    fn a_password_in_a_base_url_is_rejected_and_not_repeated() {
        let error = base_url("https://me:hunter2@a.example").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        let error = base_url("https//me:hunter2@a.example").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
