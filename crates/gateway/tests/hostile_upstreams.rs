//! Upstreams that do what no server should: the gateway answers in time and for
//! the other accounts, and shows and sends no key.

use crate::loopback::raw;
use crate::support;

use std::time::{Duration, Instant};

use raw::{Connection, RawServer};
use serde_json::{Value, json};
use support::Gateway;
use unitune::openai;
use unitune::providers::Account;
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

const KEY: &str = "sk-very-secret-1234";
const LIST: &str = "/v1/fine_tuning/jobs?limit=100";

fn account(name: &str, url: &str) -> Account {
    let client = openai::Client::builder().base_url(url).api_key(KEY);
    let client = client.retries(0).timeout(Duration::from_secs(5));
    Account::with_backend(name, client.build().unwrap())
}

fn config() -> Config {
    Config {
        account_wait: Duration::from_secs(1),
        deadline: Duration::from_secs(6),
        ..Config::default()
    }
}

/// A gateway over a sandbox's accounts and the hostile ones.
async fn gateway(hostile: &[(&str, &RawServer)]) -> Gateway {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    for (name, server) in hostile {
        providers.add(account(name, &server.url)).unwrap();
    }
    Gateway::over(sandbox, &providers, config()).await
}

fn job(id: &str) -> Value {
    json!({
        "object": "fine_tuning.job", "id": id, "model": "m", "created_at": 1_700_000_000,
        "status": "succeeded", "training_file": "file-1",
    })
}

fn page(jobs: &[Value], has_more: bool) -> Value {
    json!({"object": "list", "data": jobs, "has_more": has_more})
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["data"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_time_whatever_some_accounts_send() {
    type Treat = fn(&mut Connection);
    let treats: [(&str, Treat); 6] = [
        ("interim", |to| {
            to.write_endlessly(b"HTTP/1.1 100 Continue\r\n\r\n");
        }),
        ("headers", |to| {
            to.write("HTTP/1.1 200 OK\r\n");
            to.write_endlessly(b"x-more: and more\r\n");
        }),
        ("spaces", |to| {
            to.write("HTTP/1.1 200 OK\r\n\r\n");
            to.write_endlessly(b"    ");
        }),
        ("page", |to| {
            to.answer("200 OK", "text/html", format!("<html>{KEY}</html>"));
        }),
        ("rejection", |to| {
            to.json(json!({"error": {"message": format!("who is {KEY}?")}}));
        }),
        ("echo", |to| {
            let sent = to.head.clone();
            to.json(page(&[json!({"id": "ftjob-echo", "sent": sent})], false));
        }),
    ];
    let servers = treats.map(|(name, treat)| (name, RawServer::start(treat)));
    let hostile: Vec<(&str, &RawServer)> = servers.iter().map(|(n, s)| (*n, s)).collect();
    let gateway = gateway(&hostile).await;
    for path in [LIST, "/v1/files", "/v1/fine_tuning/jobs/ftjob-none"] {
        let started = Instant::now();
        let answer = gateway.get(path).await;
        let took = started.elapsed();
        assert!(took < Duration::from_secs(10), "{path}: {took:?}");
        let shown = format!("{:?} {}", answer.headers, answer.body);
        assert!(!shown.contains(KEY), "{path}: {shown}");
        if path == LIST {
            let list = answer.ok();
            assert!(ids(&list).contains(&"ftjob-echo"));
            let failed = list["warnings"].as_array().unwrap().iter();
            let failed = failed.filter(|warning| warning["account_failed"] == true);
            assert_eq!(failed.count(), 5, "{}", list["warnings"]);
        }
        assert_eq!(gateway.get("/healthz").await.status, 200);
    }
    let answer = gateway
        .get_at("/v1/fine_tuning/jobs/ftjob-echo", "echo")
        .await;
    let shown = format!("{:?} {}", answer.headers, answer.body);
    assert!(!shown.contains(KEY), "{shown}");
    let message = gateway.get_at(LIST, "rejection").await.error(502).1;
    assert!(!message.contains(KEY), "{message}");
}

/// Lists that lead on for ever, back to their beginning, or to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn lists_that_lead_on_for_ever_end() {
    let new_jobs = RawServer::start(|to| {
        let number = to.number;
        to.json(page(&[job(&format!("ftjob-new-{number}"))], true));
    });
    let same_job = RawServer::start(|to| to.json(page(&[job("ftjob-same")], true)));
    let no_jobs = RawServer::start(|to| to.json(page(&[], true)));
    let no_ids = RawServer::start(|to| to.json(page(&[json!({}), json!(null), json!(1)], true)));
    let turns = RawServer::start(|to| {
        let id = format!("ftjob-turn-{}", to.number % 2);
        to.json(page(&[job(&id)], true));
    });
    let accounts = [
        ("new", &new_jobs),
        ("same", &same_job),
        ("nothing", &no_jobs),
        ("no-ids", &no_ids),
        ("turns", &turns),
    ];
    let gateway = gateway(&accounts).await;
    let started = Instant::now();
    let list = gateway.get(LIST).await.ok();
    assert!(started.elapsed() < Duration::from_secs(7));
    let mut seen = ids(&list);
    seen.sort_unstable();
    let all = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), all, "a job comes twice");
    let warned = |account: &str| {
        let mut warnings = list["warnings"].as_array().unwrap().iter();
        warnings.any(|warning| warning["account"] == account)
    };
    for (name, _) in accounts {
        assert!(warned(name), "{name}: {}", list["warnings"]);
    }
    for name in ["openai", "together", "truefoundry"] {
        let is_there = |job: &Value| job["provider"]["account"] == name;
        assert!(
            list["data"].as_array().unwrap().iter().any(is_there),
            "{name}"
        );
    }
    for (name, _) in accounts {
        let answer = gateway.get_at(LIST, name).await;
        assert!(
            answer.status == 200 || answer.status == 504,
            "{name}: {answer:?}"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(40));
}

