//! The addresses to listen on: `--addr HOST:PORT`.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::exit::{Exit, Failure};

/// An address to listen on, with an IP address or a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress(String);

/// A text that is no address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidAddress;

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected HOST:PORT, such as 127.0.0.1:8080, [::1]:8080 or localhost:8080")
    }
}

impl std::error::Error for InvalidAddress {}

impl FromStr for ListenAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let is_name = |host: &str| !host.is_empty() && !host.contains([':', '/', '[', ']', ' ']);
        let named = text.rsplit_once(':');
        let is_named =
            named.is_some_and(|(host, port)| is_name(host) && port.parse::<u16>().is_ok());
        match is_named || text.parse::<SocketAddr>().is_ok() {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidAddress),
        }
    }
}

impl ListenAddress {
    /// Resolves the host; of several addresses, the first IPv4 one is taken.
    ///
    /// # Errors
    ///
    /// The host has no address.
    pub async fn resolve(&self) -> Result<SocketAddr, Failure> {
        let unresolved = |reason: &dyn fmt::Display| {
            let message = format!("cannot resolve --addr {}: {reason}", self.0);
            Failure::new(Exit::Usage, message)
        };
        let found = tokio::net::lookup_host(&self.0).await;
        let mut found: Vec<SocketAddr> = found.map_err(|error| unresolved(&error))?.collect();
        found.sort_by_key(SocketAddr::is_ipv6);
        let first = found.first().copied();
        first.ok_or_else(|| unresolved(&"the host has no address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for good in [
            "127.0.0.1:80",
            "[::1]:0",
            "localhost:8080",
            "gateway.example:1",
        ] {
            assert!(good.parse::<ListenAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "here",
            ":80",
            "localhost:",
            "localhost:70000",
            "::1",
            "::1:80",
            "http://a:1",
            "a:b",
        ] {
            assert!(bad.parse::<ListenAddress>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn localhost_is_loopback() {
        let address: ListenAddress = "localhost:8080".parse().unwrap();
        let resolved = address.resolve().await.unwrap();
        assert!(resolved.ip().is_loopback());
        assert_eq!(resolved.port(), 8080);
        let unknown: ListenAddress = "nowhere.invalid:1".parse().unwrap();
        assert!(unknown.resolve().await.is_err());
    }
}
