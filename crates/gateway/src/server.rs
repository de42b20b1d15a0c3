//! The server of `unitune serve`: HTTP/1.1 with limits on request heads, slow
//! clients and connections, and a graceful shutdown.

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
use tokio_io_timeout::TimeoutStream;
use unitune::providers::Providers;

use crate::config::{Config, ConfigError};
use crate::request_head::HostPolicy;
use crate::router;
use crate::state::Gateway;

/// The most headers of a request.
const MAX_HEADERS: usize = 100;
/// How much more of a head is read than `max_head_bytes`, so that one that is
/// slightly too large gets a response in the gateway's form.
const HEAD_MARGIN: usize = 8 << 10;
/// The pause after a connection could not be accepted, for example because there
/// are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A gateway that listens on an address.
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
    /// A setting is invalid.
    Config(ConfigError),
    /// There are no tokens, and the address is not loopback.
    Open(SocketAddr),
    /// The address could not be bound.
    Listen(SocketAddr, io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Open(addr) => write!(
                f,
                "without tokens the gateway listens on loopback only, and {addr} is not: \
                 configure [[gateway.tokens]]"
            ),
            Self::Listen(addr, error) => write!(f, "cannot listen on {addr}: {error}"),
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
    /// Binds the address; requests are answered from [`run`](Self::run) on.
    ///
    /// # Errors
    ///
    /// A setting is invalid, the address is not loopback and there are no
    /// tokens, or it cannot be bound.
    pub async fn bind(
        addr: SocketAddr,
        providers: &Providers,
        config: Config,
    ) -> Result<Self, ServeError> {
        if config.tokens.is_empty() && !addr.ip().is_loopback() {
            return Err(ServeError::Open(addr));
        }
        let gateway = Gateway::new(providers, config)?;
        let failed = |error| ServeError::Listen(addr, error);
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            addr,
            gateway,
        })
    }

    /// Returns the address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns whether it can be used without a token.
    pub fn is_open(&self) -> bool {
        self.gateway.config().tokens.is_empty()
    }

    /// Serves until `shutdown` resolves; then accepts no more connections, and
    /// waits for the requests in flight, as long as the settings allow.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let config = self.gateway.config().clone();
        let router = self.router();
        let connections = Arc::new(Semaphore::new(config.max_connections));
        let graceful = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(config.idle)
            // The exact limit is checked when the head is there.
            .max_buf_size(config.max_head_bytes.saturating_add(HEAD_MARGIN))
            .max_headers(MAX_HEADERS);
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accept = async {
                // The semaphore is never closed.
                let permit = connections.clone().acquire_owned().await;
                (permit, self.listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                accepted = accept => accepted,
                () = &mut shutdown => break,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            // Responses are small; batching them would only delay them.
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(router.clone());
            let mut stream = TimeoutStream::new(stream);
            // Only writes: reads wait for requests, and hyper times heads.
            stream.set_write_timeout(Some(config.idle));
            let stream = TokioIo::new(Box::pin(stream));
            let connection = http.serve_connection(stream, service);
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                let _permit = permit;
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection failed");
                }
            });
        }
        drop(self.listener);
        self.gateway.shut_down();
        if tokio::time::timeout(config.shutdown, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("requests were still in flight at the end of the shutdown");
        }
    }

    fn router(&self) -> Router {
        let policy = match self.is_open() {
            true => HostPolicy::Loopback,
            false => HostPolicy::Required,
        };
        router::router(self.gateway.clone(), policy)
    }
}
