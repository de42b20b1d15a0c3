//! A running sandbox.

use crate::error::Error;
use crate::faults::Fault;
use crate::record::RecordedRequest;
use crate::seed::{self, SeededJob};
use crate::server;
use crate::settings::Settings;
use crate::shared::Shared;
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

impl Sandbox {
    pub(crate) async fn serve(settings: Settings) -> Result<Sandbox, Error> {
        let bind = |source| Error::Bind {
            addr: settings.addr,
            source,
        };
        let listener = TcpListener::bind(settings.addr).await.map_err(bind)?;
        let addr = listener.local_addr().map_err(bind)?;
        let (sandbox_state, seeded) = seed::build(&settings);
        let (closing, closed) = watch::channel(false);
        let shared = Arc::new(Shared::new(settings, sandbox_state, addr, closed));
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared)));
        Ok(Sandbox {
            addr,
            shared,
            seeded,
            closing,
            task: Some(task),
        })
    }

    /// Returns the address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns a vendor's base URL, without a slash at the end.
    pub fn base_url(&self, vendor: Vendor) -> String {
        self.shared.base_url(vendor)
    }

    /// Returns the jobs that were there at the start, oldest first within each vendor.
    pub fn seeded_jobs(&self) -> &[SeededJob] {
        &self.seeded
    }

    /// Moves the sandbox's clock forward: jobs continue as if that time had passed.
    pub fn advance(&self, by: Duration) {
        self.shared.sandbox_state().clock.advance(by);
    }

    /// Changes how many sandbox seconds pass in a real second; 0 stops the clock.
    pub fn set_speed(&self, speed: f64) {
        self.shared.sandbox_state().clock.set_speed(speed);
    }

    /// Returns the time of the sandbox's clock in seconds since the Unix epoch.
    pub fn now(&self) -> i64 {
        self.shared.sandbox_state().clock.now().seconds()
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults().add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Returns the last thousand requests in the order of arrival, keys redacted.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.records().all()
    }

    /// Drops the recorded requests.
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
            // The task ends by itself; an error means that its runtime is gone, and the task with it.
            let _ = task.await;
        }
    }

    /// Waits until the server ends, which it does not as long as this handle lives.
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
    async fn a_request_beyond_the_limit_is_answered_with_503() {
        let sandbox = Sandbox::builder().connections(2).start().await.unwrap();
        let ask = async || {
            let mut socket = tokio::net::TcpStream::connect(sandbox.addr).await.unwrap();
            let request = b"GET /_sandbox HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            socket.write_all(request).await.unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            answer[..12].to_owned()
        };
        let permits = sandbox.shared.permits.acquire_many(2).await.unwrap();
        assert_eq!(ask().await, "HTTP/1.1 503");
        drop(permits);
        assert_eq!(ask().await, "HTTP/1.1 200");
    }
}
