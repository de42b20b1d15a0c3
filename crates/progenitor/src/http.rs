//! An HTTP client that sends a key.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use rustls::crypto::{CryptoProvider, ring};

/// Returns an HTTP client that sends `key` with each request, for
/// `Client::new_with_client`.
///
/// The key is in a header that is marked as sensitive, and redirects are not
/// followed, so it goes to the base URL alone.
///
/// # Errors
///
/// [`SetupError`] if the key cannot stand in a header, or the machine's
/// certificates cannot be read.
pub fn http_client(key: &str) -> Result<reqwest::Client, SetupError> {
    // The process decides on its cryptography; ring is the default. An error
    // means that another thread has just installed one.
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
    let mut key = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| SetupError::Key)?;
    key.set_sensitive(true);
    reqwest::Client::builder()
        .default_headers(HeaderMap::from_iter([(AUTHORIZATION, key)]))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("unitune-progenitor/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(SetupError::Client)
}

/// Why there is no HTTP client.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// The key has characters that cannot stand in a header.
    Key,
    /// reqwest cannot set a client up here.
    Client(reqwest::Error),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the key has characters that cannot stand in a header"),
            Self::Client(_) => f.write_str("no HTTP client can be set up"),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key => None,
            Self::Client(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_has_to_fit_a_header_and_is_never_shown() {
        assert!(matches!(http_client("a\nb"), Err(SetupError::Key)));
        let client = http_client("sk-secret").unwrap();
        assert!(!format!("{client:?}").contains("sk-secret"));
    }
}