/// Values that no vendor should send in a job, all of them in one list.
#[tokio::test(flavor = "multi_thread")]
async fn odd_values_stay_values() {
    let odd = RawServer::start(|to| {
        let long = "x".repeat(10 << 20);
        let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let mut jobs = vec![
            job("ftjob-control-\u{7}\u{1b}[2J\r\n"),
            job("ftjob-<script>"),
            job("../../files"),
            job("ftjob-twice"),
            job("ftjob-twice"),
            job(""),
        ];
        let times = [
            "253402300799",
            "1e300",
            "-1e300",
            "-1",
            "0.5",
            "18446744073709551615",
        ];
        for (n, time) in times.into_iter().enumerate() {
            let mut job = job(&format!("ftjob-time-{n}"));
            job["created_at"] = number(time);
            job["finished_at"] = number(time);
            jobs.push(job);
        }
        let mut large = job("ftjob-long");
        large["model"] = json!(long);
        jobs.push(large);
        to.json(page(&jobs, false));
    });
    let gateway = gateway(&[("odd", &odd)]).await;
    let answer = gateway.get_at(LIST, "odd").await;
    let list = answer.ok();
    let found = ids(&list);
    for id in [
        "ftjob-<script>",
        "ftjob-time-0",
        "ftjob-time-1",
        "ftjob-long",
        "../../files",
    ] {
        assert!(found.contains(&id), "{id}");
    }
    assert_eq!(found.iter().filter(|id| **id == "ftjob-twice").count(), 1);
    // An id that is empty is none.
    assert!(!found.contains(&""));
    let warnings = list["warnings"].as_array().unwrap().iter();
    let left_out = warnings.filter(|warning| warning["message"] == "left out: its id is empty");
    assert_eq!(left_out.count(), 1, "{}", list["warnings"]);
    for job in list["data"].as_array().unwrap() {
        assert!(job["created_at"].is_i64(), "{}", job["id"]);
    }
}
