//! The credential of a client: a key, or a token that is fetched and renewed.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::{Authentication, Clock, Error, ErrorKind};

/// How long before it expires a token is renewed.
const RENEWAL: Duration = Duration::from_secs(120);

/// A source of tokens that are sent in place of a key and expire, such as those
/// of an identity provider. It is called before the first request, shortly
/// before a token expires, and once more after a 401.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// Fetches a token.
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>>;
}

/// A token and its expiry. It is sent as `authorization: Bearer …`.
#[derive(Clone, Debug)]
pub struct Token {
    secret: SecretString,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// Creates a token that is used until the vendor rejects it.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self {
            secret: secret.into(),
            expires_at: None,
        }
    }

    /// Sets when it expires.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        self.expires_at.is_none_or(|end| now + RENEWAL < end)
    }
}

/// The credential of a client's requests.
pub(super) enum Credential {
    /// With nothing: the address says all.
    None,
    Key {
        header: HeaderName,
        value: HeaderValue,
        secret: SecretString,
    },
    Source {
        source: Arc<dyn TokenSource>,
        current: Mutex<Option<Token>>,
    },
}

impl Credential {
    pub(super) fn key(how: Authentication, key: SecretString) -> Result<Self, String> {
        Ok(Self::Key {
            header: how.header(),
            value: header_value(how.scheme, &key)?,
            secret: key,
        })
    }

    /// Creates a credential of a header as it stands.
    pub(super) fn header(how: Authentication, value: &HeaderValue) -> Self {
        let text = value.to_str().unwrap_or_default();
        let secret = text.strip_prefix(how.scheme).unwrap_or(text).trim();
        Self::Key {
            header: how.header(),
            value: value.clone(),
            secret: SecretString::from(secret.to_owned()),
        }
    }

    pub(super) fn source(source: Arc<dyn TokenSource>) -> Self {
        Self::Source {
            source,
            current: Mutex::new(None),
        }
    }

    /// Adds the header, with a token that is fetched if there is no current
    /// one. Returns the secret, so that it can be removed from messages.
    pub(super) async fn apply(
        &self,
        headers: &mut HeaderMap,
        clock: &Arc<dyn Clock>,
    ) -> Result<SecretString, Error> {
        let (source, current) = match self {
            Self::None => return Ok(SecretString::default()),
            Self::Key {
                header,
                value,
                secret,
            } => {
                headers.insert(header.clone(), value.clone());
                return Ok(secret.clone());
            }
            Self::Source { source, current } => (source, current),
        };
        let mut current = current.lock().await;
        let token = match current.take().filter(|token| token.is_fresh(clock.wall())) {
            Some(token) => token,
            None => source.token().await?,
        };
        let value = header_value(Authentication::BEARER.scheme, &token.secret);
        let value = value.map_err(|what| {
            Error::new(
                ErrorKind::Config,
                format!("the token source failed: {what}"),
            )
        })?;
        headers.insert(Authentication::BEARER.header(), value);
        let secret = token.secret.clone();
        *current = Some(token);
        Ok(secret)
    }

    /// Discards a token that was rejected; returns true if another one can be
    /// fetched.
    pub(super) async fn renew(&self, refused: &SecretString) -> bool {
        let Self::Source { current, .. } = self else {
            return false;
        };
        // Another call may have renewed it in the meantime.
        let mut current = current.lock().await;
        let is_refused = |token: &Token| token.secret.expose_secret() == refused.expose_secret();
        if current.as_ref().is_some_and(is_refused) {
            *current = None;
        }
        true
    }
}

/// Returns the header's value, marked as sensitive.
fn header_value(scheme: &str, key: &SecretString) -> Result<HeaderValue, String> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return Err("the key is empty".to_owned());
    }
    let text = match scheme {
        "" => key.to_owned(),
        scheme => format!("{scheme} {key}"),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        "the key holds a line break or another character that cannot be sent in a header".to_owned()
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_sensitive() {
        let value = header_value("Bearer", &SecretString::from("sk-secret")).unwrap();
        assert_eq!(format!("{value:?}"), "Sensitive");
        assert_eq!(value.as_bytes(), b"Bearer sk-secret");
        let value = header_value("", &SecretString::from("sk-secret")).unwrap();
        assert_eq!(value.as_bytes(), b"sk-secret");
        assert!(header_value("Bearer", &SecretString::from("a\nb")).is_err());
        assert!(header_value("Bearer", &SecretString::from(" ")).is_err());
    }
}
