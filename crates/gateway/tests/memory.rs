//! Accounts whose responses are larger than what the gateway holds, or never
//! end.

use crate::support;

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use serde_json::json;
use support::Gateway;
use unitune::providers::{Account, Providers};
use unitune::{openai, together};
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

const BUDGET: usize = 8 << 20;

/// An upstream server without an end: its jobs are one text, or one list.
async fn endless(start: &'static str, piece: &'static [u8]) -> String {
    let piece = Bytes::from(piece.repeat((32 << 10) / piece.len()));
    let app = Router::new().fallback(move || {
        let start = stream::once(async move { Bytes::from(start) });
        let body = start.chain(stream::repeat(piece.clone()));
        let body = Body::from_stream(body.map(Ok::<_, Infallible>));
        async { ([("content-type", "application/json")], body) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

fn config() -> Config {
    Config {
        max_upstream_memory_bytes: BUDGET,
        deadline: Duration::from_secs(4),
        ..Config::default()
    }
}

/// The memory that responses take, as the metrics say.
async fn used(gateway: &Gateway) -> usize {
    let text = gateway.get("/metrics").await.ok();
    let text = text.as_str().unwrap();
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix("unitune_upstream_memory_bytes "));
    line.unwrap().parse().unwrap()
}

async fn all_is_back(gateway: &Gateway) {
    for _ in 0..100 {
        if used(gateway).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{}", used(gateway).await);
}

async fn gateway(accounts: impl IntoIterator<Item = Account>) -> Gateway {
    let mut providers = Providers::new();
    for account in accounts {
        providers.add(account).unwrap();
    }
    let sandbox = Sandbox::builder().start().await.unwrap();
    Gateway::over(sandbox, &providers, config()).await
}

fn openai(name: &str, url: &str) -> Account {
    let client = openai::Client::builder().base_url(url).api_key("k");
    Account::with_backend(name, client.build().unwrap())
}

fn together(name: &str, url: &str) -> Account {
    let client = together::Client::builder().base_url(url).api_key("k");
    Account::with_backend(name, client.build().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_an_end_share_one_budget() {
    let url = endless("{\"object\": \"list\", \"data\": [{\"id\": \"", b"a").await;
    // Each alone may take 64 MB.
    for account in [openai("main", &url), together("main", &url)] {
        let gateway = gateway([account]).await;
        let lists = join_all((0..30).map(|n| {
            let path = format!("/v1/fine_tuning/jobs?limit={}", n + 1);
            let gateway = &gateway;
            async move { gateway.get(&path).await }
        }));
        let highest = async {
            let mut highest = 0;
            for _ in 0..20 {
                highest = used(&gateway).await.max(highest);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            highest
        };
        let (lists, highest) = tokio::join!(lists, highest);
        // The beginnings of all of them are read.
        assert!(highest <= BUDGET + 30 * (64 << 10), "{highest}");
        for list in &lists {
            let (_, message) = list.error(503);
            assert!(message.contains("main cannot be read now"), "{message}");
            assert_eq!(list.headers["retry-after"], "1");
        }
        all_is_back(&gateway).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_accounts_answer_all_the_same() {
    let endless = endless("{\"object\": \"list\", \"data\": [", b"{},").await;
    let sandbox = Sandbox::builder().start().await.unwrap();
    let good = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key());
    let good = Account::with_backend("good", good.build().unwrap());
    let gateway = gateway([openai("bad", &endless), good]).await;
    let list = gateway.get("/v1/fine_tuning/jobs").await.ok();
    assert!(!list["data"].as_array().unwrap().is_empty());
    let warning = &list["warnings"][0];
    assert_eq!(
        (&warning["account"], &warning["account_failed"]),
        (&json!("bad"), &json!(true))
    );
    all_is_back(&gateway).await;
}

/// The deadline ends the reading too, not only the waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_small_jobs_ends_at_the_deadline() {
    let job = br#"{"id": "ft-1", "status": "running", "created_at": "2025-01-01T00:00:00Z"},"#;
    let url = endless("{\"data\": [", job).await;
    let client = together::Client::builder().base_url(url).api_key("k");
    let client = client.max_body_bytes(100_000).build().unwrap();
    let gateway = gateway([Account::with_backend("main", client)]).await;
    gateway.get("/v1/fine_tuning/jobs").await.error(504);
    all_is_back(&gateway).await;
}
