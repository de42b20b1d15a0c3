//! Checks on the head of every request: its size, and the headers host,
//! authorization and origin.

use std::net::IpAddr;

use axum::extract::Request;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, StatusCode, Version};

use crate::api_error::ApiError;

/// Which values of the host header are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPolicy {
    /// Any, and none: the service around the router is responsible.
    Unchecked,
    /// Any one host.
    Required,
    /// Only loopback's own names, and no requests of web pages.
    Loopback,
}

/// Checks the head of a request.
///
/// # Errors
///
/// 431: it is larger than `max_bytes`. 400: it has no host, or one of the
/// headers host and authorization twice. 403: the host is not accepted.
pub fn check(request: &Request, policy: HostPolicy, max_bytes: usize) -> Result<(), ApiError> {
    if size(request) > max_bytes {
        let message = format!("the request's head is larger than {max_bytes} bytes");
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(ApiError::new(status, message));
    }
    let headers = request.headers();
    at_most_once(headers, AUTHORIZATION)?;
    if policy == HostPolicy::Unchecked {
        return Ok(());
    }
    at_most_once(headers, HOST)?;
    // HTTP/1.0, which some health checks use, does not demand the header.
    if request.version() == Version::HTTP_11 && !headers.contains_key(HOST) {
        return Err(ApiError::invalid("host", "the header host is missing"));
    }
    if policy == HostPolicy::Loopback && !is_for_loopback(headers) {
        let message = "without tokens the gateway accepts requests to localhost and loopback \
                       addresses only, and none from web pages: configure [[gateway.tokens]]";
        return Err(ApiError::new(StatusCode::FORBIDDEN, message));
    }
    Ok(())
}

/// Returns the size of a head as it is sent. Hyper's own limit is on what it
/// reads at once, which is up to twice as much.
fn size(request: &Request) -> usize {
    let uri = request.uri();
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let authority = uri
        .authority()
        .map_or(0, |authority| authority.as_str().len());
    let line = request.method().as_str().len() + path + authority + "  HTTP/1.1\r\n".len();
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + fields.sum::<usize>() + "\r\n".len()
}

fn at_most_once(headers: &HeaderMap, name: HeaderName) -> Result<(), ApiError> {
    if headers.get_all(&name).iter().nth(1).is_none() {
        return Ok(());
    }
    let message = format!("the header {name} is given more than once");
    Err(ApiError::invalid(name.to_string(), message))
}

/// Returns whether a request was meant for loopback. Without tokens, a web page
/// that is open on this machine must not reach the gateway, neither by a request
/// to loopback nor by a name that resolves to it.
fn is_for_loopback(headers: &HeaderMap) -> bool {
    if headers.contains_key(ORIGIN) {
        return false;
    }
    let Some(host) = headers.get(HOST) else {
        // HTTP/1.0, which browsers do not use.
        return true;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn without_tokens_only_loopback_s_names_are_accepted() {
        let is_accepted = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            is_for_loopback(&headers)
        };
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "127.0.0.2",
        ] {
            assert!(is_accepted(host, None), "{host}");
            assert!(!is_accepted(host, Some("https://evil.example")), "{host}");
        }
        for host in [
            "evil.example",
            "10.0.0.1:8080",
            "localhost.evil.example",
            "",
            "[::",
        ] {
            assert!(!is_accepted(host, None), "{host}");
        }
        assert!(is_for_loopback(&HeaderMap::new()));
    }

    #[test]
    fn the_size_is_that_of_the_bytes_sent() {
        let sent = "GET /v1/files?limit=1 HTTP/1.1\r\nhost: localhost\r\nx-a: b\r\n\r\n";
        let request = Request::builder()
            .uri("/v1/files?limit=1")
            .header("host", "localhost")
            .header("x-a", "b")
            .body(Body::empty())
            .unwrap();
        assert_eq!(size(&request), sent.len());
        assert!(check(&request, HostPolicy::Loopback, sent.len()).is_ok());
        assert!(check(&request, HostPolicy::Loopback, sent.len() - 1).is_err());
    }

    #[test]
    fn http_1_0_needs_no_host() {
        for (version, policy, is_ok) in [
            (Version::HTTP_11, HostPolicy::Required, false),
            (Version::HTTP_11, HostPolicy::Loopback, false),
            (Version::HTTP_11, HostPolicy::Unchecked, true),
            (Version::HTTP_10, HostPolicy::Loopback, true),
        ] {
            let request = Request::builder().version(version).body(Body::empty());
            let checked = check(&request.unwrap(), policy, 8192);
            assert_eq!(checked.is_ok(), is_ok, "{version:?} {policy:?}");
        }
    }
}
