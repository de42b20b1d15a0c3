//! The HTTP client of an exporter: it says once that the collector cannot be reached.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

use super::TelemetryError;
use super::destination::Signal;

/// The most of an answer that is read.
const MAX_ANSWER: usize = 64 << 10;

/// Sends the exports of one signal on the gateway's runtime: the exporter's own
/// threads have none.
#[derive(Debug)]
pub struct Client {
    runtime: Handle,
    connection: Arc<Connection>,
}

struct Connection {
    http: reqwest::Client,
    signal: &'static str,
    endpoint: String,
    timeout: Duration,
    is_failing: AtomicBool,
}

/// Shows no header.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("signal", &self.signal)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a client.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub fn new(
        name: &'static str,
        signal: &Signal,
        runtime: Handle,
    ) -> Result<Self, TelemetryError> {
        // It follows no redirect: that could send the headers, and a key in them, anywhere.
        let http = unitune::transport::default_http_client()
            .map_err(|error| TelemetryError(error.to_string()))?;
        let connection = Connection {
            http,
            signal: name,
            endpoint: signal.url.clone(),
            timeout: signal.timeout,
            is_failing: AtomicBool::new(false),
        };
        Ok(Self {
            runtime,
            connection: Arc::new(connection),
        })
    }
}

impl HttpClient for Client {
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let connection = Arc::clone(&self.connection);
        let sending = self
            .runtime
            .spawn(async move { connection.send(request).await });
        Box::pin(async move { sending.await? })
    }
}

impl Connection {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let outcome = match reqwest::Request::try_from(request) {
            Ok(mut request) => {
                *request.timeout_mut() = Some(self.timeout);
                self.exchange(request).await
            }
            Err(error) => Err(error),
        };
        let reason = match &outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the collector answered with {}", response.status())),
            // Their texts contain the URL.
            Err(error) if error.is_connect() => Some("the collector cannot be reached".to_owned()),
            Err(error) if error.is_timeout() => {
                Some("the collector did not answer in time".to_owned())
            }
            Err(_) => Some("the collector's answer cannot be read".to_owned()),
        };
        self.report(reason.as_deref());
        outcome.map_err(|error| HttpError::from(error.without_url()))
    }

    async fn exchange(&self, request: reqwest::Request) -> reqwest::Result<Response<Bytes>> {
        let mut answer = self.http.execute(request).await?;
        let mut body = BytesMut::new();
        while let Some(piece) = answer.chunk().await? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                // It says something about what was refused, which is not needed.
                body.clear();
                break;
            }
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        // The exporter waits as long as a collector demands with these.
        if matches!(
            answer.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            *response.headers_mut() = std::mem::take(answer.headers_mut());
        }
        Ok(response)
    }

    /// Logs the first of consecutive failures, and their end.
    fn report(&self, reason: Option<&str>) {
        let was_failing = self.is_failing.swap(reason.is_some(), Ordering::Relaxed);
        let (signal, endpoint) = (self.signal, &*self.endpoint);
        match reason {
            Some(reason) if !was_failing => tracing::warn!(
                signal,
                endpoint,
                reason,
                "telemetry is not exported; requests are not affected"
            ),
            None if was_failing => tracing::info!(signal, endpoint, "telemetry is exported again"),
            _ => {}
        }
    }
}
