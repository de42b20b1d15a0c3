//! Tokens, limits, health, metrics, the document, and the end.

use crate::support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune_gateway::{Config, ServeError, Server, Token};
use unitune_sandbox::Sandbox;

fn with_tokens() -> Config {
    Config {
        tokens: vec![
            Token::new("all", "token-of-all"),
            Token::new("one", "token-of-one").accounts(["together"]),
        ],
        ..Config::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_asked_for_and_select_accounts() {
    let gateway = Gateway::with(Sandbox::builder(), with_tokens()).await;
    let get = |path: &str, token: &str| {
        let request = gateway.http.get(gateway.url(path)).bearer_auth(token);
        async move { Answer::of(request).await }
    };
    for answer in [
        gateway.get("/v1/fine_tuning/jobs").await,
        get("/v1/fine_tuning/jobs", "wrong").await,
        gateway.get("/metrics").await,
    ] {
        answer.error(401);
        assert_eq!(answer.body["error"]["code"], "invalid_api_key");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let all = get("/v1/fine_tuning/jobs?limit=100", "token-of-all")
        .await
        .ok();
    let one = get("/v1/fine_tuning/jobs?limit=100", "token-of-one")
        .await
        .ok();
    let accounts = |list: &Value| {
        let jobs = list["data"].as_array().unwrap().iter();
        let mut names: Vec<String> = jobs
            .map(|job| job["provider"]["account"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    };
    assert_eq!(accounts(&all), ["openai", "together", "truefoundry"]);
    assert_eq!(accounts(&one), ["together"]);

    // Accounts that a token may not use are not even named to it.
    let path = format!(
        "/v1/fine_tuning/jobs/{}",
        gateway.job("openai", "succeeded")
    );
    get(&path, "token-of-one").await.error(404);
    let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs"));
    let request = request
        .bearer_auth("token-of-one")
        .header("x-tfy-provider-name", "openai");
    let (_, message) = Answer::of(request).await.error(404);
    assert!(message.ends_with("expected one of together"), "{message}");

    assert_eq!(gateway.get("/healthz").await.status, 200);
    assert_eq!(gateway.get("/readyz").await.status, 200);
    assert_eq!(gateway.get("/openapi.json").await.status, 200);
}

#[tokio::test]
async fn without_tokens_it_serves_on_loopback_only() {
    let sandbox = Sandbox::start().await.unwrap();
    let providers = support::accounts(&sandbox);
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = Server::bind(everywhere, &providers, Config::default())
        .await
        .unwrap_err();
    assert!(matches!(error, ServeError::Open(_)), "{error}");
    assert!(
        Server::bind(everywhere, &providers, with_tokens())
            .await
            .is_ok()
    );
    let unknown = Config {
        tokens: vec![Token::new("a", "x").accounts(["nobody"])],
        ..Config::default()
    };
    let error = Server::bind(everywhere, &providers, unknown)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("\"nobody\""), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tokens_pages_in_a_browser_are_rejected() {
    let gateway = Gateway::start().await;
    for (header, value) in [("host", "evil.example"), ("origin", "https://evil.example")] {
        let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs"));
        Answer::of(request.header(header, value)).await.error(403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_above_the_limit_get_a_503() {
    let config = Config {
        max_requests: 1,
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    gateway
        .sandbox
        .inject("*.listJobs:delay=2s".parse().unwrap());
    let slow = gateway.http.get(gateway.url("/v1/fine_tuning/jobs")).send();
    let slow = tokio::spawn(slow);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let answer = gateway.get("/v1/fine_tuning/jobs").await;
    answer.error(503);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(gateway.get("/healthz").await.status, 200);
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    gateway.sandbox.clear_faults();
    assert_eq!(gateway.get("/v1/fine_tuning/jobs").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_at_its_deadline() {
    let config = Config {
        deadline: Duration::from_millis(300),
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    gateway.sandbox.inject("*:delay=90s".parse().unwrap());
    let start = Instant::now();
    let answer = gateway.get("/v1/fine_tuning/jobs").await;
    answer.error(504);
    assert_eq!(answer.body["error"]["code"], "deadline_exceeded");
    assert!(start.elapsed() < Duration::from_secs(40));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_times_can_be_waited_for() {
    let year = "31536000";
    let names = [
        "deadline",
        "account_wait",
        "idle",
        "shutdown",
        "heartbeat",
        "poll",
    ];
    let settings = names.map(|name| format!("\"{name}_seconds\": {year}"));
    let config = format!("{{{}}}", settings.join(","));
    let config: Config = serde_json::from_str(&config).unwrap();
    let mut gateway = Gateway::with(Sandbox::builder(), config).await;
    for path in ["/v1/fine_tuning/jobs", "/v1/files"] {
        gateway.get(path).await.ok();
    }
    let id = gateway.job("openai", "succeeded");
    let events = format!("/v1/fine_tuning/jobs/{id}/events?stream=true");
    assert_eq!(gateway.get(&events).await.status, 200);
    let body = json!({"model": "gpt-4o-mini", "training_file": "file-none"});
    let request = gateway.http.post(gateway.url("/v1/fine_tuning/jobs"));
    let request = request.header("x-tfy-provider-name", "openai").json(&body);
    Answer::of(request).await.error(400);
    gateway.end().await.unwrap();
    let endless = Config {
        idle: Duration::MAX,
        ..Config::default()
    };
    let providers = support::accounts(&gateway.sandbox);
    let bound = Server::bind(([127, 0, 0, 1], 0).into(), &providers, endless);
    let error = bound.await.unwrap_err().to_string();
    assert!(error.contains("idle must be at most 31536000"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_an_account_wait_for_their_turn() {
    let config = Config {
        max_calls_per_account: 1,
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    gateway
        .sandbox
        .inject("together.listJobs:delay=300ms".parse().unwrap());
    let start = Instant::now();
    // Those who ask the same at the same time would share an answer.
    let three = [1, 2, 3].map(|limit| format!("/v1/fine_tuning/jobs?limit={limit}"));
    let three = three.iter().map(|path| gateway.get_at(path, "together"));
    for answer in futures_util::future::join_all(three).await {
        answer.ok();
    }
    assert!(
        start.elapsed() >= Duration::from_millis(850),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_bounded() {
    let config = Config {
        max_body_bytes: 1000,
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let body = json!({"model": "m".repeat(2000), "training_file": "f"});
    gateway.post("/v1/fine_tuning/jobs", body).await.error(413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_cancels_its_upstream_work() {
    let config = Config {
        max_requests: 1,
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    gateway
        .sandbox
        .inject("*.listJobs:delay=90s".parse().unwrap());
    let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs"));
    let gone = tokio::time::timeout(Duration::from_millis(500), request.send()).await;
    assert!(gone.is_err());
    gateway.sandbox.clear_faults();
    // Its place is free again, long before the upstream would have answered.
    let start = Instant::now();
    while gateway.get("/v1/fine_tuning/jobs").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(40));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_requests_finish() {
    let mut gateway = Gateway::start().await;
    gateway
        .sandbox
        .inject("together.listJobs:delay=1s".parse().unwrap());
    let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs")).send();
    let request = tokio::spawn(request);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let ended = gateway.end();
    assert_eq!(request.await.unwrap().unwrap().status(), 200);
    tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .unwrap()
        .unwrap();
    let late = gateway.http.get(gateway.url("/healthz")).send().await;
    assert!(late.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted() {
    let gateway = Gateway::start().await;
    gateway.get("/v1/fine_tuning/jobs").await.ok();
    gateway
        .get("/api/llm/fine_tuning/jobs?limit=0")
        .await
        .error(400);
    gateway
        .sandbox
        .inject("openai.listJobs:500@once".parse().unwrap());
    gateway
        .get_at("/fine_tuning/jobs", "openai")
        .await
        .error(502);
    let answer = gateway.get("/metrics").await;
    let text = answer.body.as_str().unwrap();
    for line in [
        r#"unitune_requests_total{operation="listJobs",status="200"} 1"#,
        r#"unitune_requests_total{operation="listJobs",status="400"} 1"#,
        r#"unitune_upstream_calls_total{account="together",operation="listJobs",outcome="ok"} 1"#,
        r#"unitune_upstream_calls_total{account="openai",operation="listJobs",outcome="500"} 1"#,
        r#"unitune_upstream_retries_total{account="openai"} 0"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_goes_through_or_is_made() {
    let gateway = Gateway::start().await;
    let request = gateway.http.get(gateway.url("/v1/fine_tuning/jobs"));
    let answer = Answer::of(request.header("x-request-id", "mine-7")).await;
    assert_eq!(answer.headers["x-request-id"], "mine-7");
    let made = gateway.get("/nowhere").await;
    assert!(
        made.headers["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
}

/// Everything that the gateway answers is what its document says.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_the_document_says() {
    let gateway = Gateway::start().await;
    let document = gateway.get("/openapi.json").await.ok();
    assert_eq!(document, unitune_gateway::openapi());
    let done = gateway.job("together", "completed");
    let job = format!("/v1/fine_tuning/jobs/{done}");
    for (path, schema) in [
        ("/v1/fine_tuning/jobs?limit=100".to_owned(), "JobList"),
        (job.clone(), "Job"),
        (format!("{job}/events"), "EventList"),
        (format!("{job}/checkpoints"), "CheckpointList"),
        ("/v1/files".to_owned(), "FileList"),
        ("/v1/fine_tuning/jobs?limit=0".to_owned(), "Error"),
        ("/v1/nothing".to_owned(), "Error"),
    ] {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}"),
            "components": document["components"]});
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let answer = gateway.get(&path).await.body;
        let errors: Vec<String> = validator
            .iter_errors(&answer)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:?}");
    }
}

#[test]
fn published_parameters_are_all_there() {
    let published: Value =
        serde_json::from_str(include_str!("../../../specs/truefoundry/openapi.json")).unwrap();
    let ours = unitune_gateway::openapi();
    let names = |document: &Value, path: &str, method: &str| -> Vec<String> {
        let list = &document["paths"][path][method]["parameters"];
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|p| p["name"].as_str())
            .map(str::to_owned)
            .collect()
    };
    for (path, methods) in published["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let ours = names(&ours, path, method);
            for name in names(&published, path, method) {
                assert!(ours.contains(&name), "{method} {path}: {name}");
            }
        }
    }
}
