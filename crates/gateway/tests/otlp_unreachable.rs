//! A collector that is down, and one that does not answer: the gateway answers all the
//! same, memory is bounded, and the log says it once. One test: the process has one
//! subscriber.

#[path = "support/collector.rs"]
mod collector;
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use collector::Collector;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use unitune_gateway::{Config, Telemetry, router};
use unitune_sandbox::Sandbox;

/// How many spans OpenTelemetry keeps at most, and how many it takes at once.
const QUEUE: usize = 2048;
const BATCH: usize = 512;
const REQUESTS: usize = 6000;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines_with(&self, word: &str) -> usize {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(word)).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_answered_and_one_line_says_that_nothing_is_exported() {
    let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let addr = free.local_addr().unwrap();
    drop(free);
    let log = Log::default();
    let telemetry = Telemetry::start(Some(&format!("http://{addr}"))).unwrap();
    let telemetry = telemetry.unwrap();
    let written = tracing_subscriber::fmt::layer().with_writer(log.clone());
    let level = tracing_subscriber::filter::LevelFilter::INFO;
    tracing_subscriber::registry()
        .with(telemetry.layer())
        .with(tracing_subscriber::Layer::with_filter(
            written.with_ansi(false),
            level,
        ))
        .init();
    let sandbox = Sandbox::start().await.unwrap();
    let config = Config {
        telemetry: Some(telemetry.clone()),
        ..Config::default()
    };
    let router = router(&support::accounts(&sandbox), config).unwrap();
    // It is rejected before any account is called.
    let request = async || {
        let request = Request::get("/v1/fine_tuning/jobs?limit=0");
        let request = request.body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 400);
    };

    for _ in 0..3 {
        request().await;
        telemetry.flush().await;
    }
    let warned = "telemetry is not exported";
    assert_eq!(log.lines_with(warned), 2, "one of each signal");
    let collector = Collector::hanging_at(addr).await;
    let start = Instant::now();
    for _ in 0..REQUESTS {
        request().await;
    }
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(collector.spans().len(), 0);
    collector.open();
    let again = "telemetry is exported again";
    for _ in 0..10 {
        telemetry.flush().await;
        if collector.spans().len() >= QUEUE && log.lines_with(again) == 2 {
            break;
        }
    }
    let spans = collector.spans().len();
    // Where some were being sent already, their place in the queue was free again.
    assert!((QUEUE..=QUEUE + 2 * BATCH).contains(&spans), "{spans}");
    assert_eq!(log.lines_with(warned), 2);
    assert_eq!(log.lines_with(again), 2);
    assert_eq!(log.lines_with(&addr.to_string()), 4);
}
