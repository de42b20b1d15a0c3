//! What the client costs: a list over three accounts against the slowest
//! single one, one call against bare reqwest, memory over 100,000 jobs.
//!
//! `cargo bench -p unitune --bench client` prints the tables of `benches/README.md`. The
//! vendors are a server on loopback that answers with prepared bytes, each of
//! its answers after a fixed delay.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use unitune::providers::{Account, ListItem, ListQuery, Providers};
use unitune::transport::{ApiClient, ClientBuilder};
use unitune::{openai, together, truefoundry};

/// A vendor of this many jobs, whose answers take this long.
#[derive(Clone, Copy)]
struct Vendor {
    jobs: usize,
    delay: Duration,
}

#[derive(serde::Deserialize)]
struct Page {
    after: Option<String>,
    limit: Option<usize>,
}

fn gateways_job(n: usize) -> Value {
    json!({
        "object": "fine_tuning.job", "id": format!("ftjob-{n}"), "model": "gpt-4o-mini-2024-07-18",
        "created_at": 1_768_000_000 - n as i64, "finished_at": null, "fine_tuned_model": null,
        "organization_id": "org-1", "result_files": [], "status": "running",
        "validation_file": null, "training_file": "file-1", "error": null, "seed": 7,
        "hyperparameters": {"n_epochs": 3, "batch_size": 8, "learning_rate_multiplier": 2.0},
        "trained_tokens": null, "metadata": {"team": "search"},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
    })
}

fn togethers_job(n: usize) -> Value {
    let time = 1_768_000_000 - n as i64;
    let time = jiff::Timestamp::from_second(time).map(|t| t.to_string());
    json!({
        "id": format!("ft-00000000-{n:04}"), "status": "running", "model": "meta-llama/x",
        "created_at": time.unwrap_or_default(), "updated_at": "2026-01-15T12:00:00Z",
        "training_file": "file-1", "n_epochs": 3, "batch_size": 8, "learning_rate": 1e-5,
        "suffix": "x", "random_seed": 7,
        "training_type": {"type": "Lora", "lora_r": 8, "lora_alpha": 16},
    })
}

/// The jobs after one, newest first.
async fn list(State(vendor): State<Vendor>, Query(page): Query<Page>) -> impl IntoResponse {
    tokio::time::sleep(vendor.delay).await;
    let number = |id: String| id.rsplit('-').next().and_then(|n| n.parse::<usize>().ok());
    let start = page.after.and_then(number).map_or(0, |n| n + 1);
    let end = (start + page.limit.unwrap_or(20)).min(vendor.jobs);
    let data: Vec<Value> = (start..end).map(gateways_job).collect();
    let body = json!({"object": "list", "data": data, "has_more": end < vendor.jobs});
    axum::Json(body)
}

async fn all(State((vendor, body)): State<(Vendor, Bytes)>) -> impl IntoResponse {
    tokio::time::sleep(vendor.delay).await;
    ([("content-type", "application/json")], body)
}

async fn one(State((vendor, body)): State<(Vendor, Bytes)>) -> impl IntoResponse {
    if !vendor.delay.is_zero() {
        tokio::time::sleep(vendor.delay).await;
    }
    ([("content-type", "application/json")], body)
}

/// A server with threads of its own; its address.
fn serve(app: Router) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
                .await
                .expect("a port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            tell.send(url).expect("the receiver waits");
            axum::serve(listener, app).await.expect("it serves");
        });
    });
    told.recv().expect("the server starts")
}

fn paging(vendor: Vendor) -> String {
    let job = Bytes::from(gateways_job(1).to_string());
    serve(
        Router::new()
            .route("/fine_tuning/jobs", get(list))
            .with_state(vendor)
            .merge(
                Router::new()
                    .route("/fine_tuning/jobs/{id}", get(one))
                    .with_state((vendor, job)),
            ),
    )
}

fn whole(vendor: Vendor) -> String {
    let data: Vec<Value> = (0..vendor.jobs).map(togethers_job).collect();
    let body = Bytes::from(json!({"data": data}).to_string());
    serve(
        Router::new()
            .route("/fine-tunes", get(all))
            .with_state((vendor, body)),
    )
}

fn client<C: ApiClient>(url: &str) -> C {
    let builder = ClientBuilder::<C>::default().base_url(url).api_key("key");
    builder.build().expect("a client")
}

fn providers(accounts: Vec<Account>) -> Providers {
    let mut providers = Providers::new();
    for account in accounts {
        providers.add(account).expect("names differ");
    }
    providers
}

