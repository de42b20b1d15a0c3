//! Accounts that hang or fail: what the others have comes all the same, and
//! messages report what happened.

use crate::support;

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::StreamExt;
use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::openai;
use unitune::providers::{Account, Providers};
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

/// Shorter than whatever hangs here, and long enough for a machine that has other
/// things to do.
const AT_ONCE: Duration = Duration::from_secs(40);

fn hasty() -> Config {
    Config {
        account_wait: Duration::from_secs(2),
        poll: Duration::from_millis(20),
        ..Config::default()
    }
}

async fn with_fault(fault: &str) -> Gateway {
    let gateway = Gateway::with(Sandbox::builder(), hasty()).await;
    gateway.sandbox.inject(fault.parse().unwrap());
    gateway
}

fn accounts(list: &Value) -> Vec<&str> {
    let items = list["data"].as_array().unwrap().iter();
    let mut names: Vec<&str> = items
        .map(|item| item["provider"]["account"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_without_an_account_that_hangs() {
    let gateway = with_fault("openai:delay=90s").await;
    for path in ["/v1/fine_tuning/jobs?limit=100", "/v1/files"] {
        let start = Instant::now();
        let list = gateway.get(path).await.ok();
        assert!(start.elapsed() < AT_ONCE, "{path}");
        assert_eq!(accounts(&list), ["together", "truefoundry"], "{path}");
        let warnings = list["warnings"].as_array().unwrap().iter();
        let failed: Vec<&Value> = warnings.filter(|w| w["account_failed"] == true).collect();
        let [failed] = failed[..] else {
            panic!("{failed:?}");
        };
        assert_eq!(failed["account"], "openai");
        assert_eq!(failed["message"], "openai did not answer in time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_account_is_waited_for_where_the_others_fail() {
    let gateway = Gateway::with(Sandbox::builder(), hasty()).await;
    for fault in ["openai:delay=4s", "together:401", "truefoundry:503"] {
        gateway.sandbox.inject(fault.parse().unwrap());
    }
    for path in ["/v1/fine_tuning/jobs?limit=100", "/v1/files"] {
        let list = gateway.get(path).await.ok();
        assert_eq!(accounts(&list), ["openai"], "{path}");
        let failed = list["warnings"].as_array().unwrap().iter();
        let failed = failed.filter(|w| w["account_failed"] == true);
        assert_eq!(failed.count(), 2, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_s_long_wait_is_passed_on() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key());
    let mut providers = Providers::new();
    let account = Account::with_backend("openai", client.retries(2).build().unwrap());
    providers.add(account).unwrap();
    let gateway = Gateway::over(sandbox, &providers, Config::default()).await;
    let path = format!(
        "/v1/fine_tuning/jobs/{}",
        gateway.job("openai", "succeeded")
    );
    let fault = |spec: &str| gateway.sandbox.inject(spec.parse().unwrap());
    // The gateway waits a sixth of its deadline itself, here ten seconds.
    fault("openai.retrieveJob:429;retry-after=11");
    let answer = gateway.get(&path).await;
    assert_eq!(
        (answer.status, &answer.headers["retry-after"]),
        (429, &"11".parse().unwrap())
    );
    assert_eq!(gateway.sandbox.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_alone_has_all_the_time_there_is() {
    let gateway = with_fault("openai.listJobs:delay=1s").await;
    let list = gateway.get_at("/v1/fine_tuning/jobs", "openai").await.ok();
    assert_eq!(accounts(&list), ["openai"]);
}

/// An account whose answers begin and never end, which its client waits for so long.
async fn stalled(timeout: Duration) -> Account {
    let body = async || {
        let head = futures_util::stream::once(async { Ok(Bytes::from("{\"object\": \"list\", ")) });
        let rest = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        (
            [("content-type", "application/json")],
            Body::from_stream(head.chain(rest)),
        )
    };
    let app = axum::Router::new().fallback(get(body));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let client = openai::Client::builder().base_url(url).api_key("k");
    let client = client.retries(0).timeout(timeout);
    Account::with_backend("stalled", client.build().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_counts_as_a_hang() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    let timeout = 2 * AT_ONCE;
    providers.add(stalled(timeout).await).unwrap();
    let gateway = Gateway::over(sandbox, &providers, hasty()).await;
    let start = Instant::now();
    let list = gateway.get("/v1/fine_tuning/jobs?limit=100").await.ok();
    assert!(start.elapsed() < AT_ONCE);
    assert_eq!(accounts(&list), ["openai", "together", "truefoundry"]);
    // A job is there as soon as one account has it.
    let start = Instant::now();
    let id = gateway.job("openai", "succeeded");
    let path = format!("/v1/fine_tuning/jobs/{id}");
    assert_eq!(gateway.get(&path).await.ok()["id"], *id);
    assert!(start.elapsed() < AT_ONCE);
    // Whose it is must be sure before it is changed.
    let running = gateway.job("openai", "running");
    let path = format!("/v1/fine_tuning/jobs/{running}/cancel");
    let answer = gateway.post(&path, json!({})).await;
    assert_eq!(answer.error(400).0, "x-tfy-provider-name");
    assert_eq!(answer.body["error"]["code"], "ambiguous_account");
    let request = gateway.http.post(gateway.url(&path));
    let request = request.header("x-tfy-provider-name", "openai");
    assert_eq!(Answer::of(request).await.ok()["status"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_is_not_described_by_its_status() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    let timeout = Duration::from_secs(1);
    providers.add(stalled(timeout).await).unwrap();
    let gateway = Gateway::over(sandbox, &providers, hasty()).await;
    let answer = gateway.get_at("/v1/fine_tuning/jobs/a", "stalled").await;
    assert_eq!(answer.error(504).1, "stalled did not answer in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_decode_is_not_described_by_its_status() {
    let gateway = Gateway::with(Sandbox::builder(), hasty()).await;
    let id = gateway.job("openai", "succeeded");
    gateway
        .sandbox
        .inject("openai.retrieveJob:invalid-json".parse().unwrap());
    let path = format!("/v1/fine_tuning/jobs/{id}");
    let (_, message) = gateway.get(&path).await.error(502);
    assert_eq!(message, "openai returned a body that cannot be decoded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_created_by_one_call() {
    let gateway = Gateway::with(Sandbox::builder(), hasty()).await;
    let line = json!({"messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"}]});
    let file = reqwest::multipart::Part::text(format!("{line}\n").repeat(12)).file_name("a.jsonl");
    let form = reqwest::multipart::Form::new().text("purpose", "fine-tune");
    let request = gateway.http.post(gateway.url("/v1/files"));
    let request = request.header("x-tfy-provider-name", "together");
    let file = Answer::of(request.multipart(form.part("file", file)))
        .await
        .ok();
    gateway.sandbox.clear_requests();
    let body = json!({"model": "together/meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
        "training_file": file["id"]});
    gateway.post("/v1/fine_tuning/jobs", body).await.ok();
    let requests = gateway.sandbox.requests();
    let operations: Vec<_> = requests.iter().map(|request| request.operation).collect();
    assert_eq!(operations, [Some("createJob")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_fails_at_once_is_an_error() {
    let gateway = with_fault("together.listJobEvents:503@once").await;
    let events = |id: String| format!("/v1/fine_tuning/jobs/{id}/events?stream=true");
    let path = events(gateway.job("together", "running"));
    let (_, message) = gateway.get(&path).await.error(503);
    assert_eq!(message, "together answered with status 503");
    let path = events(gateway.job("truefoundry", "running"));
    let answer = gateway.get(&path).await;
    answer.error(400);
    assert_eq!(answer.body["error"]["code"], "unsupported");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_whose_log_cannot_be_read_any_more_ends_with_an_error() {
    for (fault, message) in [
        (
            "together.listJobEvents:503",
            "together answered with status 503",
        ),
        (
            "together.listJobEvents:invalid-json",
            "together returned a body that cannot be decoded",
        ),
        (
            "together.retrieveJob:500",
            "together answered with status 500",
        ),
    ] {
        let gateway = Gateway::with(Sandbox::builder(), hasty()).await;
        let id = gateway.job("together", "running");
        let path = format!("/v1/fine_tuning/jobs/{id}/events?stream=true");
        let response = gateway.http.get(gateway.url(&path)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        gateway.sandbox.inject(fault.parse().unwrap());
        let text = tokio::time::timeout(Duration::from_secs(10), response.text());
        let text = text.await.unwrap().unwrap();
        let (_, error) = text.split_once("event: error").expect(&text);
        assert!(error.contains(message), "{error}");
        assert!(!text.contains("[DONE]"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_named_as_the_operator_named_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key("wrong");
    let mut providers = Providers::new();
    let client = client.retries(1).build().unwrap();
    providers
        .add(Account::with_backend("research", client))
        .unwrap();
    let gateway = Gateway::over(sandbox, &providers, hasty()).await;
    let (_, message) = gateway.get("/v1/fine_tuning/jobs").await.error(502);
    assert_eq!(
        message,
        "research rejected the gateway's key with status 401"
    );
    gateway.sandbox.inject("openai:503@once".parse().unwrap());
    gateway.get("/v1/files").await;
    let metrics = gateway.get("/metrics").await;
    let metrics = metrics.body.as_str().unwrap();
    for line in [
        r#"unitune_upstream_calls_total{account="research",operation="listJobs",outcome="401"} 1"#,
        r#"unitune_upstream_retries_total{account="research"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

/// The form of the file's id tells whose it is, so nobody else is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_starts_at_the_account_of_its_file_though_another_hangs() {
    let gateway = with_fault("openai:delay=90s").await;
    let files = gateway.get_at("/v1/files", "together").await.ok();
    let files = files["data"].as_array().unwrap();
    let file = files.iter().find(|file| file["purpose"] == "fine-tune");
    let model = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";
    let body = json!({"model": model, "training_file": file.unwrap()["id"]});
    let start = Instant::now();
    let job = gateway.post("/v1/fine_tuning/jobs", body).await.ok();
    assert_eq!(job["provider"]["account"], "together");
    assert!(start.elapsed() < AT_ONCE);
}
