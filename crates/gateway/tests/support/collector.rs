//! An OTLP collector on loopback: it decodes and keeps what arrives.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What arrived.
#[derive(Default)]
struct Received {
    heads: Vec<(String, HeaderMap)>,
    bodies: Vec<Bytes>,
    traces: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
}

#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Received>>,
    open: watch::Sender<bool>,
}

/// The collector; it stops when this is dropped.
pub struct Collector {
    pub url: String,
    shared: Shared,
    task: tokio::task::JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        let collector = Self::hanging_at(([127, 0, 0, 1], 0).into()).await;
        collector.open();
        collector
    }

    /// Listens, and answers nobody before it is opened.
    pub async fn hanging_at(addr: SocketAddr) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared {
            received: Arc::default(),
            open: watch::Sender::new(false),
        };
        let app = Router::new().fallback(receive).with_state(shared.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self { url, shared, task }
    }

    pub fn open(&self) {
        self.shared.open.send_replace(true);
    }

    pub fn spans(&self) -> Vec<Span> {
        let received = self.shared.received.lock().unwrap();
        let resources = received.traces.iter().flat_map(|t| &t.resource_spans);
        let scopes = resources.flat_map(|r| &r.scope_spans);
        scopes.flat_map(|s| s.spans.clone()).collect()
    }

    /// The metrics of the last export.
    pub fn metrics(&self) -> Vec<Metric> {
        let received = self.shared.received.lock().unwrap();
        let last = received.metrics.last().expect("metrics have arrived");
        let scopes = last.resource_metrics.iter().flat_map(|r| &r.scope_metrics);
        scopes.flat_map(|s| s.metrics.clone()).collect()
    }

    /// The attributes of the process, as both signals have them.
    pub fn resources(&self) -> Vec<BTreeMap<String, String>> {
        let received = self.shared.received.lock().unwrap();
        let traces = received.traces.iter().flat_map(|t| &t.resource_spans);
        let metrics = received.metrics.iter().flat_map(|m| &m.resource_metrics);
        let traces = traces.map(|r| &r.resource);
        let resources = traces.chain(metrics.map(|r| &r.resource));
        let resources = resources.map(|r| attributes(&r.as_ref().unwrap().attributes));
        resources.collect()
    }

    /// The path and the headers of everything that arrived.
    pub fn heads(&self) -> Vec<(String, HeaderMap)> {
        self.shared.received.lock().unwrap().heads.clone()
    }

    /// The bytes of everything that arrived, as text.
    pub fn text(&self) -> String {
        let received = self.shared.received.lock().unwrap();
        let bodies = received.bodies.iter();
        bodies
            .map(|body| String::from_utf8_lossy(body).into_owned())
            .collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut open = shared.open.subscribe();
    open.wait_for(|open| *open).await.unwrap();
    let mut received = shared.received.lock().unwrap();
    received.bodies.push(body.clone());
    received.heads.push((uri.path().to_owned(), headers));
    match uri.path() {
        "/v1/traces" => {
            let traces = ExportTraceServiceRequest::decode(body).unwrap();
            received.traces.push(traces);
        }
        "/v1/metrics" => {
            let metrics = ExportMetricsServiceRequest::decode(body).unwrap();
            received.metrics.push(metrics);
        }
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::OK
}

/// Attributes as text.
pub fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text.clone()),
        any_value::Value::IntValue(number) => Some(format!("{number} (integer)")),
        other => Some(format!("{other:?}")),
    };
    let pairs = pairs.iter();
    pairs
        .map(|pair| (pair.key.clone(), text(pair).unwrap_or_default()))
        .collect()
}
