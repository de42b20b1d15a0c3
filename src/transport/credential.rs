//! The credential of a client: a key, or a token that is fetched and renewed.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use unitune_redact::KnownKey;

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

/// The key or token that a request was sent with, to be taken out of what comes
/// back.
#[derive(Clone, Debug, Default)]
pub(crate) struct SentKey(Arc<(SecretString, KnownKey)>);

impl SentKey {
    fn new(secret: SecretString) -> Self {
        let known = KnownKey::new(secret.expose_secret().trim());
        Self(Arc::new((secret, known)))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.0.expose_secret().trim()
    }

    /// Finds it in bodies.
    pub(crate) fn known(&self) -> &KnownKey {
        &self.0.1
    }
}

/// The credential of a client's requests.
pub(super) enum Credential {
    /// With nothing: the address says all.
    None,
    Key {
        header: HeaderName,
        value: HeaderValue,
        sent: SentKey,
    },
    Source {
        source: Arc<dyn TokenSource>,
        current: Mutex<Option<(Token, SentKey)>>,
    },
}

impl Credential {
    pub(super) fn key(how: Authentication, key: SecretString) -> Result<Self, String> {
        Ok(Self::Key {
            header: how.header(),
            value: header_value(how.scheme, &key)?,
            sent: SentKey::new(key),
        })
    }

    /// Creates a credential from a header's complete value.
    pub(super) fn header(how: Authentication, value: &HeaderValue) -> Self {
        let text = value.to_str().unwrap_or_default();
        let secret = text.strip_prefix(how.scheme).unwrap_or(text).trim();
        Self::Key {
            header: how.header(),
            value: value.clone(),
            sent: SentKey::new(SecretString::from(secret.to_owned())),
        }
    }

    pub(super) fn source(source: Arc<dyn TokenSource>) -> Self {
        Self::Source {
            source,
            current: Mutex::new(None),
        }
    }

    /// Adds the header, with a token that is fetched if there is no current
    /// one. Returns what it holds, so that it can be removed from the answer.
    pub(super) async fn apply(
        &self,
        headers: &mut HeaderMap,
        clock: &Arc<dyn Clock>,
    ) -> Result<SentKey, Error> {
        let (source, current) = match self {
            Self::None => return Ok(SentKey::default()),
            Self::Key {
                header,
                value,
                sent,
            } => {
                headers.insert(header.clone(), value.clone());
                return Ok(sent.clone());
            }
            Self::Source { source, current } => (source, current),
        };
        let mut current = current.lock().await;
        let now = clock.wall();
        let (token, sent) = match current.take().filter(|(token, _)| token.is_fresh(now)) {
            Some(token) => token,
            None => {
                let token = source.token().await?;
                let sent = SentKey::new(token.secret.clone());
                (token, sent)
            }
        };
        let value = header_value(Authentication::BEARER.scheme, &token.secret);
        let value = value.map_err(|what| {
            Error::new(
                ErrorKind::Config,
                format!("the token source failed: {what}"),
            )
        })?;
        headers.insert(Authentication::BEARER.header(), value);
        *current = Some((token, sent.clone()));
        Ok(sent)
    }

    /// Discards a token that was rejected; returns true if another one can be
    /// fetched.
    pub(super) async fn renew(&self, rejected: &SentKey) -> bool {
        let Self::Source { current, .. } = self else {
            return false;
        };
        // Another call may have renewed it in the meantime.
        let mut current = current.lock().await;
        let is_rejected = |sent: &SentKey| sent.expose() == rejected.expose();
        if current.as_ref().is_some_and(|(_, sent)| is_rejected(sent)) {
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
