//! Faults, recordings, and the control endpoint.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{client, client_builder, get, post, read, send};
use unitune_sandbox::{Effect, Fault, Hint, Sandbox, Vendor};

const JOBS: &str = "/fine_tuning/jobs";

async fn sandbox(fault: &str) -> Sandbox {
    let fault: Fault = fault.parse().unwrap();
    Sandbox::builder().fault(fault).start().await.unwrap()
}

async fn raw(sandbox: &Sandbox) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}{JOBS}", sandbox.openai_base_url());
    let quiet = client_builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    quiet
        .get(url)
        .bearer_auth(sandbox.openai_key())
        .send()
        .await
}

#[tokio::test]
async fn every_status_has_an_error_body() {
    for status in [400, 401, 403, 404, 409, 429, 500, 502, 503, 524, 529] {
        let sandbox = sandbox(&format!("*:{status}@once")).await;
        let answer = get(&sandbox, Vendor::OpenAi, JOBS).await;
        assert_eq!(answer.status, status);
        let html = answer.headers["content-type"] == "text/html";
        assert_eq!(html, matches!(status, 502 | 524));
        assert_eq!(html, answer.body["error"]["message"].is_null());
        assert_eq!(get(&sandbox, Vendor::OpenAi, JOBS).await.status, 200);
    }
}

#[tokio::test]
async fn a_vendor_that_starts_no_more_jobs() {
    let sandbox = sandbox("openai.createJob:403;code=training_not_available").await;
    let body = json!({"model": "gpt-4o-mini", "training_file": "file-none"});
    let answer = post(&sandbox, Vendor::OpenAi, JOBS, body).await;
    assert_eq!(answer.status, 403);
    let error = &answer.body["error"];
    assert_eq!(error["code"], "training_not_available");
    assert_eq!(error["type"], "invalid_request_error");
    assert!(error["param"].is_null());
    // What is there can be read as before.
    assert_eq!(get(&sandbox, Vendor::OpenAi, JOBS).await.status, 200);
}

#[tokio::test]
async fn every_form_of_retry_hint() {
    let cases = [
        ("retry-after=2", "retry-after"),
        ("retry-after-date=2", "retry-after"),
        ("retry-after-ms=250", "retry-after-ms"),
        ("x-should-retry=false", "x-should-retry"),
    ];
    for (hint, header) in cases {
        let sandbox = sandbox(&format!("together:429;{hint}")).await;
        let answer = get(&sandbox, Vendor::Together, "/fine-tunes").await;
        assert_eq!(answer.status, 429);
        let value = answer.headers[header].to_str().unwrap();
        assert!(
            hint.ends_with(&format!("={value}")) || value.ends_with(" GMT"),
            "{value}"
        );
    }
}

