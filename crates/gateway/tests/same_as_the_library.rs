//! Cases that vendors make difficult: the gateway answers what the library
//! does, and each case is asked of both.

use crate::support;

use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use axum::routing::get;
use futures_util::StreamExt;
use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::providers::{
    Account, Change, FileUpload, ListQuery, PageQuery, Providers, WatchOptions,
};
use unitune::transport::Upload;
use unitune::unify::{Job, Status};
use unitune::{openai, together};
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

/// Accounts, and a gateway over them.
struct Both {
    providers: Providers,
    gateway: Gateway,
}

impl Both {
    async fn over(sandbox: Sandbox, providers: Providers) -> Self {
        let config = Config {
            poll: Duration::from_millis(20),
            ..Config::default()
        };
        let gateway = Gateway::over(sandbox, &providers, config).await;
        Self { providers, gateway }
    }

    /// Over the accounts of a sandbox.
    async fn of_sandbox() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let providers = support::accounts(&sandbox);
        Self::over(sandbox, providers).await
    }

    /// Over accounts that have nothing to do with the sandbox.
    async fn of(accounts: impl IntoIterator<Item = Account>) -> Self {
        let mut providers = Providers::new();
        for account in accounts {
            providers.add(account).unwrap();
        }
        Self::over(Sandbox::start().await.unwrap(), providers).await
    }

    /// All jobs, page by page: through the library and through the gateway,
    /// which must agree. Each page continues after the last job of the one
    /// before.
    async fn paged(&self, limit: usize) -> Vec<String> {
        let (mut of_library, mut of_gateway) = (Vec::new(), Vec::new());
        loop {
            let mut query = ListQuery::new().limit(limit);
            query.after = of_library.last().map(|id: &String| id.into());
            let page = self.providers.list(&query).await.unwrap();
            of_library.extend(page.jobs.iter().map(|job| job.id.clone()));
            if !page.has_more {
                break;
            }
        }
        loop {
            let after = of_gateway.last().map(|id| format!("&after={id}"));
            let after = after.unwrap_or_default();
            let path = format!("/v1/fine_tuning/jobs?limit={limit}{after}");
            let page = self.gateway.get(&path).await.ok();
            of_gateway.extend(ids(&page));
            if page["has_more"] == false {
                break;
            }
        }
        assert_eq!(of_gateway, of_library);
        of_library
    }
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["data"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Serves a vendor on loopback.
async fn serve(vendor: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, vendor).await });
    url
}

/// Serves one answer at a path.
fn fixed(path: &str, answer: Value) -> axum::Router {
    axum::Router::new().route(path, get(async || Json(answer)))
}

async fn openai_at(name: &str, vendor: axum::Router) -> Account {
    let client = openai::Client::builder().base_url(serve(vendor).await);
    Account::with_backend(name, client.api_key("k").retries(0).build().unwrap())
}

async fn together_at(name: &str, vendor: axum::Router) -> Account {
    let client = together::Client::builder().base_url(serve(vendor).await);
    Account::with_backend(name, client.api_key("k").retries(0).build().unwrap())
}

fn openai_job(id: &str, created_at: i64) -> Value {
    json!({"object": "fine_tuning.job", "id": id, "model": "m", "created_at": created_at,
        "fine_tuned_model": null, "organization_id": "org", "result_files": [],
        "status": "running", "training_file": "file-1", "validation_file": null})
}

