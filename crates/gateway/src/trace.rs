//! The trace that a request is part of: W3C trace context that comes with it, passed
//! on to the vendors. Baggage is not.

use axum::extract::Request;
use tracing::Span;
use unitune::transport::TraceContext;

use crate::state::Gateway;

/// Connects a request's span with the trace of its caller. Where spans are not
/// exported, the calls of the request are children of the caller's own span.
pub fn begin(gateway: &Gateway, span: &Span, request: &mut Request) {
    let incoming = incoming(gateway, request);
    if gateway.config().telemetry.is_some()
        && let Some(trace_id) = crate::Telemetry::begin(span, request.method(), incoming.as_ref())
    {
        span.record("trace_id", trace_id);
        return;
    }
    if let Some(context) = incoming {
        let parent = context.traceparent();
        span.record("trace_id", parent.split('-').nth(1));
        request.extensions_mut().insert(context);
    }
}

/// Adds the outcome of a request to its span.
pub fn end(gateway: &Gateway, span: &Span, operation: &'static str, status: u16) {
    if gateway.config().telemetry.is_some() {
        crate::Telemetry::end(span, operation, status);
    }
}

/// Returns the context of a request; one that holds a credential is left out, because
/// it goes into logs and to vendors.
fn incoming(gateway: &Gateway, request: &Request) -> Option<TraceContext> {
    let headers = request.headers();
    let context = TraceContext::from_headers(headers)?;
    let parent = context.traceparent();
    let state = context.state().unwrap_or_default().split([',', '=']);
    let mut texts = parent.split('-').chain(state.map(str::trim));
    let ids = gateway.request_ids();
    let has_credential = texts.any(|text| ids.is_credential(text, headers));
    (!has_credential).then_some(context)
}
