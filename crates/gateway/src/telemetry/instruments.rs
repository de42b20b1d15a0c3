//! The gateway's metrics as OpenTelemetry's instruments, made from the same table as
//! those of Prometheus.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::metrics::{BUCKETS, Description, Unit, descriptions};

/// The counters and histograms; gauges are read when they are exported.
#[derive(Debug)]
pub struct Instruments {
    requests: Counter<u64>,
    latency: Histogram<f64>,
    calls: Counter<u64>,
    call_latency: Histogram<f64>,
    retries: Counter<u64>,
}

impl Instruments {
    /// Creates the instruments.
    pub fn new(meter: &Meter) -> Self {
        let counter = |description: &Description| {
            let counter = meter.u64_counter(name(description));
            let counter = counter.with_description(description.help);
            counter.with_unit(unit(description)).build()
        };
        let histogram = |description: &Description| {
            let histogram = meter.f64_histogram(name(description));
            let histogram = histogram.with_description(description.help);
            let histogram = histogram.with_boundaries(BUCKETS.to_vec());
            histogram.with_unit(unit(description)).build()
        };
        Self {
            requests: counter(&descriptions::REQUESTS),
            latency: histogram(&descriptions::LATENCY),
            calls: counter(&descriptions::CALLS),
            call_latency: histogram(&descriptions::CALL_LATENCY),
            retries: counter(&descriptions::RETRIES),
        }
    }

    /// Creates a gauge whose value is read when it is exported.
    pub fn gauge(
        meter: &Meter,
        description: &Description,
        value: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        let gauge = meter.u64_observable_gauge(name(description));
        let gauge = gauge.with_description(description.help);
        let gauge = gauge.with_unit(unit(description));
        // The meter keeps it.
        let _ = gauge
            .with_callback(move |observer| observer.observe(value(), &[]))
            .build();
    }

    pub fn request(&self, operation: &'static str, status: u16, duration: Duration) {
        let operation = KeyValue::new("operation", operation);
        let status = KeyValue::new("status", i64::from(status));
        self.requests.add(1, &[operation.clone(), status]);
        self.latency.record(duration.as_secs_f64(), &[operation]);
    }

    pub fn upstream(
        &self,
        account: &str,
        operation: &'static str,
        outcome: &str,
        duration: Duration,
    ) {
        let account = KeyValue::new("account", account.to_owned());
        let operation = KeyValue::new("operation", operation);
        let outcome = KeyValue::new("outcome", outcome.to_owned());
        self.calls.add(1, &[account.clone(), operation, outcome]);
        self.call_latency.record(duration.as_secs_f64(), &[account]);
    }

    /// Counts retries; zero of them makes the account visible.
    pub fn retries(&self, account: &str, count: u64) {
        self.retries
            .add(count, &[KeyValue::new("account", account.to_owned())]);
    }
}

fn name(description: &Description) -> String {
    format!("unitune.{}", description.name)
}

/// Returns a unit in the Unified Code for Units of Measure.
fn unit(description: &Description) -> &'static str {
    match description.unit {
        Unit::Number => "1",
        Unit::Seconds => "s",
        Unit::Bytes => "By",
    }
}