fn together_job(id: &str, created_at: &str) -> Value {
    json!({"id": id, "status": "running", "model": "m", "training_file": "file-1",
        "created_at": created_at, "updated_at": created_at})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_over_the_size_limit_is_streamed() {
    let jobs: Vec<Value> = (0..100)
        .map(|n| {
            together_job(
                &format!("ft-{n:03}"),
                &format!("2026-01-01T00:{:02}:00Z", n % 60),
            )
        })
        .collect();
    let list = json!({"data": jobs});
    let limit = list.to_string().len() / 4;
    let client = together::Client::builder()
        .base_url(serve(fixed("/fine-tunes", list)).await)
        .api_key("k")
        .max_body_bytes(limit);
    // What the list is too large for.
    let error = client.clone().build().unwrap().list_jobs().await;
    assert_eq!(error.unwrap_err().kind(), unitune::ErrorKind::TooLarge);

    let both = Both::of([Account::with_backend("big", client.build().unwrap())]).await;
    let listed = both.providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!((listed.jobs.len(), listed.warnings.len()), (100, 0));
    let page = both
        .gateway
        .get("/v1/fine_tuning/jobs?limit=100")
        .await
        .ok();
    let expected: Vec<String> = listed.jobs.into_iter().map(|job| job.id).collect();
    assert_eq!(ids(&page), expected);
    assert!(page.get("warnings").is_none(), "{}", page["warnings"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_one_second_are_ordered_by_account_and_id() {
    let list = |ids: [&str; 3]| {
        let jobs: Vec<Value> = ids.iter().map(|id| openai_job(id, 100)).collect();
        json!({"object": "list", "data": jobs, "has_more": false})
    };
    // The vendor's order is another one, and so is that of the accounts.
    let (of_b, of_a) = (
        ["ftjob-4", "ftjob-6", "ftjob-5"],
        ["ftjob-3", "ftjob-1", "ftjob-2"],
    );
    let vendor = |ids: [&'static str; 3]| {
        let job = async |Path(id): Path<String>| match id.as_str() {
            "ftjob-1" | "ftjob-2" | "ftjob-3" | "ftjob-4" | "ftjob-5" | "ftjob-6" => {
                Ok(Json(openai_job(&id, 100)))
            }
            _ => Err(http::StatusCode::NOT_FOUND),
        };
        let own = async move |path: Path<String>| match ids.contains(&path.as_str()) {
            true => job(path).await,
            false => Err(http::StatusCode::NOT_FOUND),
        };
        fixed("/fine_tuning/jobs", list(ids)).route("/fine_tuning/jobs/{id}", get(own))
    };
    let accounts = [
        openai_at("b", vendor(of_b)).await,
        openai_at("a", vendor(of_a)).await,
    ];
    let both = Both::of(accounts).await;
    let expected: Vec<String> = (1..=6).map(|n| format!("ftjob-{n}")).collect();
    for limit in [1, 2, 4, 6] {
        assert_eq!(both.paged(limit).await, expected, "limit {limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_continues_after_a_job_whose_time_is_derived() {
    // The list shows less of a job than the job itself: without its events, its
    // time is another one.
    let mut listed = together_job("ft-1", "");
    listed["updated_at"] = "2026-01-01T03:00:00Z".into();
    let mut whole = listed.clone();
    whole["events"] = json!([{"object": "fine-tune-event", "type": "job_pending",
        "message": "created", "created_at": "2026-01-01T00:30:00Z", "hash": ""}]);
    let others = [
        together_job("ft-2", "2026-01-01T02:00:00Z"),
        together_job("ft-3", "2026-01-01T01:00:00Z"),
    ];
    let jobs = [whole, others[0].clone(), others[1].clone()];
    let [second, third] = others;
    let vendor = fixed("/fine-tunes", json!({"data": [listed, second, third]})).route(
        "/fine-tunes/{id}",
        get(async move |Path(id): Path<String>| {
            let found = jobs.iter().find(|job| job["id"] == *id);
            found.cloned().map(Json).ok_or(http::StatusCode::NOT_FOUND)
        }),
    );
    let both = Both::of([together_at("together", vendor).await]).await;
    let retrieved = both.providers.retrieve("ft-1").await.unwrap();
    let listed = both.providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(listed.jobs[0].id, "ft-1");
    assert_ne!(listed.jobs[0].created_at, retrieved.created_at);
    assert_eq!(both.paged(1).await, ["ft-1", "ft-2", "ft-3"]);
}

/// Jobs with odd members, and without a time, are there: at the end of the list,
/// with 0 and a warning where the schema demands a number.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_a_time_is_last_and_has_a_warning() {
    let odd = json!({"id": "ftjob-odd", "status": 7});
    let jobs = json!([odd, openai_job("ftjob-a", 100)]);
    let vendor = fixed(
        "/fine_tuning/jobs",
        json!({"object": "list", "data": jobs, "has_more": false}),
    );
    let of_id = get(async move |Path(id): Path<String>| match id.as_str() {
        "ftjob-odd" => Ok(Json(odd.clone())),
        "ftjob-a" => Ok(Json(openai_job("ftjob-a", 100))),
        _ => Err(http::StatusCode::NOT_FOUND),
    });
    let vendor = vendor.route("/fine_tuning/jobs/{id}", of_id);
    let both = Both::of([openai_at("main", vendor).await]).await;
    assert_eq!(both.paged(1).await, ["ftjob-a", "ftjob-odd"]);

    let list = both.gateway.get("/v1/fine_tuning/jobs").await.ok();
    assert_eq!(list["data"][0]["created_at"], 100);
    assert_eq!(list["data"][1]["created_at"], 0);
    assert_eq!(list["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(list["warnings"][0]["job"], "ftjob-odd");
    let path = "/v1/fine_tuning/jobs/ftjob-odd";
    let job = both.gateway.get(path).await.ok();
    assert_eq!(job["created_at"], 0);
    assert_eq!(job["provider"]["extra"]["status"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_an_id_selects_the_account() {
    let both = Both::of_sandbox().await;
    let sandbox = &both.gateway.sandbox;
    let id = both.gateway.job("together", "running");
    let path = format!("/v1/fine_tuning/jobs/{id}");
    let asked = || {
        let requests = sandbox.requests();
        let vendors = requests.iter().map(|request| request.vendor.name());
        let vendors: Vec<&str> = vendors.collect();
        sandbox.clear_requests();
        vendors
    };
    asked();
    assert_eq!(both.providers.retrieve(&id).await.unwrap().id, id);
    assert_eq!(asked(), ["together"]);
    assert_eq!(both.gateway.get(&path).await.ok()["id"], *id);
    assert_eq!(asked(), ["together"]);
    // An id that is of this form and not there is asked of the others, too.
    let unknown = "ft-00000000-0000";
    assert!(
        both.providers
            .retrieve(unknown)
            .await
            .unwrap_err()
            .is_not_found()
    );
    let of_library = asked();
    assert!(of_library.len() > 1, "{of_library:?}");
    let path = format!("/v1/fine_tuning/jobs/{unknown}");
    both.gateway.get(&path).await.error(404);
    assert_eq!(asked().len(), of_library.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_whose_answer_is_lost_is_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key())
        .retries(1);
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("openai", client.build().unwrap()))
        .unwrap();
    let both = Both::over(sandbox, providers).await;
    let lose = || {
        let fault = "openai.cancelJob:reset-after-body@once";
        both.gateway.sandbox.inject(fault.parse().unwrap());
    };
    let jobs = both.providers.list(&ListQuery::new()).await.unwrap().jobs;
    let running: Vec<&Job> = jobs
        .iter()
        .filter(|job| job.status == Status::Running || job.status == Status::Queued)
        .collect();
    let [first, second, ..] = &running[..] else {
        panic!("two jobs that can be cancelled");
    };
    lose();
    let cancelled = both.providers.cancel(*first).await.unwrap();
    assert_eq!(cancelled.status, Status::Cancelled);
    lose();
    let path = format!("/v1/fine_tuning/jobs/{}/cancel", second.id);
    let cancelled = both.gateway.post(&path, json!({})).await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["id"], second.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_do_not_continue_after_an_unknown_one() {
    let both = Both::of_sandbox().await;
    for (vendor, status) in [("together", "completed"), ("openai", "succeeded")] {
        let id = both.gateway.job(vendor, status);
        let events = both.providers.events(&id, &PageQuery::new()).await.unwrap();
        assert!(!events.data.is_empty());
        let query = PageQuery::new().after("nobodys-event");
        let error = both.providers.events(&id, &query).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        for log in ["events", "checkpoints"] {
            let path = format!("/v1/fine_tuning/jobs/{id}/{log}?after=nobodys-event");
            let (param, message) = both.gateway.get(&path).await.error(404);
            assert_eq!(param, "after", "{vendor}");
            assert!(message.contains("nobodys-event"), "{message}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploads_type_follows_from_its_suffix() {
    let both = Both::of_sandbox().await;
    let sandbox = &both.gateway.sandbox;
    let line = json!({"messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"}]});
    let content = format!("{line}\n").repeat(12);
    let file_type = || {
        let requests = sandbox.requests();
        let upload = requests
            .iter()
            .find(|request| request.operation == Some("uploadFile"))
            .unwrap();
        let body = String::from_utf8_lossy(&upload.body).into_owned();
        sandbox.clear_requests();
        let (_, field) = body.split_once("name=\"file_type\"").unwrap();
        field.trim_start().lines().next().unwrap().to_owned()
    };
    let upload = Upload::from_bytes("train.jsonl", content.clone());
    both.providers
        .upload_file("together", FileUpload::new(upload))
        .await
        .unwrap();
    assert_eq!(file_type(), "jsonl");
    let file = reqwest::multipart::Part::text(content).file_name("train.jsonl");
    let form = reqwest::multipart::Form::new().text("purpose", "fine-tune");
    let request = both.gateway.http.post(both.gateway.url("/v1/files"));
    let request = request.header("x-tfy-provider-name", "together");
    Answer::of(request.multipart(form.part("file", file)))
        .await
        .ok();
    assert_eq!(file_type(), "jsonl");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_the_vendor_repeats_is_a_warning() {
    let list = json!({"object": "list", "has_more": true,
        "data": [openai_job("ftjob-2", 200), openai_job("ftjob-1", 100)]});
    let both = Both::of([openai_at("main", fixed("/fine_tuning/jobs", list)).await]).await;
    let listed = both
        .providers
        .list(&ListQuery::new().limit(9))
        .await
        .unwrap();
    assert_eq!(listed.jobs.len(), 2);
    let warnings: Vec<&str> = listed.warnings.iter().map(|w| w.message.as_str()).collect();
    let [warning] = warnings[..] else {
        panic!("{warnings:?}");
    };
    let answer = both.gateway.get("/v1/fine_tuning/jobs?limit=9").await;
    assert_eq!(answer.headers["x-unitune-warnings"], "main failed");
    let page = answer.ok();
    assert_eq!(ids(&page), ["ftjob-2", "ftjob-1"]);
    assert_eq!(page["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(page["warnings"][0]["account"], "main");
    assert_eq!(page["warnings"][0]["message"], warning);
}

/// A vendor that restarted a failed job under another id. The job itself does
/// not say so: its log does.
fn restarted() -> axum::Router {
    const FIRST: &str = "ft-aaaaaaaa-0001";
    let event = |kind: &str, message: &str, minute: usize| {
        json!({"object": "fine-tune-event", "type": kind, "message": message, "hash": "",
            "created_at": format!("2026-01-01T00:{minute:02}:00Z")})
    };
    let first = json!({"data": [
        event("job_start", "started", 1),
        event("job_restarted", &format!("Job was restarted as {SECOND}"), 2),
    ]});
    let second = json!({"data": [
        event("job_start", "started", 3),
        event("training_complete", "trained", 4),
        event("job_complete", "done", 5),
    ]});
    let job = |id: &str, status: &str| {
        let mut job = together_job(id, "2026-01-01T00:00:00Z");
        job["status"] = status.into();
        job
    };
    fixed(&format!("/fine-tunes/{FIRST}"), job(FIRST, "error"))
        .merge(fixed(
            &format!("/fine-tunes/{SECOND}"),
            job(SECOND, "completed"),
        ))
        .merge(fixed(&format!("/fine-tunes/{FIRST}/events"), first))
        .merge(fixed(&format!("/fine-tunes/{SECOND}/events"), second))
}

const SECOND: &str = "ft-bbbbbbbb-0002";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_restarted_under_another_id_is_followed() {
    let both = Both::of([together_at("together", restarted()).await]).await;
    let first = "ft-aaaaaaaa-0001";
    let id = |job: &str, position: usize| format!("{job}-event-{position}");
    let all = [
        id(first, 1),
        id(first, 2),
        id(SECOND, 1),
        id(SECOND, 2),
        id(SECOND, 3),
    ];
    for start in 0..all.len() {
        // After an event of either job.
        let last = start.checked_sub(1).map(|index| &all[index]);
        let mut options = WatchOptions::new();
        options = options.intervals(Duration::from_millis(5), Duration::from_millis(5));
        options.after_event = last.cloned();
        let mut changes = both.providers.watch(first, &options);
        let (mut told, mut finished) = (Vec::new(), None);
        while let Some(change) = changes.next().await {
            match change.unwrap() {
                Change::Event { event, .. } => told.push(event.id),
                Change::Finished(job) => finished = Some(job.id),
                _ => {}
            }
        }
        assert_eq!(told, all[start..], "after {last:?}");
        assert_eq!(finished.as_deref(), Some(SECOND));

        let path = format!("/v1/fine_tuning/jobs/{first}/events?stream=true");
        let mut request = both.gateway.http.get(both.gateway.url(&path));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let text = request.send().await.unwrap().text();
        let text = tokio::time::timeout(Duration::from_secs(10), text);
        let text = text.await.unwrap().unwrap();
        let sent = text.lines().filter_map(|line| line.strip_prefix("id:"));
        let sent: Vec<&str> = sent.map(str::trim).collect();
        assert_eq!(sent, all[start..], "after {last:?}");
        assert!(text.trim_end().ends_with("[DONE]"), "{text}");
    }
}
