//! Requests that create something and fail: no client repeats by itself what may have
//! created it. OpenAI's SDKs go by the header `x-should-retry`, and without it by the status.

use crate::support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::openai;
use unitune::providers::{Account, Providers};
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

const JOBS: &str = "/v1/fine_tuning/jobs";

/// Whether one of OpenAI's SDKs sends the same request again.
fn is_repeated(answer: &Answer) -> bool {
    match answer.headers.get("x-should-retry") {
        Some(value) => value == "true",
        None => matches!(answer.status, 408 | 409 | 429 | 500..),
    }
}

fn message(answer: &Answer) -> &str {
    answer.body["error"]["message"].as_str().unwrap()
}

/// Asserts that the answer leaves open whether there is something new.
#[track_caller]
fn may_have_created(answer: &Answer, what: &str, fault: &str) {
    assert!(!is_repeated(answer), "{fault}: {answer:?}");
    assert_eq!(answer.headers["x-should-retry"], "false", "{fault}");
    assert!(!answer.headers.contains_key("retry-after"), "{fault}");
    let expected = format!("may have been {what} before you try again");
    assert!(message(answer).ends_with(&expected), "{fault}: {answer:?}");
}

#[track_caller]
fn created_nothing(answer: &Answer, fault: &str) {
    assert!(!message(answer).contains("may have been"), "{fault}");
}

fn form() -> reqwest::multipart::Form {
    let line = json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]});
    let part = reqwest::multipart::Part::text(format!("{line}\n").repeat(12)).file_name("a.jsonl");
    reqwest::multipart::Form::new()
        .text("purpose", "fine-tune")
        .part("file", part)
}

async fn upload(gateway: &Gateway, account: &str) -> Answer {
    let request = gateway.http.post(gateway.url("/v1/files"));
    let request = request.header("x-tfy-provider-name", account);
    Answer::of(request.multipart(form())).await
}

async fn create(gateway: &Gateway, account: &str, file: &str) -> Answer {
    let request = gateway.http.post(gateway.url(JOBS));
    let body = json!({"model": "gpt-4o-mini", "training_file": file});
    Answer::of(request.header("x-tfy-provider-name", account).json(&body)).await
}

/// How many requests for an operation the sandbox received.
fn received(gateway: &Gateway, method: &str, path: &str) -> usize {
    let requests = gateway.sandbox.requests().into_iter();
    let same = requests.filter(|r| r.method == method && r.path.ends_with(path));
    same.count()
}

