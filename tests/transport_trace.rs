//! W3C trace context on the requests of calls.
#![cfg(feature = "openai")]

use crate::loopback;

use std::sync::Arc;

use loopback::clock::TestClock;
use loopback::{Answer, Server};
use serde_json::json;
use unitune::openai;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::transport::{CallOptions, TraceContext};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-";

fn client(server: &Server, clock: &Arc<TestClock>) -> openai::Client {
    let client = openai::Client::builder().api_key("sk-1");
    let client = client.base_url(format!("{}/v1", server.url));
    client.clock(clock.clone()).build().unwrap()
}

fn traced() -> CallOptions {
    let context = TraceContext::parse(PARENT).unwrap();
    CallOptions::new().trace(context.with_state("vendor=1"))
}

fn list() -> Answer {
    Answer::json(json!({"object": "list", "data": [], "has_more": false}))
}

/// The `traceparent` of every request that arrived.
fn parents(server: &Server) -> Vec<Option<String>> {
    let all = server.all().into_iter();
    all.map(|request| request.header("traceparent").map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn each_call_is_a_child_and_its_retries_are_the_same_one() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = client(&server, &clock).with_options(&traced());
    server.answer(Answer::json(json!({})).status(503));
    server.answer(list());
    server.answer(list());
    for _ in 0..2 {
        let options = openai::ListJobsOptions::new();
        client.list_jobs(options).await.unwrap();
    }
    let parents: Vec<String> = parents(&server).into_iter().flatten().collect();
    let [first, again, second] = &parents[..] else {
        panic!("{parents:?}");
    };
    for parent in &parents {
        assert!(
            parent.starts_with(TRACE) && parent.ends_with("-01"),
            "{parent}"
        );
        assert_ne!(parent, PARENT);
    }
    assert_eq!(first, again);
    assert_ne!(first, second);
    assert_eq!(server.last().header("tracestate"), Some("vendor=1"));
    assert_eq!(server.last().header("baggage"), None);
}

#[tokio::test]
async fn without_the_option_nothing_is_sent_and_a_header_of_one_s_own_stays() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = client(&server, &clock);
    server.answer(list());
    let options = openai::ListJobsOptions::new();
    client.list_jobs(options).await.unwrap();
    assert_eq!(parents(&server), [None]);
    server.answer(list());
    let own = traced().header("traceparent".parse().unwrap(), PARENT.parse().unwrap());
    let client = client.with_options(&own);
    let options = openai::ListJobsOptions::new();
    client.list_jobs(options).await.unwrap();
    assert_eq!(server.last().header("traceparent"), Some(PARENT));
}

#[tokio::test]
async fn another_host_receives_no_trace_context() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let elsewhere = Server::start().await;
    let target: &'static str = Box::leak(format!("{}/stored", elsewhere.url).into_boxed_str());
    server.answer(Answer::bytes(b"").status(302).header("location", target));
    elsewhere.answer(Answer::bytes(b"content"));
    let client = client(&server, &clock).with_options(&traced());
    let download = client.download_file("file-1").await.unwrap();
    assert_eq!(download.bytes(100).await.unwrap(), b"content");
    assert!(server.last().header("traceparent").is_some());
    assert_eq!(elsewhere.last().header("traceparent"), None);
    assert_eq!(elsewhere.last().header("tracestate"), None);
}

#[tokio::test]
async fn all_accounts_of_a_list_are_called_in_one_trace() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let mut providers = Providers::new();
    for name in ["a", "b"] {
        server.answer(list());
        let account = Account::with_backend(name, client(&server, &clock));
        providers.add(account).unwrap();
    }
    let providers = providers.with_options(&traced());
    let listed = providers.list(&ListQuery::new()).await.unwrap();
    assert!(listed.warnings.is_empty());
    let parents: Vec<String> = parents(&server).into_iter().flatten().collect();
    let [a, b] = &parents[..] else {
        panic!("{parents:?}");
    };
    assert!(a.starts_with(TRACE) && b.starts_with(TRACE) && a != b);
}