async fn time_of_list(providers: &Providers) -> (Duration, usize) {
    let started = Instant::now();
    let list = providers
        .list(&ListQuery::new().notes(false))
        .await
        .expect("a list");
    assert!(list.warnings.is_empty(), "{:?}", list.warnings);
    (started.elapsed(), list.jobs.len())
}

async fn lists() {
    println!("| delay of an answer | slowest account alone | three accounts | ratio |");
    println!("| ---: | ---: | ---: | ---: |");
    for delay in [0, 20, 100].map(Duration::from_millis) {
        let vendor = Vendor { jobs: 1000, delay };
        let accounts = [
            Account::with_backend("a", client::<openai::Client>(&paging(vendor))),
            Account::with_backend("b", client::<truefoundry::Client>(&paging(vendor))),
            Account::with_backend("c", client::<together::Client>(&whole(vendor))),
        ];
        let singles = accounts.clone().map(|account| providers(vec![account]));
        let three = providers(accounts.to_vec());
        let (mut alone, mut together) = (Duration::MAX, Duration::MAX);
        for _ in 0..10 {
            let mut slowest = Duration::ZERO;
            for single in &singles {
                let (took, jobs) = time_of_list(single).await;
                assert_eq!(jobs, 1000);
                slowest = slowest.max(took);
            }
            alone = alone.min(slowest);
            let (took, jobs) = time_of_list(&three).await;
            assert_eq!(jobs, 3000);
            together = together.min(took);
        }
        let ratio = together.as_secs_f64() / alone.as_secs_f64();
        println!("| {delay:?} | {alone:.1?} | {together:.1?} | {ratio:.2} |");
    }
}

async fn calls() {
    let vendor = Vendor {
        jobs: 1,
        delay: Duration::ZERO,
    };
    let url = paging(vendor);
    let client: openai::Client = client(&url);
    let bare = reqwest::Client::new();
    let timed = reqwest::Client::builder().timeout(Duration::from_secs(60));
    let timed = timed
        .read_timeout(Duration::from_secs(30))
        .build()
        .expect("a client");
    let target = format!("{url}/fine_tuning/jobs/ftjob-1");
    let bare_call = async |bare: &reqwest::Client| {
        let request = bare
            .get(&target)
            .bearer_auth("key")
            .header("accept", "application/json");
        let body = request
            .send()
            .await
            .expect("an answer")
            .bytes()
            .await
            .expect("a body");
        serde_json::from_slice::<openai::types::FineTuningJob>(&body).expect("a job")
    };
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..6000 {
        let started = Instant::now();
        let id = bare_call(&bare).await.id;
        let first = Instant::now();
        bare_call(&timed).await;
        let between = Instant::now();
        let same = client
            .retrieve_job("ftjob-1")
            .await
            .expect("a job")
            .into_inner()
            .id;
        let done = Instant::now();
        assert_eq!(id, same);
        if round >= 1000 {
            times[0].push(first - started);
            times[1].push(between - first);
            times[2].push(done - between);
        }
    }
    let [bare, timed, ours] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let ratio = |to: Duration| ours.as_secs_f64() / to.as_secs_f64();
    println!("| | median | the client against it |\n| --- | ---: | ---: |");
    println!("| bare reqwest | {bare:.1?} | {:.2} |", ratio(bare));
    println!(
        "| reqwest with the same timeouts | {timed:.1?} | {:.2} |",
        ratio(timed)
    );
    println!("| the client | {ours:.1?} | |");
}

/// Resident memory of this process, its server included, in MB.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse::<f64>().ok());
    pages.unwrap_or_default() * 4096.0 / f64::from(1 << 20)
}

async fn memory() {
    let vendor = Vendor {
        jobs: 50_000,
        delay: Duration::ZERO,
    };
    let providers = Arc::new(providers(vec![
        Account::with_backend("a", client::<openai::Client>(&paging(vendor))),
        Account::with_backend("b", client::<truefoundry::Client>(&paging(vendor))),
    ]));
    println!("| jobs so far | resident memory |\n| ---: | ---: |");
    let mut jobs = providers.jobs(&ListQuery::new().notes(false));
    let mut count = 0;
    while let Some(item) = jobs.next().await {
        if let ListItem::Job(_) = item.expect("a job") {
            count += 1;
        }
        if [1_000, 10_000, 50_000, 100_000].contains(&count) {
            println!("| {count} | {:.0} MB |", resident());
        }
    }
    assert_eq!(count, 100_000);
}

fn main() {
    // `cargo test --benches` only sees that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("threads").block_on(async {
        memory().await;
        println!();
        calls().await;
        println!();
        lists().await;
    });
}
