//! The server of `unitune serve`: HTTP/1.1 with limits on heads, on slow
//! clients and on connections, and an end that lets requests finish.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use unitune::providers::Providers;

use crate::config::Config;
use crate::guard::Reach;
use crate::patient::Patient;
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
            let stream = TokioIo::new(Patient::new(stream, config.idle));
            let connection = http.serve_connection(stream, service);
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
        let reach = match self.is_open() {
            true => Reach::Loopback,
            false => Reach::Anywhere,
        };
        routes::router(self.gateway.clone(), reach)
    }
}
