//! Undocumented behaviour of vendors, met across accounts.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback;

use std::sync::Arc;

use loopback::clock::TestClock;
use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::providers::{Account, ListQuery, Providers, WatchOptions};
use unitune::transport::{ApiClient, ClientBuilder};
use unitune::unify::Status;
use unitune::{openai, together, truefoundry};

fn client<C: ApiClient>(server: &Server, clock: &Arc<TestClock>) -> ClientBuilder<C> {
    ClientBuilder::default()
        .base_url(&server.url)
        .api_key("key")
        .clock(clock.clone())
}

fn of_together(server: &Server, clock: &Arc<TestClock>) -> Account {
    Account::with_backend(
        "together",
        client::<together::Client>(server, clock).build().unwrap(),
    )
}

fn of_openai(server: &Server, clock: &Arc<TestClock>) -> Account {
    Account::with_backend(
        "openai",
        client::<openai::Client>(server, clock).build().unwrap(),
    )
}

fn providers(accounts: impl IntoIterator<Item = Account>) -> Providers {
    let mut providers = Providers::new();
    for account in accounts {
        providers.add(account).unwrap();
    }
    providers
}

fn together_job(id: &str, created: i64, status: &str) -> Value {
    json!({
        "id": id, "status": status, "created_at": created, "updated_at": created + 60,
        "model": "m", "training_file": "file-1", "events": null,
    })
}

fn openai_job(id: &str, created: i64) -> Value {
    json!({
        "object": "fine_tuning.job", "id": id, "model": "m", "created_at": created,
        "finished_at": null, "fine_tuned_model": null, "organization_id": "org-1",
        "result_files": [], "status": "running", "validation_file": null,
        "training_file": "file-1", "hyperparameters": {}, "trained_tokens": null,
        "error": null, "seed": 1,
    })
}

fn list(jobs: &[Value]) -> Answer {
    Answer::json(json!({"object": "list", "data": jobs, "has_more": false}))
}

/// Jobs of a long list come in the right order, each once.
#[tokio::test]
async fn a_long_list_is_read_as_it_comes() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let mut jobs: Vec<Value> = (0..4_500)
        .map(|n: i64| {
            together_job(
                &format!("ft-{n:08}"),
                1_700_000_000 + (n * 7_919) % 4_500 / 3,
                "completed",
            )
        })
        .collect();
    // One without a time comes last, and one without an id is left out.
    jobs.insert(100, json!({"id": "ft-odd", "status": 7}));
    jobs.insert(200, json!({"id": 7, "status": "running"}));
    let whole = list(&jobs);
    server.answer(whole.clone());
    let limited = client::<together::Client>(&server, &clock).max_body_bytes(100_000);
    let limited = providers([Account::with_backend("together", limited.build().unwrap())]);
    let found = limited.list(&ListQuery::new()).await.unwrap();
    assert_eq!(found.jobs.len(), 4_501);
    assert_eq!(found.jobs[4_500].id, "ft-odd");
    assert_eq!(found.warnings.len(), 1, "{:?}", found.warnings);
    assert_eq!(
        found.warnings[0].message,
        "/id: expected a string, found an integer"
    );
    assert_eq!(server.count(), 1);
    let order: Vec<_> = found
        .jobs
        .iter()
        .map(|j| (std::cmp::Reverse(j.created_at), j.id.clone()))
        .collect();
    assert!(order.is_sorted());

    // However few are wanted, one answer is enough to know whether there are more.
    for limit in [1, 10, 100, 1_000] {
        server.answer(whole.clone());
        let some = providers([of_together(&server, &clock)]);
        let some = some.list(&ListQuery::new().limit(limit)).await.unwrap();
        assert_eq!(
            (&some.jobs[..], some.has_more),
            (&found.jobs[..limit], true)
        );
    }
    assert_eq!(server.count(), 5);
    // A filter sees all of them.
    server.answer(whole);
    let some = providers([of_together(&server, &clock)]);
    let query = ListQuery::new().created_before(1_700_000_100).limit(100);
    let some = some.list(&query).await.unwrap();
    let expected = found.jobs.iter();
    let expected = expected.filter(|job| job.created_at.is_some_and(|time| time < 1_700_000_100));
    assert!(some.jobs.iter().eq(expected.take(100)));
}

