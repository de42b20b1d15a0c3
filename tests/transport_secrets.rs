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

fn rejected() -> Answer {
    let message = format!("the key {KEY} is wrong, and so is {KEY}");
    Answer::json(json!({"error": {"message": message, "code": KEY}}))
        .header("x-request-id", "req-7")
}

/// Everything that is printed or logged of these calls, at the finest level there is.
async fn logged() -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut output = Vec::new();
    let server = Server::start().await;
    let builder = openai::Client::builder()
        .account("openai-main")
        .api_key(KEY)
        .organization("org-1")
        .clock(TestClock::new());
    output.push(format!("{builder:?}"));
    let client = builder.clone().base_url(&server.url).build().unwrap();
    output.push(format!("{client:?} {:?}", client.transport()));
    let mut body = openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    body.suffix = Some("body-secret".to_owned());
    server.answer(rejected().status(401));
    let error = client.create_job(&body).await.unwrap_err();
    output.push(format!("{error} {error:?} {error:#?}"));
    server.answer(rejected().status(503));
    server.answer(Answer::json(
        json!({"object": "list", "data": [], "has_more": false, "note": "answer-secret"}),
    ));
    let answer = client.list_jobs(openai::ListJobsOptions::new()).await;
    output.push(format!("{:?}", answer.unwrap().headers()));
    let gone = builder.base_url(closed_address().await).build().unwrap();
    let mut error: Option<&dyn std::error::Error> = Some(
        &gone
            .list_jobs(openai::ListJobsOptions::new())
            .await
            .unwrap_err(),
    );
    while let Some(cause) = error {
        output.push(format!("{cause} {cause:?}"));
        error = cause.source();
    }
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("openai-main", client))
        .unwrap();
    output.push(format!("{providers:?}"));
    output.push(log.text());
    output.join("\n")
}

/// What is traced would depend on the other tests: a call site that is met first by a
/// thread without a subscriber is off for all.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn calls_are_traced_without_keys_and_bodies() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let output = logged().await;
    for secret in [KEY, "body-secret", "answer-secret"] {
        let at = output
            .find(secret)
            .map(|at| &output[at.saturating_sub(300)..at + 20]);
        assert_eq!(at, None);
    }
    let call = output
        .lines()
        .find(|line| line.contains("close") && line.contains("attempt=2"))
        .unwrap_or_else(|| panic!("{output}"));
    for field in [
        "account=\"openai-main\"",
        "operation=\"listJobs\"",
        "method=\"GET\"",
        "status=200",
        "duration_ms=",
    ] {
        assert!(call.contains(field), "{field}: {call}");
    }
    let failed = output
        .lines()
        .find(|line| line.contains("close") && line.contains("operation=\"createJob\""))
        .unwrap_or_else(|| panic!("{output}"));
    assert!(failed.contains("request_id=\"req-7\""), "{failed}");
    assert!(failed.contains("status=401"), "{failed}");
    assert!(output.contains("[redacted]"));
}

/// A job whose vendor shows what it was sent, in each spelling.
fn telling_job(id: &str) -> serde_json::Value {
    let percent = KEY.replace('-', "%2D");
    // `user:` and the key in base64, as basic authentication writes it.
    let base64 = "dXNlcjpzay12ZXJ5LXNlY3JldC0xMjM0";
    json!({
        "object": "fine_tuning.job", "id": id, "model": "gpt-4o-mini", "created_at": 1,
        "status": "running", "training_file": "file-1", "organization_id": "org-1", "seed": 1,
        "error": null, "fine_tuned_model": null, "finished_at": null, "trained_tokens": null,
        "validation_file": null, "hyperparameters": {}, "result_files": [],
        "metadata": {"sent": format!("Bearer {KEY}"), "query": percent, "basic": base64},
        "debug": {"authorization": KEY},
    })
}

#[tokio::test]
async fn a_key_in_a_successful_answer_is_masked() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start().await;
    let builder = openai::Client::builder().api_key(KEY).base_url(&server.url);
    let client = builder.build().unwrap();
    server.answer(Answer::json(telling_job("ftjob-1")));
    let job = client.retrieve_job("ftjob-1").await.unwrap();
    let shown = serde_json::to_string(&*job).unwrap();
    for secret in [KEY, "very%2Dsecret", "c2VjcmV0", "LXNlY3JldC0xMjM0"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let asterisks = "*".repeat(KEY.len());
    assert!(shown.contains(&format!("Bearer {asterisks}\"")), "{shown}");

    // In a list that does not decode as a whole, and across accounts.
    let mut odd = telling_job("ftjob-2");
    odd["seed"] = json!(KEY);
    server.answer(Answer::json(
        json!({"object": "list", "data": [odd, KEY], "has_more": false}),
    ));
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("main", client.clone()))
        .unwrap();
    let list = providers.list(&Default::default()).await.unwrap();
    assert_eq!((list.jobs.len(), list.warnings.len()), (1, 1));
    let shown = format!("{} {:?}", serde_json::to_string(&list.jobs).unwrap(), list);
    assert!(!shown.contains(KEY), "{shown}");

    // A file is content.
    server.answer(Answer::bytes(KEY.as_bytes()));
    let file = client.download_file("file-1").await.unwrap();
    assert_eq!(file.bytes(1000).await.unwrap(), KEY.as_bytes());
}

/// Such a list is read as it comes, and the key may be in two pieces.
#[tokio::test]
async fn a_key_in_a_streamed_list_is_masked() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let server = Server::start().await;
    let jobs: Vec<_> = (0..400)
        .map(|n| {
            let mut job = telling_job(&format!("ft-{n}"));
            job["output_name"] = json!("x".repeat(n) + KEY);
            job
        })
        .collect();
    let list = json!({"object": "list", "data": jobs});
    server.answer(Answer::json(list));
    let builder = unitune::together::Client::builder().api_key(KEY);
    let builder = builder.base_url(&server.url).max_body_bytes(50_000);
    let mut providers = Providers::new();
    let account = Account::with_backend("main", builder.build().unwrap());
    providers.add(account).unwrap();
    let list = providers.list(&Default::default()).await.unwrap();
    assert_eq!((list.jobs.len(), server.count()), (400, 1));
    let shown = serde_json::to_string(&list.jobs).unwrap();
    assert!(shown.contains("xxx*") && !shown.contains(KEY));
}
