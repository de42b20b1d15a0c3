//! What stands for the export where the feature `otlp` is missing: settings that ask for
//! it are an error, never ignored.

use http::Method;
use tracing::Span;
use tracing_subscriber::layer::Identity;
use unitune::transport::TraceContext;

use super::TelemetryError;
use super::destination::Destination;

/// The export of traces and metrics by OTLP. This build has none: it lacks the feature
/// `otlp`, and there are no values of this type.
#[derive(Clone, Debug)]
pub enum Telemetry {}

impl Telemetry {
    /// Returns `None` where neither this endpoint nor the environment asks for an export.
    ///
    /// # Errors
    ///
    /// An export is asked for, or a setting is invalid.
    pub fn start(endpoint: Option<&str>) -> Result<Option<Self>, TelemetryError> {
        not_exported(Destination::of(endpoint, super::variable)?)
    }

    /// Never called: there is no value.
    pub fn layer(&self) -> Identity {
        match *self {}
    }

    /// Never called: there is no value.
    pub async fn flush(&self) {
        match *self {}
    }

    /// Never called: there is no value.
    pub async fn shutdown(self) {
        match self {}
    }

    pub(crate) fn begin(_: &Span, _: &Method, _: Option<&TraceContext>) -> Option<String> {
        None
    }

    pub(crate) fn end(_: &Span, _: &'static str, _: u16) {}
}

fn not_exported(destination: Option<Destination>) -> Result<Option<Telemetry>, TelemetryError> {
    let Some(destination) = destination else {
        return Ok(None);
    };
    let signals = [destination.traces, destination.metrics];
    let urls: Vec<_> = signals
        .into_iter()
        .flatten()
        .map(|signal| signal.url)
        .collect();
    Err(TelemetryError(format!(
        "telemetry for {} cannot be exported: this program was built without the feature `otlp` \
         (the published programs and images have it; with Cargo: `cargo install unitune-cli \
         --features otlp`). OTEL_SDK_DISABLED=true starts it without",
        urls.join(" and ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_that_is_asked_for_is_an_error_that_says_what_to_do() {
        let with = |endpoint| not_exported(Destination::of(endpoint, |_| None).unwrap());
        assert!(with(None).unwrap().is_none());
        let message = with(Some("http://localhost:4318")).unwrap_err().to_string();
        for part in [
            "http://localhost:4318/v1/traces",
            "--features otlp",
            "OTEL_SDK_DISABLED",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}
