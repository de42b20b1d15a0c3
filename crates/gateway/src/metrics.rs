//! Metrics of the gateway, for Prometheus and for OTLP.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{self, Metric, Registry};
use unitune::transport::{Attempt, CallReport, MemoryBudget, Observer};
use unitune::{Error, ErrorKind};

#[cfg(feature = "otlp")]
use crate::telemetry::{Instruments, Telemetry};

/// What Prometheus and OTLP know of a metric beside its value. Prometheus adds the
/// unit to the name, and `_total` to that of a counter.
pub struct Description {
    pub name: &'static str,
    pub unit: Unit,
    pub help: &'static str,
}

/// The unit of a metric.
pub enum Unit {
    Number,
    Seconds,
    Bytes,
}

/// All metrics.
pub mod descriptions {
    use super::{Description, Unit};

    pub const REQUESTS: Description = Description {
        name: "requests",
        unit: Unit::Number,
        help: "Answered requests",
    };
    pub const LATENCY: Description = Description {
        name: "request_duration",
        unit: Unit::Seconds,
        help: "Time to the head of the response",
    };
    pub const CALLS: Description = Description {
        name: "upstream_calls",
        unit: Unit::Number,
        help: "Calls to provider accounts",
    };
    pub const CALL_LATENCY: Description = Description {
        name: "upstream_duration",
        unit: Unit::Seconds,
        help: "Duration of a call to a provider account, retries included",
    };
    pub const RETRIES: Description = Description {
        name: "upstream_retries",
        unit: Unit::Number,
        help: "Retries of calls to provider accounts",
    };
    pub const IN_FLIGHT: Description = Description {
        name: "requests_under_way",
        unit: Unit::Number,
        help: "Requests in flight",
    };
    pub const STREAMS: Description = Description {
        name: "streams_open",
        unit: Unit::Number,
        help: "Open event streams",
    };
    pub const MEMORY: Description = Description {
        name: "upstream_memory",
        unit: Unit::Bytes,
        help: "Memory of the responses of provider accounts that are being read",
    };
    pub const MEMORY_LIMIT: Description = Description {
        name: "upstream_memory_limit",
        unit: Unit::Bytes,
        help: "The most that unitune_upstream_memory_bytes may be",
    };
}

/// Upper bounds of the latency histograms, in seconds.
pub const BUCKETS: [f64; 11] = [
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
    in_flight: Gauge<u64, AtomicU64>,
    streams: Gauge<u64, AtomicU64>,
    memory: MemoryBudget,
    memory_used: Gauge<u64, AtomicU64>,
    /// The same counters and histograms for OTLP.
    #[cfg(feature = "otlp")]
    exported: Option<Instruments>,
}

fn register(registry: &mut Registry, description: &Description, metric: impl Metric) {
    let Description { name, unit, help } = description;
    match unit {
        Unit::Number => registry.register(*name, *help, metric),
        Unit::Seconds => registry.register_with_unit(*name, *help, registry::Unit::Seconds, metric),
        Unit::Bytes => registry.register_with_unit(*name, *help, registry::Unit::Bytes, metric),
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    /// Creates all metrics at zero.
    pub fn new(memory: MemoryBudget) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("unitune"),
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            calls: Family::default(),
            call_latency: Family::new_with_constructor(histogram),
            retries: Family::default(),
            in_flight: Gauge::default(),
            streams: Gauge::default(),
            memory,
            memory_used: Gauge::default(),
            #[cfg(feature = "otlp")]
            exported: None,
        };
        let limit: Gauge<u64, AtomicU64> = Gauge::default();
        limit.set(metrics.memory.limit() as u64);
        let registry = &mut metrics.registry;
        register(registry, &descriptions::REQUESTS, metrics.requests.clone());
        register(registry, &descriptions::LATENCY, metrics.latency.clone());
        register(registry, &descriptions::CALLS, metrics.calls.clone());
        let call_latency = metrics.call_latency.clone();
        register(registry, &descriptions::CALL_LATENCY, call_latency);
        register(registry, &descriptions::RETRIES, metrics.retries.clone());
        register(
            registry,
            &descriptions::IN_FLIGHT,
            metrics.in_flight.clone(),
        );
        register(registry, &descriptions::STREAMS, metrics.streams.clone());
        register(registry, &descriptions::MEMORY, metrics.memory_used.clone());
        register(registry, &descriptions::MEMORY_LIMIT, limit);
        metrics
    }

    /// Exports the metrics by OTLP too, where there is telemetry.
    #[cfg(feature = "otlp")]
    pub fn exported_by(mut self, telemetry: Option<&Telemetry>) -> Self {
        let Some(meter) = telemetry.and_then(Telemetry::meter) else {
            return self;
        };
        self.exported = Some(Instruments::new(&meter));
        let (in_flight, streams) = (self.in_flight.clone(), self.streams.clone());
        let (used, limit) = (self.memory.clone(), self.memory.limit() as u64);
        Instruments::gauge(&meter, &descriptions::IN_FLIGHT, move || in_flight.get());
        Instruments::gauge(&meter, &descriptions::STREAMS, move || streams.get());
        Instruments::gauge(&meter, &descriptions::MEMORY, move || used.used() as u64);
        Instruments::gauge(&meter, &descriptions::MEMORY_LIMIT, move || limit);
        self
    }

    /// Counts an answered request.
    pub fn request(&self, operation: &'static str, status: u16, duration: Duration) {
        self.requests
            .get_or_create(&RequestLabels { operation, status })
            .inc();
        self.latency
            .get_or_create(&OperationLabels { operation })
            .observe(duration.as_secs_f64());
        #[cfg(feature = "otlp")]
        if let Some(exported) = &self.exported {
            exported.request(operation, status, duration);
        }
    }

    /// Counts a finished call to an account.
    fn upstream(&self, account: &str, operation: &'static str, outcome: &str, duration: Duration) {
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
            .observe(duration.as_secs_f64());
        #[cfg(feature = "otlp")]
        if let Some(exported) = &self.exported {
            exported.upstream(account, operation, outcome, duration);
        }
    }

    /// Counts retries of calls to an account. Zero of them add the account, so that
    /// it is shown before its first call.
    fn retries(&self, account: &str, count: u64) {
        #[cfg(feature = "otlp")]
        if let Some(exported) = &self.exported {
            exported.retries(account, count);
        }
        let account = account.to_owned();
        let counter = self.retries.get_or_create(&AccountLabels { account });
        counter.inc_by(count);
    }

    /// Counts a request as in flight until the guard is dropped.
    pub fn request_in_flight(&self) -> GaugeGuard {
        GaugeGuard::new(&self.in_flight)
    }

    /// Counts an event stream as open until the guard is dropped.
    pub fn open_stream(&self) -> GaugeGuard {
        GaugeGuard::new(&self.streams)
    }

    /// Returns all metrics in the OpenMetrics text format.
    pub fn text(&self) -> String {
        self.memory_used.set(self.memory.used() as u64);
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string fails only where an encoder does.
            text.clear();
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}

