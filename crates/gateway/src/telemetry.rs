//! Traces and metrics by OTLP, sent to an OpenTelemetry collector.

mod destination;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "otlp")]
mod http_client;
#[cfg(feature = "otlp")]
mod instruments;
#[cfg(not(feature = "otlp"))]
mod not_built;
#[cfg(feature = "otlp")]
mod span_export;

use std::env;
use std::fmt;

#[cfg(feature = "otlp")]
pub use self::export::Telemetry;
#[cfg(feature = "otlp")]
pub(crate) use self::instruments::Instruments;
#[cfg(not(feature = "otlp"))]
pub use self::not_built::Telemetry;

/// Why telemetry cannot be exported: a setting is invalid, which the message names, or the
/// feature `otlp` is missing.
#[derive(Debug)]
pub struct TelemetryError(String);

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TelemetryError {}

/// Returns the value of a variable that has one.
fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok();
    value.filter(|value| !value.trim().is_empty())
}
