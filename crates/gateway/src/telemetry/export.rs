//! Traces and metrics by OTLP, sent to an OpenTelemetry collector.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;
use unitune::transport::TraceContext;

use super::TelemetryError;
use super::destination::Destination;
use super::http_client::Client;
use super::span_export::{METHOD, OPERATION, STATUS, Translated};

/// The name of the service, where the environment has none.
const SERVICE: &str = "unitune";
/// The longest time that a flush or a shutdown waits for the collector.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// The export of traces and metrics by OTLP: protobuf over HTTP, in the background,
/// from bounded queues. Requests never wait for it. Cheap to clone.
///
/// [`start`](Self::start) it, install its [`layer`](Self::layer), and set it as
/// [`Config::telemetry`](crate::Config::telemetry):
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tracing_subscriber::layer::SubscriberExt;
/// use tracing_subscriber::util::SubscriberInitExt;
/// use unitune::providers::Providers;
/// use unitune_gateway::{Config, Server, Telemetry};
///
/// let telemetry = Telemetry::start(Some("http://localhost:4318"))?;
/// let layer = telemetry.as_ref().map(Telemetry::layer);
/// tracing_subscriber::registry().with(layer).init();
/// let config = Config { telemetry: telemetry.clone(), ..Config::default() };
/// let server = Server::bind(([127, 0, 0, 1], 8080).into(), &Providers::from_env()?, config).await?;
/// let stop = tokio::time::sleep(std::time::Duration::from_secs(60));
/// server.run(stop).await;
/// if let Some(telemetry) = telemetry {
///     telemetry.shutdown().await;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Telemetry(Arc<Providers>);

/// OpenTelemetry's two providers; one that is turned off has no exporter.
struct Providers {
    tracer: Option<SdkTracerProvider>,
    meter: Option<SdkMeterProvider>,
}

impl Telemetry {
    /// Starts the export to this endpoint, or to the one that the environment names
    /// (`OTEL_EXPORTER_OTLP_ENDPOINT`); without either, returns `None`. The other
    /// standard variables apply, such as `OTEL_SERVICE_NAME`,
    /// `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS`.
    ///
    /// # Errors
    ///
    /// The endpoint is no URL or contains a credential, a variable has a value that is
    /// not supported, this is not called in a tokio runtime, or an endpoint is set and the
    /// crate was built without the feature `otlp`.
    pub fn start(endpoint: Option<&str>) -> Result<Option<Self>, TelemetryError> {
        let Some(destination) = Destination::of(endpoint, super::variable)? else {
            return Ok(None);
        };
        let runtime = Handle::try_current().map_err(|_| {
            TelemetryError("telemetry is exported by a tokio runtime: there is none".to_owned())
        })?;
        let resource = resource(super::variable);
        let tracer = match &destination.traces {
            Some(signal) => {
                let exporter = SpanExporter::builder()
                    .with_http()
                    .with_endpoint(&signal.url)
                    .with_http_client(Client::new("traces", signal, runtime.clone())?)
                    .build()
                    .map_err(not_built)?;
                let provider = SdkTracerProvider::builder()
                    .with_batch_exporter(Translated(exporter))
                    .with_resource(resource.clone());
                Some(provider.build())
            }
            None => None,
        };
        let meter = match &destination.metrics {
            Some(signal) => {
                let exporter = MetricExporter::builder()
                    .with_http()
                    .with_endpoint(&signal.url)
                    .with_http_client(Client::new("metrics", signal, runtime)?)
                    .build()
                    .map_err(not_built)?;
                let provider = SdkMeterProvider::builder()
                    .with_periodic_exporter(exporter)
                    .with_resource(resource);
                Some(provider.build())
            }
            None => None,
        };
        Ok(Some(Self(Arc::new(Providers { tracer, meter }))))
    }

