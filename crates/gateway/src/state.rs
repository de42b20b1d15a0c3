//! What all requests share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use unitune::providers::Providers;

use crate::answer::Rendered;
use crate::config::Config;
use crate::flights::Flights;
use crate::metrics::Metrics;
use crate::openapi;
use crate::problem::Problem;
use crate::request_id::RequestIds;
use crate::upstream::{ListKey, Upstream};

/// A gateway: its accounts, settings, counters and limits. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    accounts: Vec<Arc<Upstream>>,
    config: Config,
    metrics: Arc<Metrics>,
    requests: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    ids: RequestIds,
    document: String,
    lists: Flights<ListKey, Result<Rendered, Problem>>,
    closing: watch::Sender<bool>,
}

impl Gateway {
    pub(crate) fn new(providers: &Providers, config: Config) -> Self {
        let metrics = Arc::new(Metrics::new());
        let accounts = providers.accounts().iter().map(|account| {
            metrics.account(account.name());
            let limit = config.max_calls_per_account;
            Arc::new(Upstream::new(account.clone(), limit, metrics.clone()))
        });
        Self(Arc::new(Shared {
            accounts: accounts.collect(),
            metrics: metrics.clone(),
            requests: Arc::new(Semaphore::new(config.max_requests)),
            streams: Arc::new(Semaphore::new(config.max_streams)),
            ids: RequestIds::new(),
            lists: Flights::new(),
            document: openapi::document().to_string(),
            closing: watch::Sender::new(false),
            config,
        }))
    }

    pub(crate) fn accounts(&self) -> &[Arc<Upstream>] {
        &self.0.accounts
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn ids(&self) -> &RequestIds {
        &self.0.ids
    }

    /// Lists that are under way, for those who ask for the same.
    pub(crate) fn lists(&self) -> &Flights<ListKey, Result<Rendered, Problem>> {
        &self.0.lists
    }

    pub(crate) fn document(&self) -> &str {
        &self.0.document
    }

    /// A place among the requests that are answered at the same time.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.0.requests.clone().try_acquire_owned();
        place.map_err(|_| Problem::busy("the gateway is answering as many requests as it may"))
    }

    /// A place among the event streams.
    pub(crate) fn enter_stream(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.0.streams.clone().try_acquire_owned();
        place.map_err(|_| Problem::busy("the gateway has as many event streams open as it may"))
    }

    /// From now on the gateway is not ready, and streams come to their end.
    pub(crate) fn close(&self) {
        self.0.closing.send_replace(true);
    }

    pub(crate) fn is_closing(&self) -> bool {
        *self.0.closing.borrow()
    }

    /// Resolves when the gateway is to end.
    pub(crate) async fn closed(&self) {
        let mut closing = self.0.closing.subscribe();
        // An error means that the gateway is gone, which is an end too.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("accounts", &self.0.accounts)
            .finish_non_exhaustive()
    }
}
