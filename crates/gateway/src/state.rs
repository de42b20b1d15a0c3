//! What all requests share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use unitune::providers::Providers;
use unitune::transport::{CallOptions, MemoryBudget};

use crate::api_error::ApiError;
use crate::coalesce::RequestCoalescer;
use crate::concurrency_limits::Permits;
use crate::config::{Config, ConfigError};
use crate::job_list::ListKey;
use crate::metrics::{AccountCalls, Metrics};
use crate::request_id::RequestIds;
use crate::response::RenderedList;

/// A gateway: its accounts, settings, counters and limits. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    providers: Providers,
    config: Config,
    metrics: Arc<Metrics>,
    permits: Permits,
    request_ids: RequestIds,
    lists: RequestCoalescer<ListKey, Result<RenderedList, ApiError>>,
    shutdown: watch::Sender<bool>,
}

impl Gateway {
    /// Creates a gateway over these accounts.
    ///
    /// # Errors
    ///
    /// A setting is invalid, or there is no account.
    pub fn new(providers: &Providers, config: Config) -> Result<Self, ConfigError> {
        config.check(providers)?;
        let memory = MemoryBudget::new(config.max_upstream_memory_bytes);
        let metrics = Metrics::new(memory.clone());
        #[cfg(feature = "otlp")]
        let metrics = metrics.exported_by(config.telemetry.as_ref());
        let metrics = Arc::new(metrics);
        // Notes are of no use to the caller, and cost something on every job.
        let providers = providers.map(|account| {
            let calls = AccountCalls::new(account.name(), metrics.clone());
            // A bound that the account has already stays.
            let account = match account.has_max_calls() {
                true => account.clone(),
                false => account.clone().max_calls(config.max_calls_per_account),
            };
            let options = CallOptions::new()
                .observer(Arc::new(calls))
                .max_retry_wait(config.max_retry_wait())
                .memory_budget(memory.clone());
            // Each call is then a child of its request's span.
            #[cfg(feature = "otlp")]
            let options = match config.telemetry {
                Some(_) => options.trace(unitune::transport::TracingSpans),
                None => options,
            };
            account.notes(false).with_options(&options)
        });
        Ok(Self(Arc::new(Shared {
            providers,
            metrics,
            permits: Permits::new(&config),
            request_ids: RequestIds::new(&config.tokens),
            lists: RequestCoalescer::new(),
            shutdown: watch::Sender::new(false),
            config,
        })))
    }

    /// Returns the accounts, with the gateway's limits and counters.
    pub fn providers(&self) -> &Providers {
        &self.0.providers
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub fn permits(&self) -> &Permits {
        &self.0.permits
    }

    pub fn request_ids(&self) -> &RequestIds {
        &self.0.request_ids
    }

    /// Returns the lists in progress, for requests of the same list.
    pub fn lists(&self) -> &RequestCoalescer<ListKey, Result<RenderedList, ApiError>> {
        &self.0.lists
    }

    /// Begins the shutdown: the gateway is not ready any more, and event
    /// streams end.
    pub fn shut_down(&self) {
        self.0.shutdown.send_replace(true);
    }

    pub fn is_shutting_down(&self) -> bool {
        *self.0.shutdown.borrow()
    }

    /// Resolves when the shutdown begins.
    pub async fn shutdown(&self) {
        let mut shutdown = self.0.shutdown.subscribe();
        // An error means that the gateway was dropped, which ends it too.
        let _ = shutdown.wait_for(|begun| *begun).await;
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("providers", &self.0.providers)
            .finish_non_exhaustive()
    }
}
