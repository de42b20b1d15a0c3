//! A running sandbox, as its owner holds it.

use crate::awkward::Awkward;
use crate::builder::Builder;
use crate::error::Error;
use crate::faults::Fault;
use crate::record::RecordedRequest;
use crate::seed;
use crate::server::{self, Shared};
use crate::vendor::Vendor;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running sandbox. Dropping it stops it, after the requests that are under way.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    shared: Arc<Shared>,
    seeded: Vec<SeededJob>,
    closing: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// A job that was there at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededJob {
    /// Whose job it is.
    pub vendor: Vendor,
    /// Its id. A job with [`Awkward::MissingId`] has one too; it is only never told.
    pub id: String,
    /// The vendor's word for its state at the start.
    pub status: &'static str,
    /// In which way its bodies deviate from the vendor's document, if they do.
    pub awkward: Option<Awkward>,
}

impl Sandbox {
    /// Settings to start a sandbox with.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a sandbox with the default settings, on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port can be listened on.
    pub async fn start() -> Result<Sandbox, Error> {
        Sandbox::builder().start().await
    }

    pub(crate) async fn serve(settings: Builder) -> Result<Sandbox, Error> {
        let bind = |source| Error::Bind {
            addr: settings.addr,
            source,
        };
        let listener = TcpListener::bind(settings.addr).await.map_err(bind)?;
        let addr = listener.local_addr().map_err(bind)?;
        let (world, seeded) = seed::build(&settings);
        let (closing, closed) = watch::channel(false);
        let shared = Arc::new(Shared::new(settings, world, addr, closed));
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared)));
        Ok(Sandbox {
            addr,
            shared,
            seeded,
            closing,
            task: Some(task),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A vendor's base URL, without a slash at the end.
    pub fn base_url(&self, vendor: Vendor) -> String {
        self.shared.base_url(vendor)
    }

    /// What `OPENAI_BASE_URL` is to be.
    pub fn openai_base_url(&self) -> String {
        self.base_url(Vendor::OpenAi)
    }

    /// What `TOGETHER_BASE_URL` is to be. Together's SDK, whose paths begin with `/v1` themselves, is served under it
    /// too.
    pub fn together_base_url(&self) -> String {
        self.base_url(Vendor::Together)
    }

    /// The gateway's base URL in its newer form, `https://{gatewayBaseURL}`.
    pub fn truefoundry_base_url(&self) -> String {
        self.base_url(Vendor::TrueFoundry)
    }

    /// The gateway's base URL in its older form, `https://{controlPlaneURL}/api/llm`.
    pub fn truefoundry_control_plane_base_url(&self) -> String {
        format!("{}/api/llm", self.truefoundry_base_url())
    }

    /// The key that the sandbox's OpenAI accepts.
    pub fn openai_key(&self) -> &'static str {
        Vendor::OpenAi.key()
    }

    /// The key that the sandbox's Together accepts.
    pub fn together_key(&self) -> &'static str {
        Vendor::Together.key()
    }

    /// The key that the sandbox's gateway accepts.
    pub fn truefoundry_key(&self) -> &'static str {
        Vendor::TrueFoundry.key()
    }

    /// The jobs that were there at the start, oldest first within each vendor.
    pub fn seeded_jobs(&self) -> &[SeededJob] {
        &self.seeded
    }

    /// Moves the sandbox's clock forward: jobs go on as if that time had passed.
    pub fn advance(&self, by: Duration) {
        self.shared.world().clock.advance(by);
    }

    /// Changes how many sandbox seconds pass in a real second; 0 stops the clock.
    pub fn set_speed(&self, speed: f64) {
        self.shared.world().clock.set_speed(speed);
    }

    /// Seconds since the Unix epoch on the sandbox's clock.
    pub fn now(&self) -> i64 {
        self.shared.world().clock.now().seconds()
    }

    /// Makes something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults().add(fault);
    }

    /// Lets everything go right again.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// What was received, in the order of arrival, keys redacted; the last thousand requests.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.records().all()
    }

    /// Forgets what was received.
    pub fn clear_requests(&self) {
        self.shared.records().clear();
    }

    /// Puts everything back to what it was at the start: jobs, files, faults, clock, recordings.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Stops it and waits until the requests that are under way are answered.
    pub async fn stop(mut self) {
        self.signal();
        if let Some(task) = self.task.take() {
            // The task ends by itself; an error would say that its runtime is gone, and so is it.
            let _ = task.await;
        }
    }

    /// Serves until the task ends, which is never as long as this handle lives.
    pub async fn wait(&mut self) {
        if let Some(task) = self.task.as_mut() {
            let _ = task.await;
        }
    }

    fn signal(&self) {
        self.closing.send_replace(true);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.signal();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_request_too_many_is_answered_with_503() {
        let sandbox = Sandbox::builder().connections(2).start().await.unwrap();
        let ask = async || {
            let mut socket = tokio::net::TcpStream::connect(sandbox.addr).await.unwrap();
            let request = b"GET /_sandbox HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            socket.write_all(request).await.unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            answer[..12].to_owned()
        };
        let places = sandbox.shared.places.acquire_many(2).await.unwrap();
        assert_eq!(ask().await, "HTTP/1.1 503");
        drop(places);
        assert_eq!(ask().await, "HTTP/1.1 200");
    }
}
