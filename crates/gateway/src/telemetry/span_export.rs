//! Spans as they are exported: OpenTelemetry's names for the fields of `tracing`.
//!
//! Only the fields of these tables leave the process, so that no other field, such as
//! a caller's metadata, gets into a trace.

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

pub const METHOD: &str = "http.request.method";
pub const OPERATION: &str = "unitune.operation";
pub const STATUS: &str = "http.response.status_code";
const ERROR: &str = "error.type";

/// A kind of span.
struct Table {
    /// The span's name in `tracing`.
    span: &'static str,
    kind: SpanKind,
    attributes: &'static [Attribute],
}

/// A field, the attribute that it is exported as, and whether that is a number.
struct Attribute {
    field: &'static str,
    name: &'static str,
    is_number: bool,
}

const fn text(field: &'static str, name: &'static str) -> Attribute {
    Attribute {
        field,
        name,
        is_number: false,
    }
}

const fn number(field: &'static str, name: &'static str) -> Attribute {
    Attribute {
        field,
        name,
        is_number: true,
    }
}

static TABLES: &[Table] = &[
    // A request to the gateway.
    Table {
        span: "request",
        kind: SpanKind::Server,
        attributes: &[
            text("id", "unitune.request_id"),
            text(METHOD, METHOD),
            text(OPERATION, OPERATION),
            number(STATUS, STATUS),
        ],
    },
    // A call to a vendor, with its retries.
    Table {
        span: "call",
        kind: SpanKind::Client,
        attributes: &[
            text("account", "unitune.account"),
            text("operation", OPERATION),
            text("method", METHOD),
            number("attempt", "unitune.attempts"),
            number("status", STATUS),
            text("request_id", "unitune.vendor_request_id"),
            text("error", ERROR),
        ],
    },
];

/// An exporter of spans in OpenTelemetry's terms.
#[derive(Debug)]
pub struct Translated<E>(pub E);

impl<E: SpanExporter> SpanExporter for Translated<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let batch: Vec<SpanData> = batch.into_iter().filter_map(translate).collect();
        match batch.is_empty() {
            true => Ok(()),
            false => self.0.export(batch).await,
        }
    }

    fn shutdown_with_timeout(&self, timeout: std::time::Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Returns a span as it is exported; `None` for one that is not: health checks and
/// the reading of metrics would be most of all traces.
fn translate(mut span: SpanData) -> Option<SpanData> {
    let table = TABLES.iter().find(|table| table.span == span.name)?;
    let fields = std::mem::take(&mut span.attributes);
    span.attributes = table
        .attributes
        .iter()
        .filter_map(|attribute| {
            let field = fields
                .iter()
                .find(|field| field.key.as_str() == attribute.field)?;
            let value = match attribute.is_number {
                true => Value::I64(integer(&field.value)?),
                false => field.value.clone(),
            };
            Some(KeyValue::new(attribute.name, value))
        })
        .collect();
    let value = |name: &str| {
        let mut attributes = span.attributes.iter();
        let found = attributes.find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.clone())
    };
    let is_server = table.kind == SpanKind::Server;
    let status = value(STATUS).as_ref().and_then(integer);
    let is_failure = match is_server {
        true => status.is_some_and(|status| status >= 500),
        false => value(ERROR).is_some(),
    };
    // A request that ended before its response has no operation.
    if let Some(operation) = value(OPERATION) {
        if is_server && operation.as_str() == "other" && !is_failure {
            return None;
        }
        span.name = operation.as_str().into_owned().into();
    }
    if is_failure {
        span.status = Status::error("");
    }
    span.span_kind = table.kind.clone();
    Some(span)
}

/// Returns a number, which `tracing` hands over as text where it is unsigned.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::I64(number) => Some(*number),
        Value::String(text) => text.as_str().parse().ok(),
        _ => None,
    }
}
