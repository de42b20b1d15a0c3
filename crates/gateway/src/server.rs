//! The server of `unitune serve`: HTTP/1.1 with limits on heads, on slow
//! clients and on connections, and an end that lets requests finish.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use unitune::providers::Providers;

use crate::config::Config;
use crate::problem::Problem;
use crate::state::Gateway;
use crate::{ConfigError, routes};

/// The most header lines of a request.
const MAX_HEADERS: usize = 100;
/// The pause after a connection could not be accepted: for want of file
/// descriptors, say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A gateway that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    gateway: Gateway,
}

/// Why a gateway does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The settings make no sense.
    Config(ConfigError),
    /// The address is not loopback, and there are no tokens.
    Open(SocketAddr),
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Open(addr) => write!(
                f,
                "without tokens the gateway serves on loopback only, and {addr} is not: \
                 configure [[gateway.tokens]]"
            ),
            Self::Listen(addr, error) => write!(f, "{addr} cannot be listened on: {error}"),
        }
    }
}

impl std::error::Error for ServeError {}

impl From<ConfigError> for ServeError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl Server {
    /// Listens; nothing is answered before [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// The settings make no sense, the address is not loopback and there are no
    /// tokens, or it cannot be listened on.
    pub async fn bind(
        addr: SocketAddr,
        providers: &Providers,
        config: Config,
    ) -> Result<Self, ServeError> {
        if config.tokens.is_empty() && !addr.ip().is_loopback() {
            return Err(ServeError::Open(addr));
        }
        let gateway = crate::gateway(providers, config)?;
        let failed = |error| ServeError::Listen(addr, error);
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            addr,
            gateway,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// True when everybody who reaches it may use it.
    pub fn is_open(&self) -> bool {
        self.gateway.config().tokens.is_empty()
    }

    /// Serves until `end` resolves; then takes no more connections, and waits
    /// for the requests under way, as long as the settings allow.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let config = self.gateway.config().clone();
        let router = self.router();
        let connections = Arc::new(Semaphore::new(config.max_connections));
        let graceful = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(config.idle)
            .max_buf_size(config.max_head_bytes)
            .max_headers(MAX_HEADERS);
        let mut end = std::pin::pin!(end);
        loop {
            let accept = async {
                // The semaphore is never closed.
                let place = connections.clone().acquire_owned().await;
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                accepted = accept => accepted,
                () = &mut end => break,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            // Answers are small; waiting for more of them helps nobody.
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(router.clone());
            let connection = http.serve_connection(TokioIo::new(stream), service);
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection broke");
                }
            });
        }
        drop(self.listener);
        self.gateway.close();
        if tokio::time::timeout(config.shutdown, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("requests were still under way at the end");
        }
    }

    fn router(&self) -> Router {
        let router = routes::router(self.gateway.clone());
        if !self.is_open() {
            return router;
        }
        router.layer(from_fn(only_from_here))
    }
}

/// Without tokens, a page in a browser on this machine must not reach the
/// gateway: neither by a request to loopback nor by a name that leads there.
async fn only_from_here(request: Request, next: Next) -> Response {
    if is_from_here(request.headers()) {
        return next.run(request).await;
    }
    let message = "without tokens the gateway answers to loopback's own names only, and not to \
                   pages in a browser";
    Problem::new(StatusCode::FORBIDDEN, message).into_response()
}

fn is_from_here(headers: &HeaderMap) -> bool {
    if headers.contains_key(ORIGIN) {
        return false;
    }
    let Some(host) = headers.get(HOST) else {
        // HTTP/1.0; browsers do not speak it.
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
    use super::*;

    #[test]
    fn without_tokens_only_loopback_s_names_are_answered() {
        let from_here = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            is_from_here(&headers)
        };
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "127.0.0.2",
        ] {
            assert!(from_here(host, None), "{host}");
            assert!(!from_here(host, Some("https://evil.example")), "{host}");
        }
        for host in [
            "evil.example",
            "10.0.0.1:8080",
            "localhost.evil.example",
            "",
            "[::",
        ] {
            assert!(!from_here(host, None), "{host}");
        }
        assert!(is_from_here(&HeaderMap::new()));
    }
}
