//! Traces and metrics by OTLP, as a collector receives them. One test: the process
//! has one subscriber.

#[path = "support/collector.rs"]
mod collector;
#[path = "../../../tests/loopback/mod.rs"]
mod loopback;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use collector::{Collector, attributes};
use loopback::{Answer, Server};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use support::Gateway;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use unitune::openai;
use unitune::providers::{Account, Providers};
use unitune_gateway::{Config, Telemetry, Token};
use unitune_sandbox::Sandbox;

const KEY: &str = "sk-very-secret-1234";
const TOKEN: &str = "token-of-the-caller";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
const LIST: &str = "/v1/fine_tuning/jobs";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// The only span of this kind and name.
#[track_caller]
fn only<'a>(spans: &'a [Span], kind: SpanKind, name: &str) -> &'a Span {
    let found = spans.iter().filter(|s| s.kind() == kind && s.name == name);
    let found: Vec<&Span> = found.collect();
    let [span] = found[..] else {
        panic!("{} spans {name}: {spans:#?}", found.len());
    };
    span
}

fn empty_list() -> Answer {
    Answer::json(json!({"object": "list", "data": [], "has_more": false}))
        .header("x-request-id", "vendor-7")
}

/// The value of each point, by its attributes; for a histogram, how many values.
fn points(metric: &Metric) -> BTreeMap<String, u64> {
    let number = |value: &Option<number_data_point::Value>| match value {
        Some(number_data_point::Value::AsInt(number)) => u64::try_from(*number).unwrap(),
        other => panic!("{other:?}"),
    };
    let points: Vec<(BTreeMap<String, String>, u64)> = match metric.data.as_ref().unwrap() {
        metric::Data::Sum(sum) => {
            assert!(sum.is_monotonic, "{}", metric.name);
            let points = sum.data_points.iter();
            points
                .map(|p| (attributes(&p.attributes), number(&p.value)))
                .collect()
        }
        metric::Data::Gauge(gauge) => {
            let points = gauge.data_points.iter();
            points
                .map(|p| (attributes(&p.attributes), number(&p.value)))
                .collect()
        }
        metric::Data::Histogram(histogram) => {
            let points = histogram.data_points.iter();
            points
                .map(|p| {
                    assert_eq!(p.bucket_counts.len(), 12, "{}", metric.name);
                    (attributes(&p.attributes), p.count)
                })
                .collect()
        }
        other => panic!("{other:?}"),
    };
    let text = |labels: BTreeMap<String, String>| {
        let labels = labels.iter().map(|(key, value)| format!("{key}={value}"));
        labels.collect::<Vec<_>>().join(" ")
    };
    points
        .into_iter()
        .map(|(labels, value)| (text(labels), value))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_and_metrics_arrive_and_secrets_do_not() {
    let collector = Collector::start().await;
    let telemetry = Telemetry::start(Some(&collector.url)).unwrap().unwrap();
    tracing_subscriber::registry()
        .with(telemetry.layer())
        .init();

    let vendor = Server::start().await;
    let client = openai::Client::builder()
        .account("main")
        .api_key(KEY)
        .retries(1);
    let client = client
        .base_url(format!("{}/v1", vendor.url))
        .build()
        .unwrap();
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("main", client))
        .unwrap();
    let config = Config {
        tokens: vec![Token::new("ci", TOKEN)],
        poll: Duration::from_millis(20),
        telemetry: Some(telemetry.clone()),
        ..Config::default()
    };
    let sandbox = Sandbox::start().await.unwrap();
    let gateway = Gateway::over(sandbox, &providers, config).await;
    let get = |path: &str| gateway.http.get(gateway.url(path)).bearer_auth(TOKEN);

    // A request that is part of its caller's trace.
    vendor.answer(empty_list());
    let request = get(LIST)
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .header("tracestate", "caller=1")
        .header("baggage", "user=alice")
        .header("x-request-id", "mine-1")
        .header("x-tfy-metadata", r#"{"team": "very-private"}"#);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let first = vendor.last();
    assert_eq!(first.header("tracestate"), Some("caller=1"));
    assert_eq!(first.header("baggage"), None);

    // One without: it begins a trace. The vendor fails, and once more.
    for _ in 0..2 {
        let error = json!({"error": {"message": format!("who is {KEY}?"), "code": KEY}});
        vendor.answer(
            Answer::json(error)
                .status(500)
                .header("retry-after-ms", "1"),
        );
    }
    let answer = get("/v1/fine_tuning/jobs/ftjob-1").send().await.unwrap();
    assert_eq!(answer.status(), 502);
    let second = vendor.last();

    // A credential in the context: it is left out, and a trace begins.
    vendor.answer(empty_list());
    let request = get("/v1/files").header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    let request = request.header("tracestate", format!("a={TOKEN}"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(vendor.last().header("tracestate"), None);

    // None of these is worth a trace.
    for path in ["/healthz", "/readyz", "/metrics", "/nowhere"] {
        assert!(get(path).send().await.is_ok());
    }
    telemetry.flush().await;

    let spans = collector.spans();
    let request = only(&spans, SpanKind::Server, "listJobs");
    let call = only(&spans, SpanKind::Client, "listJobs");
    assert_eq!(hex(&request.trace_id), TRACE);
    assert_eq!(hex(&request.parent_span_id), CALLER);
    assert_eq!(call.parent_span_id, request.span_id);
    assert_eq!(call.trace_id, request.trace_id);
    let sent = format!("00-{TRACE}-{}-01", hex(&call.span_id));
    assert_eq!(first.header("traceparent"), Some(&*sent));
    assert_eq!(
        attributes(&request.attributes),
        map(&[
            ("http.request.method", "GET"),
            ("http.response.status_code", "200 (integer)"),
            ("unitune.operation", "listJobs"),
            ("unitune.request_id", "mine-1"),
        ])
    );
    assert_eq!(
        attributes(&call.attributes),
        map(&[
            ("http.request.method", "GET"),
            ("http.response.status_code", "200 (integer)"),
            ("unitune.account", "main"),
            ("unitune.attempts", "1 (integer)"),
            ("unitune.operation", "listJobs"),
            ("unitune.vendor_request_id", "vendor-7"),
        ])
    );
    assert!(
        request
            .status
            .as_ref()
            .is_none_or(|status| status.code == 0)
    );

    let request = only(&spans, SpanKind::Server, "retrieveJob");
    let call = only(&spans, SpanKind::Client, "retrieveJob");
    assert!(request.parent_span_id.is_empty() && hex(&request.trace_id) != TRACE);
    assert_eq!(call.parent_span_id, request.span_id);
    let sent = format!("00-{}-{}-01", hex(&call.trace_id), hex(&call.span_id));
    assert_eq!(second.header("traceparent"), Some(&*sent));
    let failed = attributes(&call.attributes);
    assert_eq!(failed["error.type"], "Status");
    assert_eq!(failed["unitune.attempts"], "2 (integer)");
    // 2 is an error.
    for span in [request, call] {
        assert_eq!(span.status.as_ref().map(|status| status.code), Some(2));
    }

    let request = only(&spans, SpanKind::Server, "listFiles");
    assert!(request.parent_span_id.is_empty());
    assert_eq!(spans.len(), 6, "{spans:#?}");
    assert!(spans.iter().all(|span| span.events.is_empty()));

    attributes_are_documented(&spans);
    metrics_are_those_of_prometheus(&gateway, &collector).await;

    for resource in collector.resources() {
        assert_eq!(resource["service.name"], "unitune");
        assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(resource["service.instance.id"].len(), 16);
    }
    let text = collector.text();
    for secret in [KEY, TOKEN, "very-private", "alice", "sk-very"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let shown = format!("{telemetry:?}");
    assert_eq!(shown, "Telemetry { traces: true, metrics: true }");

    // What has not been sent yet is sent at the end.
    vendor.answer(empty_list());
    assert!(get(LIST).send().await.is_ok());
    telemetry.shutdown().await;
    assert_eq!(collector.spans().len(), 8);
}

/// The attributes of all spans together are those of the documentation.
fn attributes_are_documented(spans: &[Span]) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, table) = page.split_once("<!-- attributes -->\n\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let documented = rows.skip(2).map(|row| {
        let mut names = row.split('`').skip(1).step_by(2).map(str::to_owned);
        (names.next().unwrap(), names.next().unwrap())
    });
    let exported = spans.iter().flat_map(|span| {
        let table = match span.kind() {
            SpanKind::Server => "request",
            _ => "call",
        };
        let names = attributes(&span.attributes).into_keys();
        names.map(move |name| (table.to_owned(), name))
    });
    let documented: BTreeSet<(String, String)> = documented.collect();
    assert_eq!(documented, exported.collect());
}

/// The metrics that arrive are those of `GET /metrics`: names, units, values.
async fn metrics_are_those_of_prometheus(gateway: &Gateway, collector: &Collector) {
    let metrics = collector.metrics();
    let of = |name: &str| {
        let found = metrics.iter().find(|metric| metric.name == name);
        points(found.unwrap_or_else(|| panic!("no {name}: {metrics:#?}")))
    };
    let requests = of("unitune.requests");
    assert_eq!(requests["operation=listJobs status=200 (integer)"], 1);
    assert_eq!(requests["operation=retrieveJob status=502 (integer)"], 1);
    assert_eq!(of("unitune.request_duration")["operation=listJobs"], 1);
    let calls = of("unitune.upstream_calls");
    assert_eq!(calls["account=main operation=listJobs outcome=ok"], 1);
    assert_eq!(calls["account=main operation=retrieveJob outcome=500"], 1);
    assert_eq!(of("unitune.upstream_duration")["account=main"], 3);
    assert_eq!(of("unitune.upstream_retries")["account=main"], 1);
    assert_eq!(of("unitune.requests_under_way")[""], 0);
    assert_eq!(of("unitune.upstream_memory_limit")[""], 256 << 20);

    // As Prometheus names what arrives: with the unit.
    let exported: BTreeSet<String> = metrics
        .iter()
        .map(|metric| {
            let unit = match metric.unit.as_str() {
                "1" => "",
                "s" => "_seconds",
                "By" => "_bytes",
                unit => panic!("{unit}"),
            };
            metric.name.replace('.', "_") + unit
        })
        .collect();
    let request = gateway.http.get(gateway.url("/metrics")).bearer_auth(TOKEN);
    let text = request.send().await.unwrap().text().await.unwrap();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let types = types.map(|line| line.split(' ').next().unwrap().to_owned());
    assert_eq!(exported, types.collect());

    let heads = collector.heads();
    for (path, headers) in &heads {
        assert_eq!(headers["content-type"], "application/x-protobuf", "{path}");
    }
}