async fn jobs(gateway: &Gateway) -> usize {
    let list = gateway.get(&format!("{JOBS}?limit=100")).await.ok();
    list["data"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_may_have_started_a_job_is_not_repeated() {
    let gateway = Gateway::start().await;
    let file: Value = upload(&gateway, "openai").await.ok();
    let file = file["id"].as_str().unwrap();
    for fault in [
        "500",
        "502",
        "503;retry-after=1",
        "524",
        "529",
        "500;x-should-retry=true",
        "409",
        "reset-before-body",
        "reset-after-body",
        "truncate",
        "invalid-json",
    ] {
        gateway.sandbox.clear_faults();
        let fault = format!("openai.createJob:{fault}");
        gateway.sandbox.inject(fault.parse().unwrap());
        let before = received(&gateway, "POST", "/fine_tuning/jobs");
        let answer = create(&gateway, "openai", file).await;
        may_have_created(&answer, "started: list the jobs", &fault);
        let sent = received(&gateway, "POST", "/fine_tuning/jobs") - before;
        assert!(sent <= 1, "{fault}: sent {sent} times");
    }
}

/// The harm itself: the vendor does what it is asked for, and its answer is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_repeats_creates_starts_one_job() {
    let gateway = Gateway::start().await;
    let file: Value = upload(&gateway, "openai").await.ok();
    let file = file["id"].as_str().unwrap();
    let before = jobs(&gateway).await;
    let fault = "openai.createJob:reset-after-body";
    gateway.sandbox.inject(fault.parse().unwrap());
    for _ in 0..3 {
        if !is_repeated(&create(&gateway, "openai", file).await) {
            break;
        }
    }
    assert_eq!(jobs(&gateway).await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_was_refused_may_be_repeated() {
    let gateway = Gateway::start().await;
    let file: Value = upload(&gateway, "openai").await.ok();
    let file = file["id"].as_str().unwrap();
    for (fault, repeated) in [
        ("429;retry-after=7", true),
        ("429;x-should-retry=false", false),
        ("400", false),
        // The gateway's key is wrong: a 502, and so it is the next time.
        ("401", false),
    ] {
        gateway.sandbox.clear_faults();
        let inject = format!("openai.createJob:{fault}");
        gateway.sandbox.inject(inject.parse().unwrap());
        let answer = create(&gateway, "openai", file).await;
        created_nothing(&answer, fault);
        assert_eq!(is_repeated(&answer), repeated, "{fault}: {answer:?}");
        if fault.contains("retry-after") {
            assert_eq!(answer.headers["retry-after"], "7");
        }
    }
    // What is read before the job is started has started nothing.
    gateway.sandbox.clear_faults();
    gateway
        .sandbox
        .inject("*.retrieveFile:503".parse().unwrap());
    let body = json!({"model": "gpt-4o-mini", "training_file": "file-nobody-knows"});
    let before = received(&gateway, "POST", "/fine_tuning/jobs");
    let answer = gateway.post(JOBS, body).await;
    created_nothing(&answer, "retrieveFile");
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(received(&gateway, "POST", "/fine_tuning/jobs"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_reached_has_started_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = Providers::new();
    let client = openai::Client::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("k")
        .retries(0)
        .build()
        .unwrap();
    let account = Account::with_backend("main", client);
    providers.add(account).unwrap();
    let gateway = Gateway::over(sandbox, &providers, Config::default()).await;
    for answer in [
        create(&gateway, "main", "file-1").await,
        upload(&gateway, "main").await,
    ] {
        assert_eq!(answer.error(502).1, "main could not be reached");
        assert!(is_repeated(&answer), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_of_the_gateway_leaves_a_create_open() {
    let config = Config {
        deadline: Duration::from_millis(500),
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let fault = "openai:delay=90s";
    gateway.sandbox.inject(fault.parse().unwrap());
    let answer = create(&gateway, "openai", "file-1").await;
    answer.error(504);
    assert_eq!(answer.body["error"]["code"], "deadline_exceeded");
    may_have_created(&answer, "started: list the jobs", fault);
    // What is only read may be read again.
    let answer = gateway.get_at(JOBS, "openai").await;
    answer.error(504);
    assert!(is_repeated(&answer), "{answer:?}");
    created_nothing(&answer, fault);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_may_have_arrived_is_not_repeated() {
    let gateway = Gateway::start().await;
    for fault in ["500", "reset-after-body", "truncate", "invalid-json"] {
        gateway.sandbox.clear_faults();
        let fault = format!("openai.uploadFile:{fault}");
        gateway.sandbox.inject(fault.parse().unwrap());
        let answer = upload(&gateway, "openai").await;
        may_have_created(&answer, "stored: list the files", &fault);
    }
    gateway.sandbox.clear_faults();
    gateway
        .sandbox
        .inject("openai.uploadFile:429".parse().unwrap());
    let answer = upload(&gateway, "openai").await;
    assert!(is_repeated(&answer), "{answer:?}");
    created_nothing(&answer, "429");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_one_effect_however_often_may_be_repeated() {
    let gateway = Gateway::start().await;
    gateway
        .sandbox
        .inject("openai.cancelJob:500".parse().unwrap());
    let id = gateway.job("openai", "running");
    let answer = gateway
        .post(&format!("{JOBS}/{id}/cancel"), json!({}))
        .await;
    assert!(is_repeated(&answer), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_before_anything_was_started_says_nothing_of_a_job() {
    let config = Config {
        deadline: Duration::from_secs(2),
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let fault = "*.retrieveFile:delay=30s";
    gateway.sandbox.inject(fault.parse().unwrap());
    // Whose file it is has to be asked for.
    let body = json!({"model": "gpt-4o-mini", "training_file": "file-abc"});
    let answer = gateway.post(JOBS, body).await;
    assert_eq!(
        answer.body["error"]["code"], "deadline_exceeded",
        "{answer:?}"
    );
    created_nothing(&answer, fault);
    assert!(is_repeated(&answer), "{answer:?}");
    assert_eq!(received(&gateway, "POST", "/fine_tuning/jobs"), 0);
}
