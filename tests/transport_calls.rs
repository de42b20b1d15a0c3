//! What becomes of a call: tries, waits, deadlines, and errors that name the reason.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback;

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loopback::clock::TestClock;
use loopback::{Answer, Server, closed_address};
use serde_json::json;
use unitune::transport::{Attempt, CallOptions, ClientBuilder, Observer, RetryPolicy, Upload};
use unitune::{ErrorKind, openai, together};

const KEY: &str = "sk-very-secret-1234";

fn openai(server: &Server, clock: &Arc<TestClock>) -> ClientBuilder<openai::Client> {
    openai::Client::builder()
        .account("openai-main")
        .api_key(KEY)
        .base_url(format!("{}/v1", server.url))
        .clock(clock.clone())
}

fn rejected(status: u16) -> Answer {
    Answer::json(json!({"error": {
        "message": "no", "type": "t", "param": "p", "code": "c",
    }}))
    .status(status)
}

fn list() -> Answer {
    Answer::json(json!({"object": "list", "data": [], "has_more": false}))
}

fn job() -> openai::types::CreateFineTuningJobRequest {
    openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1")
}

async fn list_jobs(client: &openai::Client) -> Result<(), unitune::Error> {
    let answer = client.list_jobs(openai::ListJobsOptions::new()).await;
    answer.map(|_| ())
}

#[tokio::test]
async fn reads_are_tried_again_after_transient_statuses() {
    for status in [408, 409, 429, 500, 502, 503, 504, 524, 529] {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        server.answer(rejected(status));
        server.answer(rejected(status));
        server.answer(list());
        list_jobs(&client).await.unwrap();
        assert_eq!(server.count(), 3, "{status}");
        let sleeps = clock.sleeps();
        let within = |n: usize, from: f64, to: f64| (from..=to).contains(&sleeps[n].as_secs_f64());
        assert!(within(0, 0.5, 1.0) && within(1, 1.0, 2.0), "{sleeps:?}");
    }
    for status in [400, 401, 403, 404, 422] {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        server.answer(rejected(status));
        let error = list_jobs(&client).await.unwrap_err();
        assert_eq!((server.count(), error.status()), (1, Some(status)));
    }
}

#[tokio::test]
async fn retry_after_is_read() {
    let cases = [
        (("retry-after-ms", "250"), 250),
        (("retry-after", "7"), 7000),
        (("retry-after", "Thu, 15 Jan 2026 12:00:20 GMT"), 20_000),
    ];
    for ((name, value), wait) in cases {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        server.answer(rejected(429).header(name, value));
        server.answer(list());
        list_jobs(&client).await.unwrap();
        assert_eq!(clock.sleeps(), [Duration::from_millis(wait)]);
    }
}

/// A key that a success repeats in a header is in no header that is handed over.
#[tokio::test]
async fn no_header_repeats_the_key() {
    // The key itself, in base64 with what stands before it, and percent-encoded.
    const ECHOES: [&str; 3] = [
        "req-sk-very-secret-1234",
        "QmVhcmVyIHNrLXZlcnktc2VjcmV0LTEyMzQ=",
        "sk%2Dvery%2dsecret%2D1234",
    ];
    for echo in ECHOES {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        server.answer(
            list()
                .header("x-request-id", echo)
                .header("x-other", "plain"),
        );
        let answer = client.list_jobs(openai::ListJobsOptions::new()).await;
        let answer = answer.unwrap();
        assert_eq!(answer.request_id(), Some("[redacted]"), "{echo}");
        assert_eq!(answer.headers()["x-other"], "plain");
        server.answer(Answer::bytes(b"x").header("x-request-id", echo));
        let file = client.download_file("file-1").await.unwrap();
        assert_eq!(file.headers()["x-request-id"], "[redacted]", "{echo}");
    }
}