/// Counts and logs the calls to one account.
#[derive(Debug)]
pub struct AccountCalls {
    /// The account's name: that of its client may be another one.
    account: String,
    metrics: Arc<Metrics>,
}

impl AccountCalls {
    /// Creates an observer of an account, whose metrics start at zero.
    pub fn new(account: &str, metrics: Arc<Metrics>) -> Self {
        metrics.retries(account, 0);
        let account = account.to_owned();
        Self { account, metrics }
    }
}

impl Observer for AccountCalls {
    fn attempt(&self, attempt: &Attempt<'_>) {
        if attempt.attempt > 1 {
            self.metrics.retries(&self.account, 1);
        }
    }

    fn call(&self, call: &CallReport<'_>) {
        let operation = call.operation;
        let outcome = call.error.map(outcome);
        let outcome = outcome.as_deref().unwrap_or("ok");
        self.metrics
            .upstream(&self.account, operation, outcome, call.took);
        if let Some(error) = call.error {
            let account = &*self.account;
            tracing::debug!(account, operation, %error, "an upstream call failed");
        }
    }
}

/// Returns how a failed call is counted: by its status, or by a word.
fn outcome(error: &Error) -> String {
    // What fails after the head has a status too, and that one says nothing.
    let word = match error.kind() {
        ErrorKind::Connect => "connect",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Decode => "decode",
        ErrorKind::TooLarge => "too_large",
        ErrorKind::Overloaded => "overloaded",
        _ => match error.status() {
            Some(status) => return status.to_string(),
            None => "other",
        },
    };
    word.to_owned()
}

/// Decrements a gauge when it is dropped.
#[derive(Debug)]
pub struct GaugeGuard(Gauge<u64, AtomicU64>);

impl GaugeGuard {
    fn new(gauge: &Gauge<u64, AtomicU64>) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_metrics_are_written() {
        let metrics = Metrics::new(MemoryBudget::new(1000));
        metrics.retries("main", 0);
        metrics.request("listJobs", 200, Duration::from_millis(3));
        metrics.upstream("main", "listJobs", "ok", Duration::from_millis(2));
        let guard = metrics.request_in_flight();
        let text = metrics.text();
        for line in [
            r#"unitune_requests_total{operation="listJobs",status="200"} 1"#,
            r#"unitune_upstream_calls_total{account="main",operation="listJobs",outcome="ok"} 1"#,
            r#"unitune_upstream_retries_total{account="main"} 0"#,
            "unitune_requests_under_way 1",
            "unitune_upstream_memory_bytes 0",
            "unitune_upstream_memory_limit_bytes 1000",
            r#"unitune_request_duration_seconds_bucket{le="0.005",operation="listJobs"} 1"#,
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        drop(guard);
        assert!(metrics.text().contains("unitune_requests_under_way 0"));
    }

    #[test]
    fn a_call_that_fails_after_the_head_is_counted_by_its_failure() {
        let of = |kind, status| outcome(&Error::new(kind, "").with_status(status));
        assert_eq!(of(ErrorKind::Timeout, 200), "timeout");
        assert_eq!(of(ErrorKind::Overloaded, 200), "overloaded");
        assert_eq!(of(ErrorKind::Status, 429), "429");
        assert_eq!(of(ErrorKind::NotFound, 404), "404");
    }
}