    /// Returns the layer that exports the spans of the gateway and of its calls to
    /// vendors. Spans and events of other crates are left out.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let is_ours = |metadata: &Metadata<'_>| {
            let target = metadata.target();
            metadata.is_span()
                && matches!(
                    target.split("::").next(),
                    Some("unitune" | "unitune_gateway")
                )
        };
        // Without the hint, every event of every level would be built.
        let filter = FilterFn::new(is_ours).with_max_level_hint(LevelFilter::INFO);
        self.0.tracer.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer(SERVICE))
                .with_context_activation(false)
                .with_level(false)
                .with_location(false)
                .with_target(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_filter(filter)
        })
    }

    /// Exports what is waiting, within five seconds.
    pub async fn flush(&self) {
        self.each(
            SdkTracerProvider::force_flush,
            SdkMeterProvider::force_flush,
        )
        .await;
    }

    /// Exports what is waiting, within five seconds, and ends the export.
    pub async fn shutdown(self) {
        self.each(SdkTracerProvider::shutdown, SdkMeterProvider::shutdown)
            .await;
    }

    /// Runs an operation of both providers, each on a thread of its own, because they
    /// block. What fails has been logged by the client.
    async fn each(
        &self,
        tracer: fn(&SdkTracerProvider) -> OTelSdkResult,
        meter: fn(&SdkMeterProvider) -> OTelSdkResult,
    ) {
        let (providers, others) = (Arc::clone(&self.0), Arc::clone(&self.0));
        let traces = move || providers.tracer.as_ref().map(tracer);
        let metrics = move || others.meter.as_ref().map(meter);
        let traces = tokio::task::spawn_blocking(traces);
        let metrics = tokio::task::spawn_blocking(metrics);
        let both = async { tokio::join!(traces, metrics) };
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, both).await;
    }

    /// Returns the meter of the gateway's metrics, unless metrics are turned off.
    pub(crate) fn meter(&self) -> Option<Meter> {
        self.0
            .meter
            .as_ref()
            .map(|provider| provider.meter(SERVICE))
    }

    /// Makes a request's span a child of the context that came with it. Returns the
    /// trace's id, or `None` where the span is not exported.
    pub(crate) fn begin(
        span: &Span,
        method: &Method,
        incoming: Option<&TraceContext>,
    ) -> Option<String> {
        if let Some(parent) = incoming {
            let parent = Context::new().with_remote_span_context(remote(parent));
            span.set_parent(parent).ok()?;
        }
        let context = span.context();
        let context = context.span().span_context().clone();
        if !context.is_valid() {
            return None;
        }
        let method = match method.as_str() {
            known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known,
            _ => "_OTHER",
        };
        span.set_attribute(METHOD, method.to_owned());
        Some(context.trace_id().to_string())
    }

    /// Adds the outcome of a request to its span.
    pub(crate) fn end(span: &Span, operation: &'static str, status: u16) {
        span.set_attribute(OPERATION, operation);
        span.set_attribute(STATUS, i64::from(status));
    }
}

/// Shows no address.
impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("traces", &self.0.tracer.is_some())
            .field("metrics", &self.0.meter.is_some())
            .finish()
    }
}

/// Returns what describes this process: the environment's attributes, and an id of
/// its own, so that the metrics of several replicas are kept apart.
fn resource(read: impl Fn(&str) -> Option<String>) -> Resource {
    let attributes = read("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let has = |key: &str| {
        let keys = attributes
            .split(',')
            .filter_map(|pair| pair.split_once('='));
        keys.into_iter().any(|(name, _)| name.trim() == key)
    };
    let instance = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
    let mut resource = Resource::builder();
    for (key, value) in [
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("service.instance.id", &instance),
    ] {
        if !has(key) {
            resource = resource.with_attribute(KeyValue::new(key, value.to_owned()));
        }
    }
    if read("OTEL_SERVICE_NAME").is_none() && !has("service.name") {
        resource = resource.with_service_name(SERVICE);
    }
    resource.build()
}

fn remote(context: &TraceContext) -> SpanContext {
    let flags = match context.is_sampled() {
        true => TraceFlags::SAMPLED,
        false => TraceFlags::NOT_SAMPLED,
    };
    SpanContext::new(
        TraceId::from_bytes(context.trace_id()),
        SpanId::from_bytes(context.span_id()),
        flags,
        true,
        // What is no state to OpenTelemetry is left out.
        context
            .state()
            .unwrap_or_default()
            .parse::<TraceState>()
            .unwrap_or_default(),
    )
}

/// The cause could repeat a header, so it is left out.
fn not_built<E>(_: E) -> TelemetryError {
    let message = "the OTLP exporter cannot be created: check the variables OTEL_EXPORTER_OTLP_*";
    TelemetryError(message.to_owned())
}