#[tokio::test]
async fn a_time_that_has_passed_is_no_hint() {
    for past in ["Thu, 15 Jan 2015 12:00:20 GMT", "0", "0.0"] {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        for _ in 0..2 {
            server.answer(rejected(429).header("retry-after", past));
        }
        server.answer(list());
        list_jobs(&client).await.unwrap();
        let sleeps = clock.sleeps();
        let waited: Vec<f64> = sleeps.iter().map(Duration::as_secs_f64).collect();
        assert!(waited[0] >= 0.5 && waited[1] >= 1.0, "{past}: {waited:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_waited() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(rejected(429).header("retry-after", "90"));
    let error = list_jobs(&client).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
    assert_eq!((server.count(), clock.sleeps().len()), (1, 0));
}

#[tokio::test]
async fn should_retry_is_read() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(rejected(500).header("x-should-retry", "false"));
    assert!(list_jobs(&client).await.is_err());
    assert_eq!(server.count(), 1);
    server.answer(rejected(400).header("x-should-retry", "true"));
    server.answer(list());
    list_jobs(&client).await.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn what_makes_something_is_sent_once() {
    for answer in [
        rejected(500),
        rejected(429),
        rejected(429).header("x-should-retry", "true"),
        Answer::json(json!({})).breaking(),
    ] {
        let (server, clock) = (Server::start().await, TestClock::new());
        let client = openai(&server, &clock).build().unwrap();
        server.answer(answer);
        let error = client.create_job(&job()).await.unwrap_err();
        assert_eq!((server.count(), error.tries()), (1, 1), "{error}");
        let file = Upload::from_bytes("a.jsonl", "{}");
        server.answer(rejected(500));
        let purpose = openai::types::UploadPurpose::FineTune;
        client.upload_file(file, purpose, None).await.unwrap_err();
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    let clock = TestClock::new();
    let client = openai::Client::builder()
        .api_key(KEY)
        .base_url(closed_address().await)
        .clock(clock.clone())
        .build()
        .unwrap();
    let error = client.create_job(&job()).await.unwrap_err();
    assert_eq!((error.kind(), error.tries()), (ErrorKind::Connect, 3));
    assert!(error.is_connect() && error.is_retryable() && !error.is_timeout());
    assert!(error.source().is_some());
    assert_eq!(clock.sleeps().len(), 2);
    let path = std::env::temp_dir().join(format!("unitune-upload-{}", std::process::id()));
    std::fs::write(&path, "{}\n").unwrap();
    let file = Upload::from_path(&path).await.unwrap();
    let purpose = openai::types::UploadPurpose::FineTune;
    let error = client.upload_file(file, purpose, None).await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((error.kind(), error.tries()), (ErrorKind::Connect, 3));
}

#[tokio::test]
async fn a_post_that_makes_nothing_is_tried_again() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = together::Client::builder()
        .api_key(KEY)
        .base_url(&server.url)
        .clock(clock.clone())
        .build()
        .unwrap();
    server.answer(rejected(503));
    server.answer(Answer::json(json!({"estimated_total_price": 1.5})));
    let request = together::types::EstimatePriceRequest::new("file-1");
    client.estimate_price(&request).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn with_an_idempotency_key_what_makes_something_is_tried_again() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(rejected(503));
    server.answer(rejected(404));
    let keyed = client.with_options(&CallOptions::new().idempotency_key("once-1"));
    keyed.create_job(&job()).await.unwrap_err();
    let keys: Vec<_> = server
        .all()
        .iter()
        .map(|r| r.header("idempotency-key").map(str::to_owned))
        .collect();
    assert_eq!(keys, [Some("once-1".to_owned()), Some("once-1".to_owned())]);
    server.answer(rejected(404));
    client.create_job(&job()).await.unwrap_err();
    assert_eq!(server.last().header("idempotency-key"), None);
}

#[tokio::test]
async fn an_incomplete_response_is_retried() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(Answer::bytes(br#"{"object": "li"#).breaking());
    server.answer(list());
    list_jobs(&client).await.unwrap();
    for _ in 0..3 {
        server.answer(Answer::bytes(br#"{"object": "li"#).breaking());
    }
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.tries()), (ErrorKind::Interrupted, 3));
}

#[tokio::test]
async fn limits_are_set_per_client_and_per_call() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    server.answer(rejected(503));
    list_jobs(&client).await.unwrap_err();
    assert_eq!(server.count(), 1);
    let retrying = client.with_options(&CallOptions::new().retries(4));
    for _ in 0..5 {
        server.answer(rejected(503));
    }
    let error = list_jobs(&retrying).await.unwrap_err();
    assert_eq!((server.count(), error.tries()), (6, 5));
    server.answer(Answer::json(
        json!({"object": "list", "data": [1, 2, 3, 4, 5, 6, 7]}),
    ));
    let small = client.with_options(&CallOptions::new().max_body_bytes(16));
    let error = list_jobs(&small).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("16 bytes"), "{error}");
}

#[tokio::test]
async fn too_large_is_seen_before_and_while_it_is_read() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).max_body_bytes(50).build().unwrap();
    let body = vec![b' '; 100];
    server.answer(Answer::bytes(&body));
    assert_eq!(
        list_jobs(&client).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    // Of unknown length.
    server.answer(Answer::bytes(&body).dripping(Duration::from_micros(1)));
    assert_eq!(
        list_jobs(&client).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn silence_and_slowness_end_in_time() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock)
        .retries(0)
        .read_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    // Silence before the answer.
    server.answer(list().after(Duration::from_secs(60)));
    let error = list_jobs(&client).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
    assert!(error.to_string().contains("sent nothing for"), "{error}");
    // An answer that never ends, without being silent.
    server.answer(Answer::bytes(&[b' '; 1000]).dripping(Duration::from_millis(10)));
    let error = list_jobs(&client).await.unwrap_err();
    assert!(error.to_string().contains("longer than 3s"), "{error}");
    // The same for a download: its bytes may take their time, but not be silent.
    server.answer(Answer::bytes(&[b'x'; 40]).dripping(Duration::from_millis(10)));
    let download = client.download_file("file-1").await.unwrap();
    assert_eq!(download.bytes(1000).await.unwrap().len(), 40);
    server.answer(Answer::bytes(b"xyz").dripping(Duration::from_secs(60)));
    let error = match client.download_file("file-1").await {
        Ok(download) => download.bytes(1000).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.account(), Some("openai-main"));
}

