//! Upstreams that do what no server should: calls end at their deadline, and
//! with an error that says what is wrong.
#![cfg(all(feature = "openai", feature = "together"))]

mod loopback;

use std::time::{Duration, Instant};

use loopback::raw::{Connection, RawServer};
use serde_json::json;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::{Error, ErrorKind, openai, together};

const KEY: &str = "sk-very-secret-1234";

fn client(server: &RawServer) -> openai::Client {
    let builder = openai::Client::builder().base_url(&server.url).api_key(KEY);
    let builder = builder.timeout(Duration::from_secs(2)).retries(0);
    builder.build().unwrap()
}

/// What a look-up at such a server ends with. It has two seconds, and must not
/// take much longer.
async fn job_of(treat: impl Fn(&mut Connection) + Send + Sync + 'static) -> Error {
    let server = RawServer::start(treat);
    let client = client(&server);
    let started = Instant::now();
    let error = client.retrieve_job("ftjob-1").await.unwrap_err();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}: {error}");
    assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
    error
}

#[tokio::test]
async fn interim_answers_without_end_do_not_hold_up_the_deadline() {
    for interim in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n",
    ] {
        let calls = (0..4).map(|_| job_of(move |to| to.write_endlessly(interim.as_bytes())));
        for error in futures_util::future::join_all(calls).await {
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        }
    }
}

/// Every way to ask for something shows what the vendor says in the place of an
/// answer, whatever the status.
#[tokio::test]
async fn an_error_under_a_status_of_success_is_the_vendor_s() {
    let server = RawServer::start(|to| {
        to.json(json!({"error": {
            "message": format!("no quota left for {KEY}"), "type": "quota", "code": "q1",
        }}));
    });
    let openai = client(&server);
    let together = together::Client::builder().base_url(&server.url);
    let together = together.api_key(KEY).build().unwrap();
    let request = openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    let mut providers = Providers::new();
    for account in [
        Account::with_backend("openai", openai.clone()),
        Account::with_backend("together", together.clone()),
    ] {
        providers.add(account).unwrap();
    }
    let errors = [
        openai.list_jobs(Default::default()).await.err(),
        openai.retrieve_job("ftjob-1").await.err(),
        openai.create_job(&request).await.err(),
        openai.cancel_job("ftjob-1").await.err(),
        openai.delete_file("file-1").await.err(),
        together.list_jobs().await.err(),
        together.retrieve_job("ft-1").await.err(),
        providers.retrieve("openai/ftjob-1").await.err(),
        providers.retrieve("together/ft-1").await.err(),
        providers.cancel("openai/ftjob-1").await.err(),
        providers.file("openai/file-1").await.err(),
    ];
    for (number, error) in errors.into_iter().enumerate() {
        let error = error.unwrap_or_else(|| panic!("{number} is no error"));
        assert_eq!(error.vendor_type(), Some("quota"), "{number}: {error}");
        assert_eq!(error.status(), Some(200), "{number}: {error}");
        let message = error.to_string();
        assert!(
            message.contains("no quota left for ***"),
            "{number}: {message}"
        );
        assert!(!message.contains(KEY), "{number}: {message}");
    }
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(list.warnings.len(), 2);
    for warning in list.warnings {
        assert!(warning.message.contains("no quota left"), "{warning:?}");
    }
    // A job that failed has an error, and an id.
    let server = RawServer::start(|to| {
        to.json(json!({
            "object": "fine_tuning.job", "id": "ftjob-1", "model": "m", "created_at": 1,
            "seed": "", "status": "failed", "error": {"message": "bad file", "code": "x"},
        }));
    });
    let mut providers = Providers::new();
    let account = Account::with_backend("openai", client(&server));
    providers.add(account).unwrap();
    let job = providers.retrieve("openai/ftjob-1").await.unwrap();
    assert_eq!(job.status.as_str(), "failed");
}