#[tokio::test]
async fn a_fault_strikes_where_it_is_told_to() {
    let sandbox = Sandbox::start().await.unwrap();
    let fault = Fault::new(Effect::Status(429, Some(Hint::RetryAfterMs(1))));
    sandbox.inject(
        fault
            .vendor(Vendor::Together)
            .operation("createJob")
            .every(2),
    );
    assert_eq!(
        get(&sandbox, Vendor::Together, "/fine-tunes").await.status,
        200
    );
    assert_eq!(get(&sandbox, Vendor::OpenAi, JOBS).await.status, 200);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(
            post(&sandbox, Vendor::Together, "/fine-tunes", json!({}))
                .await
                .status,
        );
    }
    assert_eq!(seen, [400, 429, 400, 429]);
    sandbox.clear_faults();
    assert_eq!(
        post(&sandbox, Vendor::Together, "/fine-tunes", json!({}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn connections_are_reset_before_and_after_the_work() {
    for (effect, done) in [("reset-before-body", 0), ("reset-after-body", 1)] {
        let sandbox = Sandbox::builder()
            .jobs(0)
            .fault(format!("openai.uploadFile:{effect}").parse().unwrap());
        let sandbox = sandbox.start().await.unwrap();
        let part = reqwest::multipart::Part::text("{}\n").file_name("x.jsonl");
        let form = reqwest::multipart::Form::new()
            .text("purpose", "fine-tune")
            .part("file", part);
        let url = format!("{}/files", sandbox.openai_base_url());
        let request = client()
            .post(url)
            .bearer_auth(sandbox.openai_key())
            .multipart(form);
        let error = request.send().await.unwrap_err();
        assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
        let files = get(&sandbox, Vendor::OpenAi, "/files").await.body;
        let uploaded = files["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file["filename"] == "x.jsonl")
            .count();
        assert_eq!(uploaded, done, "{effect}");
        assert_eq!(sandbox.requests()[0].body.is_empty(), done == 0);
    }
}

#[tokio::test]
async fn bodies_are_spoiled() {
    let truncated = raw(&sandbox("*:truncate").await)
        .await
        .unwrap()
        .bytes()
        .await;
    assert!(truncated.is_err());

    let html = raw(&sandbox("*:content-type").await).await.unwrap();
    assert_eq!(html.headers()["content-type"], "text/html");

    let broken = raw(&sandbox("*:invalid-json").await)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(
        std::str::from_utf8(&broken).is_ok() && serde_json::from_slice::<Value>(&broken).is_err()
    );

    let broken = raw(&sandbox("*:invalid-utf8").await)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(std::str::from_utf8(&broken).is_err());

    let redirect = raw(&sandbox("*:redirect").await).await.unwrap();
    assert_eq!(redirect.status().as_u16(), 307);
    assert!(
        redirect.headers()["location"]
            .to_str()
            .unwrap()
            .contains(".invalid")
    );

    let huge = raw(&sandbox("*:huge").await)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(huge.len() > 99_000_000);
}

#[tokio::test]
async fn slow_answers_are_slow_and_end_with_the_sandbox() {
    let late = sandbox("*:delay=200ms@once").await;
    let start = Instant::now();
    assert_eq!(raw(&late).await.unwrap().status().as_u16(), 200);
    assert!(start.elapsed() >= Duration::from_millis(200));

    let slow = sandbox("*:drip").await;
    let mut answer = raw(&slow).await.unwrap();
    let start = Instant::now();
    let mut bytes = 0;
    while bytes < 2 {
        bytes += answer.chunk().await.unwrap().unwrap().len();
    }
    assert_eq!(bytes, 2);
    assert!(start.elapsed() >= Duration::from_millis(900));
    tokio::time::timeout(Duration::from_secs(5), slow.stop())
        .await
        .unwrap();
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn chance_comes_from_the_seed() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let sandbox = sandbox("*:500@chance=0.5").await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(get(&sandbox, Vendor::OpenAi, JOBS).await.status);
        }
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].contains(&500) && seen[0].contains(&200));
}

#[tokio::test]
async fn requests_are_recorded_in_order_without_keys() {
    let sandbox = Sandbox::start().await.unwrap();
    get(&sandbox, Vendor::OpenAi, "/fine_tuning/jobs?limit=3").await;
    let body = json!({"model": "m", "wandb_api_key": "very-secret"});
    post(&sandbox, Vendor::Together, "/fine-tunes", body).await;
    get(&sandbox, Vendor::TrueFoundry, "/nowhere").await;
    let requests = sandbox.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|r| (r.number, r.operation, r.path.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (1, Some("listJobs"), "/fine_tuning/jobs"),
            (2, Some("createJob"), "/fine-tunes"),
            (3, None, "/nowhere"),
        ]
    );
    assert_eq!(requests[0].query, "limit=3");
    assert_eq!(requests[1].json().unwrap()["model"], "m");
    assert_eq!(requests[1].header("Authorization"), Some("[redacted]"));
    let all = format!("{requests:?}");
    assert!(!all.contains("very-secret") && !all.contains(sandbox.together_key()));
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn the_control_endpoint_does_what_the_library_does() {
    let sandbox = Sandbox::start().await.unwrap();
    let control = async |method: &str, path: &str, body: Value| {
        let url = format!("http://{}/_sandbox{path}", sandbox.addr());
        let request = client().request(method.parse().unwrap(), url).json(&body);
        read(request.send().await.unwrap()).await
    };
    let about = control("GET", "", json!({})).await.body;
    assert_eq!(about["vendors"][1]["base_url"], sandbox.together_base_url());
    let before = sandbox.now();
    assert_eq!(
        control("POST", "/advance", json!({"seconds": 60}))
            .await
            .body["now"],
        before + 60
    );
    let faults = control("POST", "/faults", json!({"fault": "openai:503@once"}))
        .await
        .body;
    assert_eq!(faults["faults"], json!(["openai:503@times=1"]));
    assert_eq!(get(&sandbox, Vendor::OpenAi, JOBS).await.status, 503);
    assert_eq!(
        control("GET", "/requests", json!({})).await.body["requests"][0]["faults"],
        json!(["503"])
    );
    assert_eq!(
        control("POST", "/faults", json!({"fault": "openai:418"}))
            .await
            .status,
        400
    );
    assert_eq!(control("POST", "/reset", json!({})).await.status, 200);
    assert_eq!((sandbox.now(), sandbox.requests().len()), (before, 0));
    assert_eq!(control("PATCH", "/faults", json!({})).await.status, 404);
}

#[tokio::test]
async fn malformed_requests_are_survived() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let sandbox = Sandbox::start().await.unwrap();
    for bytes in [&b"\0\0\0\0\r\n\r\n"[..], b"GET\r\n\r\n", b"GET /openai/v1/%ff%00/../x HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /openai/v1/files HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=\r\ncontent-length: 3\r\nauthorization: Bearer sandbox-openai-key\r\n\r\nabc",
    ] {
        let mut socket = tokio::net::TcpStream::connect(sandbox.addr()).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        let mut answer = [0; 12];
        let _ = socket.read_exact(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 4") || answer == [0; 12], "{:?}", String::from_utf8_lossy(&answer));
    }
    for (vendor, path) in [
        (Vendor::OpenAi, JOBS),
        (Vendor::Together, "/fine-tunes"),
        (Vendor::TrueFoundry, JOBS),
        (
            Vendor::Fireworks,
            "/v1/accounts/sandbox/supervisedFineTuningJobs",
        ),
    ] {
        for body in [
            json!(null),
            json!([]),
            json!({"model": {}}),
            json!({"training_file": []}),
        ] {
            assert_eq!(
                send(&sandbox, vendor, "POST", path, Some(body))
                    .await
                    .status,
                400
            );
        }
    }
    assert_eq!(get(&sandbox, Vendor::OpenAi, JOBS).await.status, 200);
}