#[tokio::test]
async fn errors_say_where_what_and_why() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).retries(0).build().unwrap();
    server.answer(
        rejected(429)
            .header("x-request-id", "req-1")
            .header("retry-after", "3"),
    );
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!(error.account(), Some("openai-main"));
    assert_eq!(error.operation(), Some("listJobs"));
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.vendor_message(), Some("no"));
    assert_eq!(error.vendor_type(), Some("t"));
    assert_eq!(error.vendor_param(), Some("p"));
    assert_eq!(error.vendor_code(), Some("c"));
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(
        error.to_string(),
        "openai-main: listJobs: the vendor answered 429 Too Many Requests: no \
         (type t, code c, param p, request id req-1)"
    );

    server.answer(Answer::bytes(b"<html>hello</html>").header("x-request-id", "req-2"));
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        (error.status(), error.request_id()),
        (Some(200), Some("req-2"))
    );
    assert_eq!(
        error.to_string(),
        "openai-main: listJobs: the response is not JSON (application/octet-stream, 18 bytes) \
         (request id req-2)"
    );

    assert_eq!(error.tries(), 1);

    server.answer(Answer::bytes(b"").status(204));
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Decode, Some(204))
    );

    server.answer(Answer::json(json!({"data": 7})).header("x-request-id", "req-3"));
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        (error.status(), error.request_id()),
        (Some(200), Some("req-3"))
    );

    for status in [300, 304, 418, 599] {
        server.answer(Answer::bytes(b"odd").status(status));
        let error = list_jobs(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Status, Some(status))
        );
    }
}

#[tokio::test]
async fn redirects_are_followed_for_downloads_alone_and_the_key_stays() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let elsewhere = Server::start().await;
    let target: &'static str = Box::leak(format!("{}/stored", elsewhere.url).into_boxed_str());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(Answer::bytes(b"").status(307).header("location", target));
    let error = list_jobs(&client).await.unwrap_err();
    assert_eq!((error.status(), elsewhere.count()), (Some(307), 0));
    assert!(error.to_string().contains("not followed"), "{error}");
    server.answer(Answer::bytes(b"").status(302).header("location", target));
    elsewhere.answer(Answer::bytes(b"content"));
    let download = client.download_file("file-1").await.unwrap();
    assert_eq!(download.bytes(100).await.unwrap(), b"content");
    assert_eq!(elsewhere.last().header("authorization"), None);
}

#[tokio::test]
async fn the_key_stays_however_often_a_download_is_redirected() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let elsewhere = Server::start().await;
    let leak = |url: String| -> &'static str { Box::leak(url.into_boxed_str()) };
    let (first, second) = (
        leak(format!("{}/first", elsewhere.url)),
        leak(format!("{}/second", elsewhere.url)),
    );
    let client = openai(&server, &clock).build().unwrap();
    server.answer(Answer::bytes(b"").status(302).header("location", first));
    elsewhere.answer(Answer::bytes(b"").status(302).header("location", second));
    elsewhere.answer(Answer::bytes(b"content"));
    let download = client.download_file("file-1").await.unwrap();
    assert_eq!(download.bytes(100).await.unwrap(), b"content");
    assert_eq!(elsewhere.count(), 2);
    assert_eq!(elsewhere.last().target, "/second");
    assert_eq!(elsewhere.last().header("authorization"), None);
}

#[tokio::test]
async fn a_failing_download_is_the_calls_error() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).build().unwrap();
    server.answer(rejected(404));
    let error = client.download_file("file-1").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.operation(), Some("downloadFile"));
    server.answer(rejected(503));
    server.answer(Answer::bytes(b"content"));
    assert!(client.download_file("file-1").await.is_ok());
}

#[derive(Debug, Default)]
struct Counter(Mutex<Vec<(String, u32, Option<u16>)>>);

