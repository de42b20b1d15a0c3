//! Limits on how much the gateway does at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api_error::ApiError;
use crate::config::Config;

/// The permits of one gateway.
pub struct Permits {
    requests: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// The right to do one of these things. It is given back when the last clone
/// is dropped; a response whose body is still being sent holds one.
#[derive(Clone, Debug)]
pub struct Permit(#[allow(dead_code)] Arc<OwnedSemaphorePermit>);

impl Permits {
    /// Creates as many permits as the settings allow.
    pub fn new(config: &Config) -> Self {
        let semaphore = |limit| Arc::new(Semaphore::new(limit));
        Self {
            requests: semaphore(config.max_requests),
            bodies: semaphore(config.max_bodies),
            streams: semaphore(config.max_streams),
        }
    }

    /// Permits one request to be processed.
    ///
    /// # Errors
    ///
    /// 503: the limit is reached.
    pub fn request(&self) -> Result<Permit, ApiError> {
        acquire(&self.requests, "requests are being processed")
    }

    /// Permits one request body to be received.
    ///
    /// # Errors
    ///
    /// 503: the limit is reached.
    pub fn body(&self) -> Result<Permit, ApiError> {
        acquire(&self.bodies, "request bodies are being received")
    }

    /// Permits one event stream to be open.
    ///
    /// # Errors
    ///
    /// 503: the limit is reached.
    pub fn stream(&self) -> Result<Permit, ApiError> {
        acquire(&self.streams, "event streams are open")
    }
}

fn acquire(semaphore: &Arc<Semaphore>, what: &str) -> Result<Permit, ApiError> {
    match semaphore.clone().try_acquire_owned() {
        Ok(permit) => Ok(Permit(Arc::new(permit))),
        Err(_) => Err(ApiError::overloaded(format!(
            "the gateway is overloaded: as many {what} as its limit allows; retry later"
        ))),
    }
}
