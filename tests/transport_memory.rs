//! One budget of memory for the answers of many clients.
#![cfg(all(feature = "openai", feature = "together"))]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use serde_json::json;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::transport::{CallOptions, ClientBuilder, MemoryBudget};
use unitune::{ErrorKind, openai, together};

/// A server whose answers are made anew for each request, and how many of them
/// are being sent.
async fn server(
    body: impl Fn() -> Body + Clone + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let open = Arc::new(AtomicUsize::new(0));
    let counter = open.clone();
    let app = Router::new().fallback(move || {
        let (body, open) = (body(), Open::new(&counter));
        let body = body.into_data_stream().map(move |piece| {
            let _ = &open;
            piece
        });
        async {
            (
                [("content-type", "application/json")],
                Body::from_stream(body),
            )
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    (url, open)
}

struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(counter: &Arc<AtomicUsize>) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(counter.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn builder<C>(builder: ClientBuilder<C>, url: &str) -> ClientBuilder<C> {
    builder.api_key("sk-own").base_url(url).retries(2)
}

fn repeated(start: &'static str, piece: Vec<u8>) -> impl Fn() -> Body + Clone {
    let piece = Bytes::from(piece);
    move || {
        let start = stream::once(async move { Bytes::from(start) });
        let rest = stream::repeat(piece.clone());
        Body::from_stream(start.chain(rest).map(Ok::<_, Infallible>))
    }
}

/// Until nothing is used: the last of it goes when its task ends.
async fn all_is_back(budget: &MemoryBudget) {
    for _ in 0..200 {
        if budget.used() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{budget:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_beyond_the_budget_are_rejected_at_once() {
    let endless = repeated("{\"object\": \"list\", \"data\": \"", vec![b'a'; 32 << 10]);
    let (url, _) = server(endless).await;
    let budget = MemoryBudget::new(2 << 20);
    let client = builder(openai::Client::builder(), &url)
        .max_body_bytes(1 << 20)
        .memory_budget(budget.clone())
        .build()
        .unwrap();
    let highest = Arc::new(AtomicUsize::new(0));
    let calls = join_all((0..20).map(|_| async {
        let error = client.retrieve_job("ftjob-1").await.unwrap_err();
        highest.fetch_max(budget.used(), Ordering::SeqCst);
        error
    }));
    let errors = tokio::time::timeout(Duration::from_secs(30), calls).await;
    let errors = errors.expect("nothing waits for memory");
    for error in &errors {
        match error.kind() {
            ErrorKind::TooLarge => {}
            ErrorKind::Overloaded => {
                assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
                // Another try would free no memory.
                assert_eq!(error.tries(), 1);
                assert!(error.is_retryable());
            }
            _ => panic!("{error}"),
        }
    }
    assert!(errors.iter().any(|e| e.kind() == ErrorKind::Overloaded));
    assert!(highest.load(Ordering::SeqCst) <= (2 << 20) + 20 * (64 << 10));
    all_is_back(&budget).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn small_answers_always_have_room() {
    let job = json!({"object": "fine_tuning.job", "id": "ftjob-1", "status": "running"});
    let (url, _) = server(move || Body::from(job.to_string())).await;
    let budget = MemoryBudget::new(0);
    let options = CallOptions::new().memory_budget(budget.clone());
    let client = builder(openai::Client::builder(), &url).build().unwrap();
    let client = client.with_options(&options);
    let request = openai::types::CreateFineTuningJobRequest::new("m", "file-1");
    // What a vendor has started is not lost.
    let providers = {
        let mut providers = Providers::new();
        providers
            .add(Account::with_backend("a", client.clone()))
            .unwrap();
        providers
    };
    providers.retrieve("ftjob-1").await.unwrap();
    let answer = client.create_job(&request).await;
    assert!(
        !matches!(&answer, Err(e) if e.kind() == ErrorKind::Overloaded),
        "{answer:?}"
    );
    drop(answer);
    all_is_back(&budget).await;
}

/// A list without an end that is read as it comes holds no more than the largest
/// job, and nobody reads it any more when nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_list_takes_no_more_than_it_may() {
    let job = br#"{"id": "ft-1", "status": "running", "created_at": "2025-01-01T00:00:00Z"},"#;
    for (piece, expected) in [
        (vec![b'a'; 32 << 10], ErrorKind::TooLarge),
        (job.repeat(400), ErrorKind::Timeout),
        (b"{},".repeat(10_000), ErrorKind::Timeout),
    ] {
        let is_text = piece[0] == b'a';
        let start = if is_text {
            "{\"data\": [{\"id\": \""
        } else {
            "{\"data\": ["
        };
        let (url, open) = server(repeated(start, piece)).await;
        let budget = MemoryBudget::new(8 << 20);
        let client = builder(together::Client::builder(), &url)
            .max_body_bytes(1 << 20)
            .memory_budget(budget.clone())
            .build()
            .unwrap();
        let mut providers = Providers::new();
        providers.add(Account::with_backend("t", client)).unwrap();
        let query = ListQuery::new().limit(5);
        // A list that ends by itself has the time of a machine with other things to do.
        let wait = Duration::from_secs(if is_text { 60 } else { 2 });
        let lists = join_all((0..3).map(|_| {
            let list = providers.list(&query);
            tokio::time::timeout(wait, list)
        }));
        for list in lists.await {
            match list {
                Err(_) => assert_eq!(expected, ErrorKind::Timeout),
                Ok(list) => {
                    let errors = list.unwrap().all_failed().unwrap();
                    assert_eq!(errors[0].kind(), expected, "{}", errors[0]);
                }
            }
        }
        all_is_back(&budget).await;
        for _ in 0..200 {
            if open.load(Ordering::SeqCst) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(open.load(Ordering::SeqCst), 0, "{expected:?}");
    }
}

/// Few bytes that decode to many: a list of empty objects.
#[tokio::test(flavor = "multi_thread")]
async fn lists_of_empty_objects_are_bounded() {
    let body = format!(
        "{{\"object\": \"list\", \"data\": [{}{{}}]}}",
        "{},".repeat(3 << 20)
    );
    let (url, _) = server(move || Body::from(body.clone())).await;
    let budget = MemoryBudget::new(64 << 20);
    let client = builder(openai::Client::builder(), &url)
        .memory_budget(budget.clone())
        .build()
        .unwrap();
    let error = client
        .list_jobs(openai::ListJobsOptions::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.to_string().contains("too many items"), "{error}");
    all_is_back(&budget).await;
}

/// What a page decodes to takes the place of its text until it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_counted_until_it_is_shown() {
    let jobs = (0..100).map(|n| {
        json!({"object": "fine_tuning.job", "id": format!("ftjob-{n}"), "created_at": 1000 - n,
               "status": "running", "model": "m", "suffix": "x".repeat(5000)})
    });
    let list = json!({"object": "list", "data": jobs.collect::<Vec<_>>(), "has_more": false});
    let (url, _) = server(move || Body::from(list.to_string())).await;
    let budget = MemoryBudget::new(16 << 20);
    let client = builder(openai::Client::builder(), &url).build().unwrap();
    let options = CallOptions::new().memory_budget(budget.clone());
    let mut providers = Providers::new();
    let account = Account::with_backend("a", client).with_options(&options);
    providers.add(account).unwrap();
    let mut jobs = providers.jobs(&ListQuery::new());
    for _ in 0..99 {
        jobs.next().await.unwrap().unwrap();
        assert!(budget.used() > 500_000, "{budget:?}");
    }
    jobs.next().await.unwrap().unwrap();
    assert_eq!(budget.used(), 0);
    drop(jobs);
    let mut jobs = providers.jobs(&ListQuery::new());
    jobs.next().await.unwrap().unwrap();
    drop(jobs);
    assert_eq!(budget.used(), 0);
}