impl Observer for Counter {
    fn attempt(&self, attempt: &Attempt<'_>) {
        let what = format!("{}.{}", attempt.account, attempt.operation);
        let row = (what, attempt.attempt, attempt.status);
        self.0.lock().unwrap().push(row);
    }
}

#[tokio::test]
async fn an_observer_sees_every_try_and_headers_go_along() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let counter = Arc::new(Counter::default());
    let name = http::HeaderName::from_static("x-tfy-metadata");
    let options = CallOptions::new()
        .observer(counter.clone())
        .header(name, http::HeaderValue::from_static("{}"));
    let client = openai(&server, &clock)
        .build()
        .unwrap()
        .with_options(&options);
    server.answer(rejected(503));
    server.answer(list());
    list_jobs(&client).await.unwrap();
    assert_eq!(server.last().header("x-tfy-metadata"), Some("{}"));
    let what = "openai-main.listJobs".to_owned();
    let seen = counter.0.lock().unwrap().clone();
    assert_eq!(seen, [(what.clone(), 1, Some(503)), (what, 2, Some(200))]);
}

#[tokio::test]
async fn no_more_requests_at_once_than_allowed() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).max_concurrency(2).build().unwrap();
    for _ in 0..6 {
        server.answer(list().after(Duration::from_millis(20)));
    }
    let lists = (0..6).map(|_| list_jobs(&client));
    for answer in futures_util::future::join_all(lists).await {
        answer.unwrap();
    }
    assert_eq!((server.count(), server.most_at_once()), (6, 2));
}

#[tokio::test]
async fn a_request_that_waits_too_long_for_its_turn_is_not_sent() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = openai(&server, &clock).max_concurrency(1).build().unwrap();
    server.answer(list().after(Duration::from_secs(3600)));
    let held = client.with_options(&CallOptions::new().timeout(Duration::from_secs(3600)));
    let held = tokio::spawn(async move { list_jobs(&held).await });
    while server.count() == 0 {
        tokio::task::yield_now().await;
    }
    let short = CallOptions::new().timeout(Duration::from_millis(50));
    let error = list_jobs(&client.with_options(&short)).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Timeout, 1));
    assert!(error.to_string().contains("max_concurrency"), "{error}");
    assert!(!error.may_have_taken_effect());

    held.abort();
    server.answer(list());
    list_jobs(&client).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn options_add_to_those_before_them_and_show_no_values() {
    #[derive(Debug, Default)]
    struct Counter(Mutex<usize>);
    impl Observer for Counter {
        fn attempt(&self, _: &Attempt<'_>) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let (server, clock) = (Server::start().await, TestClock::new());
    let (own, added) = (Arc::new(Counter::default()), Arc::new(Counter::default()));
    let client = openai(&server, &clock)
        .observer(own.clone())
        .build()
        .unwrap();
    let name = http::HeaderName::from_static("x-own");
    let options = CallOptions::new()
        .idempotency_key("hunter2")
        .header(name, http::HeaderValue::from_static("hunter3"))
        .label("x-label", "hunter4")
        .observer(added.clone());
    let shown = format!("{options:?}");
    assert!(shown.contains("x-own") && shown.contains("x-label") && !shown.contains("hunter"));
    let client = client.with_options(&options).with_options(&options);
    let client = client.with_options(&CallOptions::new().timeout(Duration::from_secs(5)));
    server.answer(list());
    list_jobs(&client).await.unwrap();
    // What changes nothing is as good without a key.
    assert_eq!(server.last().header("idempotency-key"), None);
    server.answer(rejected(400));
    client.create_job(&job()).await.unwrap_err();
    assert_eq!(server.last().header("idempotency-key"), Some("hunter2"));
    assert_eq!(server.last().header("x-own"), Some("hunter3"));
    assert_eq!((*own.0.lock().unwrap(), *added.0.lock().unwrap()), (2, 2));
    // A key that cannot be sent must not make a request that may be repeated.
    let broken = client.with_options(&CallOptions::new().idempotency_key("hunter2\n"));
    let error = broken.create_job(&job()).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.count()),
        (ErrorKind::InvalidRequest, 2)
    );
    assert!(!error.may_have_taken_effect() && !format!("{error} {error:?}").contains("hunter"));
}

#[test]
fn connections_cannot_be_set_up_by_halves() {
    let builder = || openai::Client::builder().api_key(KEY);
    let error = builder().root_certificates("no certificate").build();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
    let error = builder()
        .proxy("http://me:hunter2@[bad")
        .build()
        .unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
    assert!(builder().proxy("http://127.0.0.1:3128").build().is_ok());
    // The default cryptography is in place from here on.
    let own = reqwest::Client::new();
    let error = builder()
        .http_client(own.clone())
        .proxy("http://127.0.0.1:1")
        .build();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Config);
    assert!(builder().http_client(own).build().is_ok());
}