#[tokio::test]
async fn a_streamed_list_that_breaks_off_is_a_warning() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let jobs: Vec<Value> = (0..2_000)
        .map(|n| together_job(&format!("ft-{n:08}"), 1_700_000_000 + n, "completed"))
        .collect();
    let mut broken = list(&jobs);
    broken.body.truncate(150_000);
    broken.breaks = true;
    for _ in 0..3 {
        server.answer(broken.clone());
    }
    let limited = client::<together::Client>(&server, &clock).max_body_bytes(100_000);
    let limited = providers([Account::with_backend("together", limited.build().unwrap())]);
    let found = limited.list(&ListQuery::new()).await.unwrap();
    assert!(found.jobs.is_empty());
    assert!(found.warnings[0].account_failed, "{:?}", found.warnings);
    assert_eq!(server.count(), 3);

    // Another try is like that of any call that reads.
    server.answer(broken);
    server.answer(list(&jobs));
    let found = limited.list(&ListQuery::new()).await.unwrap();
    assert_eq!((found.jobs.len(), found.warnings.len()), (2_000, 0));
}

/// `has_more` without a way on: each job is shown once, and the gap is told.
#[tokio::test]
async fn the_same_page_again_is_the_end() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let jobs: Vec<Value> = (0..5)
        .map(|n| openai_job(&format!("ftjob-{n}"), 900 - n))
        .collect();
    let page = json!({"object": "list", "data": jobs, "has_more": true});
    for _ in 0..3 {
        server.answer(Answer::json(page.clone()));
    }
    let found = providers([of_openai(&server, &clock)]);
    let found = found.list(&ListQuery::new()).await.unwrap();
    assert_eq!(found.jobs.len(), 5);
    assert_eq!(server.count(), 2);
    assert!(found.warnings[0].account_failed);
    assert!(found.warnings[0].message.contains("the same page twice"));
}

/// A page that says nothing of whether more follow.
fn unclear(jobs: &[Value], has_more: Option<&Value>) -> Answer {
    let mut page = json!({"object": "list", "data": jobs});
    if let Some(value) = has_more {
        page["has_more"] = value.clone();
    }
    Answer::json(page)
}

fn openai_jobs(count: i64) -> Vec<Value> {
    let job = |n| openai_job(&format!("ftjob-{n:03}"), 900 - n);
    (0..count).map(job).collect()
}

/// Where the vendor does not say whether more follow, the list is read to its end.
#[tokio::test]
async fn a_list_without_has_more_is_read_on() {
    let unclear_values = [json!(null), json!(1), json!("true"), json!({"a": [true]})];
    let values = unclear_values.iter().map(Some).chain([None]);
    for value in values {
        for vendor in ["openai", "truefoundry"] {
            let (server, clock) = (Server::start().await, TestClock::new());
            let jobs = openai_jobs(30);
            for page in jobs.chunks(10).chain([&[][..]]) {
                server.answer(unclear(page, value));
            }
            let account = match vendor {
                "openai" => of_openai(&server, &clock),
                _ => Account::with_backend(
                    vendor,
                    client::<truefoundry::Client>(&server, &clock)
                        .build()
                        .unwrap(),
                ),
            };
            let found = providers([account]).list(&ListQuery::new()).await.unwrap();
            let case = format!("{vendor}, {value:?}: {:?}", found.warnings);
            assert_eq!((found.jobs.len(), found.warnings.len()), (30, 0), "{case}");
            let asked: Vec<String> = server.all().into_iter().map(|r| r.target).collect();
            assert_eq!(asked.len(), 4, "{case}");
            for (target, last) in asked.iter().skip(1).zip(["009", "019", "029"]) {
                assert!(target.contains(&format!("after=ftjob-{last}")), "{target}");
            }
        }
    }
}

