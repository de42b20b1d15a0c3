//! What is counted, for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds of the latency histograms, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 60.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    account: String,
    operation: &'static str,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountLabels {
    account: String,
}

type Latency<L> = Family<L, Histogram, fn() -> Histogram>;

/// Counters of one gateway.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Latency<OperationLabels>,
    calls: Family<CallLabels, Counter>,
    call_latency: Latency<AccountLabels>,
    retries: Family<AccountLabels, Counter>,
    under_way: Gauge<u64, AtomicU64>,
    streams: Gauge<u64, AtomicU64>,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("unitune"),
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            calls: Family::default(),
            call_latency: Family::new_with_constructor(histogram),
            retries: Family::default(),
            under_way: Gauge::default(),
            streams: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register(
            "requests",
            "Requests that were answered",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time to the head of the answer",
            Unit::Seconds,
            metrics.latency.clone(),
        );
        registry.register(
            "upstream_calls",
            "Calls to provider accounts",
            metrics.calls.clone(),
        );
        registry.register_with_unit(
            "upstream_duration",
            "Time of a call to a provider account, its retries included",
            Unit::Seconds,
            metrics.call_latency.clone(),
        );
        registry.register(
            "upstream_retries",
            "Calls to provider accounts that were made again",
            metrics.retries.clone(),
        );
        registry.register(
            "requests_under_way",
            "Requests that are being answered",
            metrics.under_way.clone(),
        );
        registry.register(
            "streams_open",
            "Event streams that are open",
            metrics.streams.clone(),
        );
        metrics
    }

    /// A request was answered.
    pub fn request(&self, operation: &'static str, status: u16, took: Duration) {
        self.requests
            .get_or_create(&RequestLabels { operation, status })
            .inc();
        self.latency
            .get_or_create(&OperationLabels { operation })
            .observe(took.as_secs_f64());
    }

    /// A call to an account came to its end.
    pub fn upstream(&self, account: &str, operation: &'static str, outcome: &str, took: Duration) {
        self.calls
            .get_or_create(&CallLabels {
                account: account.to_owned(),
                operation,
                outcome: outcome.to_owned(),
            })
            .inc();
        self.call_latency
            .get_or_create(&AccountLabels {
                account: account.to_owned(),
            })
            .observe(took.as_secs_f64());
    }

    /// A request to an account was made again.
    pub fn retry(&self, account: &str) {
        let account = account.to_owned();
        self.retries.get_or_create(&AccountLabels { account }).inc();
    }

    /// Accounts are there from the start, and not from their first call on.
    pub fn account(&self, name: &str) {
        let labels = AccountLabels {
            account: name.to_owned(),
        };
        let _ = self.retries.get_or_create(&labels);
    }

    /// Counts a request as under way as long as this lives.
    pub fn under_way(&self) -> Counted {
        Counted::new(&self.under_way)
    }

    /// Counts an event stream as open as long as this lives.
    pub fn stream(&self) -> Counted {
        Counted::new(&self.streams)
    }

    /// All of it in Prometheus's text form.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string fails only where an encoder does.
            text.clear();
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}

/// Something that is counted while it lives.
#[derive(Debug)]
pub struct Counted(Gauge<u64, AtomicU64>);

impl Counted {
    fn new(gauge: &Gauge<u64, AtomicU64>) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::new();
        metrics.account("openai");
        metrics.request("listJobs", 200, Duration::from_millis(3));
        metrics.upstream("openai", "listJobs", "ok", Duration::from_millis(2));
        let counted = metrics.under_way();
        let text = metrics.text();
        for line in [
            r#"unitune_requests_total{operation="listJobs",status="200"} 1"#,
            r#"unitune_upstream_calls_total{account="openai",operation="listJobs",outcome="ok"} 1"#,
            r#"unitune_upstream_retries_total{account="openai"} 0"#,
            "unitune_requests_under_way 1",
            r#"unitune_request_duration_seconds_bucket{le="0.005",operation="listJobs"} 1"#,
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        drop(counted);
        assert!(metrics.text().contains("unitune_requests_under_way 0"));
    }
}
