//! The state that all connections share.

use crate::body_limit::BodyReader;
use crate::faults::Injector;
use crate::record::Records;
use crate::seed;
use crate::settings::Settings;
use crate::state::SandboxState;
use crate::vendor::Vendor;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, watch};

/// The state that all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) addr: SocketAddr,
    sandbox_state: Mutex<SandboxState>,
    faults: Mutex<Injector>,
    records: Mutex<Records>,
    requests: AtomicU64,
    /// Requests that may still come under way. Over HTTP/1 connections bound them; where a program that embeds the
    /// sandbox has HTTP/2 compiled in, one connection carries many.
    pub(crate) permits: Semaphore,
    pub(crate) bodies: BodyReader,
    pub(crate) closing: watch::Receiver<bool>,
}

/// Locks, also after a handler has panicked: each statement leaves the state usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(
        settings: Settings,
        sandbox_state: SandboxState,
        addr: SocketAddr,
        closing: watch::Receiver<bool>,
    ) -> Shared {
        let faults = Injector::new(settings.seed, settings.faults.clone());
        Shared {
            addr,
            sandbox_state: Mutex::new(sandbox_state),
            faults: Mutex::new(faults),
            records: Mutex::default(),
            requests: AtomicU64::new(0),
            permits: Semaphore::new(settings.connections),
            bodies: BodyReader::new(closing.clone()),
            closing,
            settings,
        }
    }

    /// The state of the vendors, and the clock.
    pub(crate) fn sandbox_state(&self) -> MutexGuard<'_, SandboxState> {
        lock(&self.sandbox_state)
    }

    /// The faults to inject.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Injector> {
        lock(&self.faults)
    }

    /// The requests that were received.
    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        lock(&self.records)
    }

    /// The number of a new request, from 1.
    pub(crate) fn next_number(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A vendor's base URL, without a slash at the end.
    pub(crate) fn base_url(&self, vendor: Vendor) -> String {
        format!("http://{}{}", self.addr, vendor.base_path())
    }

    /// Puts everything back to what it was at the start.
    pub(crate) fn reset(&self) {
        let (sandbox_state, _) = seed::build(&self.settings);
        *self.sandbox_state() = sandbox_state;
        *self.faults() = Injector::new(self.settings.seed, self.settings.faults.clone());
        self.records().clear();
        self.requests.store(0, Ordering::Relaxed);
    }
}