/// A server without pages returns the same list again, which is no gap; one whose page
/// is as long as was asked for may have more.
#[tokio::test]
async fn a_list_without_has_more_that_comes_again_is_the_end() {
    for (count, warnings) in [(30, 1), (99, 2), (150, 1)] {
        let (server, clock) = (Server::start().await, TestClock::new());
        let mut jobs = openai_jobs(count);
        jobs.push(json!({"id": 7}));
        for _ in 0..3 {
            server.answer(unclear(&jobs, None));
        }
        let found = providers([of_openai(&server, &clock)]);
        let found = found.list(&ListQuery::new()).await.unwrap();
        assert_eq!(found.jobs.len() as i64, count);
        assert_eq!(server.count(), 2, "{count}");
        // One is about the item without an id, which is told once.
        assert_eq!(found.warnings.len(), warnings, "{:?}", found.warnings);
        let is_cut = found.warnings.iter().any(|warning| warning.account_failed);
        assert_eq!(is_cut, warnings == 2, "{:?}", found.warnings);
    }
    // A false is believed.
    let (server, clock) = (Server::start().await, TestClock::new());
    let page = json!({"data": openai_jobs(3), "has_more": false, "object": 7});
    server.answer(Answer::json(page));
    let found = providers([of_openai(&server, &clock)]);
    let found = found.list(&ListQuery::new()).await.unwrap();
    assert_eq!((found.jobs.len(), server.count()), (3, 1));
}

#[tokio::test]
async fn what_is_filtered_here_is_fetched_in_large_pages() {
    let (server, clock) = (Server::start().await, TestClock::new());
    server.answer(list(&[openai_job("ftjob-1", 900)]));
    let query = ListQuery::new().status(Status::Cancelled).limit(3);
    providers([of_openai(&server, &clock)])
        .list(&query)
        .await
        .unwrap();
    assert!(
        server.last().target.contains("limit=100"),
        "{}",
        server.last().target
    );
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_done() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let error = |status: u16| {
        Answer::json(json!({"error": {"message": "no", "type": "invalid_request_error"}}))
            .status(status)
    };
    server.answer(error(503));
    server.answer(error(400));
    server.answer(Answer::json(together_job("ft-1", 900, "cancel_requested")));
    let job = providers([of_together(&server, &clock)])
        .cancel("ft-1")
        .await
        .unwrap();
    assert_eq!(job.provider.status, "cancel_requested");

    // The first answer counts where it was not lost.
    server.answer(error(400));
    let rejected = providers([of_together(&server, &clock)])
        .cancel("ft-1")
        .await;
    assert_eq!(rejected.unwrap_err().status(), Some(400));
}

#[tokio::test]
async fn a_gateway_has_jobs_of_any_form() {
    let (together, gateway) = (Server::start().await, Server::start().await);
    let clock = TestClock::new();
    let at_gateway = client::<truefoundry::Client>(&gateway, &clock)
        .build()
        .unwrap();
    let at_gateway = Account::with_backend("gateway", at_gateway);
    let job = openai_job("ft-0a1b2c3d", 900);

    gateway.answer(Answer::json(job.clone()));
    let alone = providers([at_gateway.clone()]);
    assert_eq!(
        alone
            .retrieve("ft-0a1b2c3d")
            .await
            .unwrap()
            .provider
            .account,
        "gateway"
    );

    // The vendor whose form it is comes first, and the others if it is not there.
    let both = providers([of_together(&together, &clock), at_gateway]);
    let missing = json!({"error": {"message": "no such job", "type": "not_found"}});
    together.answer(Answer::json(missing).status(404));
    gateway.answer(Answer::json(job));
    assert_eq!(
        both.retrieve("ft-0a1b2c3d").await.unwrap().provider.account,
        "gateway"
    );
    together.answer(Answer::json(together_job("ft-0a1b2c3d", 900, "running")));
    let before = gateway.count();
    assert_eq!(
        both.retrieve("ft-0a1b2c3d").await.unwrap().provider.account,
        "together"
    );
    assert_eq!(gateway.count(), before);
}

/// The body leaves the log out; the log tells of the restart all the same.
#[tokio::test]
async fn a_restart_is_followed_though_the_job_does_not_tell() {
    let (server, clock) = (Server::start().await, TestClock::new());
    server.answer(Answer::json(together_job("ft-0a1b2c3d", 900, "error")));
    server.answer(Answer::json(json!({"data": [{
        "object": "fine-tune-event", "type": "JOB_RESTARTED", "created_at": 950,
        "message": "The job goes on as ft-4e5f6a7b",
    }]})));
    server.answer(Answer::json(together_job("ft-4e5f6a7b", 960, "completed")));
    let providers = providers([of_together(&server, &clock)]);
    let job = providers
        .wait("ft-0a1b2c3d", &WatchOptions::new())
        .await
        .unwrap();
    assert_eq!(
        (job.id.as_str(), job.status),
        ("ft-4e5f6a7b", Status::Succeeded)
    );
}
