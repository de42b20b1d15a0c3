//! What is logged of a call, and that no key and no body is.
#![cfg(all(feature = "openai", feature = "together"))]

mod loopback;

use std::io::Write;
use std::sync::{Arc, Mutex};

use loopback::clock::TestClock;
use loopback::{Answer, Server, closed_address};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use unitune::openai;
use unitune::providers::{Account, Providers};

const KEY: &str = "sk-very-secret-1234";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
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

fn refused() -> Answer {
    let message = format!("the key {KEY} is wrong, and so is {KEY}");
    Answer::json(json!({"error": {"message": message, "code": KEY}}))
        .header("x-request-id", "req-7")
}

/// Everything that is said of these calls, at the finest level there is.
async fn said() -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut said = Vec::new();
    let server = Server::start().await;
    let builder = openai::Client::builder()
        .account("openai-main")
        .api_key(KEY)
        .organization("org-1")
        .clock(TestClock::new());
    said.push(format!("{builder:?}"));
    let client = builder.clone().base_url(&server.url).build().unwrap();
    said.push(format!("{client:?} {:?}", client.transport()));
    let mut body = openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    body.suffix = Some("body-secret".to_owned());
    server.answer(refused().status(401));
    let error = client.create_job(&body).await.unwrap_err();
    said.push(format!("{error} {error:?} {error:#?}"));
    server.answer(refused().status(503));
    server.answer(Answer::json(
        json!({"object": "list", "data": [], "has_more": false, "note": "answer-secret"}),
    ));
    let answer = client.list_jobs(openai::ListJobsOptions::new()).await;
    said.push(format!("{:?}", answer.unwrap().headers()));
    let gone = builder.base_url(closed_address().await).build().unwrap();
    let mut error: Option<&dyn std::error::Error> = Some(
        &gone
            .list_jobs(openai::ListJobsOptions::new())
            .await
            .unwrap_err(),
    );
    while let Some(cause) = error {
        said.push(format!("{cause} {cause:?}"));
        error = cause.source();
    }
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("openai-main", client))
        .unwrap();
    said.push(format!("{providers:?}"));
    said.push(log.text());
    said.join("\n")
}

#[tokio::test]
async fn calls_are_traced_without_keys_and_bodies() {
    let said = said().await;
    for secret in [KEY, "body-secret", "answer-secret"] {
        let at = said
            .find(secret)
            .map(|at| &said[at.saturating_sub(300)..at + 20]);
        assert_eq!(at, None);
    }
    let call = said
        .lines()
        .find(|line| line.contains("close") && line.contains("attempt=2"))
        .unwrap_or_else(|| panic!("{said}"));
    for field in [
        "account=\"openai-main\"",
        "operation=\"listJobs\"",
        "method=\"GET\"",
        "status=200",
        "duration_ms=",
    ] {
        assert!(call.contains(field), "{field}: {call}");
    }
    let failed = said
        .lines()
        .find(|line| line.contains("close") && line.contains("operation=\"createJob\""))
        .unwrap_or_else(|| panic!("{said}"));
    assert!(failed.contains("request_id=\"req-7\""), "{failed}");
    assert!(failed.contains("status=401"), "{failed}");
    assert!(said.contains("[redacted]"));
}
