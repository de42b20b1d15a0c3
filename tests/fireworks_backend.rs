//! Fireworks' jobs and datasets across its three lists, against the sandbox.
#![cfg(all(feature = "fireworks", feature = "openai", feature = "together"))]

mod loopback;
mod stage;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use loopback::clock::TestClock;
use loopback::{Answer, Server};
use serde_json::{Value, json};
use stage::Stage;
use unitune::fireworks::Client;
use unitune::providers::{
    Account, Backend, Call, Change, Config, Draft, FileUpload, IdKind, ListQuery, PageQuery,
    Providers, Recognition, WatchOptions,
};
use unitune::transport::{CallOptions, Upload};
use unitune::unify::{Context, CreateRequest, EventKind, Job, Status, Usd};
use unitune::{Error, ErrorKind};
use unitune_sandbox::{Sandbox, Vendor};

const MODEL: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";

async fn stage() -> (Stage, Client, Providers) {
    let stage = Stage::with(Sandbox::builder().all_awkward(false)).await;
    let client = stage.fireworks().build().unwrap();
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend(
            "fw",
            stage.fireworks().build().unwrap(),
        ))
        .unwrap();
    (stage, client, providers)
}

fn call() -> Call {
    Call::new(CallOptions::new(), Context::new("fw"))
}

fn inject(stage: &Stage, spec: &str) {
    stage.sandbox.inject(spec.parse().unwrap());
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

fn examples(count: usize) -> Upload {
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    Upload::from_bytes("train set.jsonl", format!("{line}\n").repeat(count))
}

/// The id of a dataset that jobs can be trained with.
async fn dataset(providers: &Providers) -> String {
    let file = providers
        .upload_file("fw", FileUpload::new(examples(20)))
        .await;
    file.unwrap().id
}

fn draft(dataset: &str) -> Draft {
    Draft::from_request(CreateRequest::new(MODEL, dataset)).account("fw")
}

#[tokio::test]
async fn three_lists_are_one_newest_first() {
    let (_stage, client, providers) = stage().await;
    let all = providers.list(&ListQuery::new()).await.unwrap();
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    let kinds: BTreeSet<&str> = all.jobs.iter().map(|job| &job.id[..4]).collect();
    assert_eq!(kinds, BTreeSet::from(["dpo:", "rft:", "sft:"]));
    let times: Vec<_> = all.jobs.iter().map(|job| job.created_at).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");

    // The backend's own pages, by its cursors.
    for limit in [1, 3, 7, 100] {
        let (mut jobs, mut query) = (Vec::new(), PageQuery::new().limit(limit));
        loop {
            let page = Backend::list(&client, &call(), &query).await.unwrap();
            assert!(page.items.len() <= limit);
            jobs.extend(page.items);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(ids(&jobs), ids(&all.jobs), "pages of {limit}");
    }

    // And a list that goes on after any job.
    let (mut jobs, mut query) = (Vec::<Job>::new(), ListQuery::new().limit(4));
    loop {
        let list = providers.list(&query).await.unwrap();
        jobs.extend(list.jobs);
        if !list.has_more {
            break;
        }
        query = query.after(jobs.last().unwrap());
    }
    assert_eq!(ids(&jobs), ids(&all.jobs));
}

#[tokio::test]
async fn a_job_that_appears_while_pages_are_read_disturbs_none() {
    let (_stage, client, providers) = stage().await;
    let data = dataset(&providers).await;
    let before = providers.list(&ListQuery::new()).await.unwrap().jobs;
    let (mut jobs, mut query) = (Vec::new(), PageQuery::new().limit(3));
    let mut made = 0;
    loop {
        let page = Backend::list(&client, &call(), &query).await.unwrap();
        jobs.extend(page.items);
        if made < 4 {
            providers.create(&draft(&data)).await.unwrap();
            made += 1;
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(ids(&jobs), ids(&before), "no job twice, and none lost");
}

#[tokio::test]
async fn an_id_is_understood_in_each_form() {
    let (stage, client, providers) = stage().await;
    let job = providers.retrieve("sft:support-v2").await.unwrap();
    assert_eq!(
        (job.id.as_str(), job.status),
        ("sft:support-v2", Status::Succeeded)
    );
    assert_eq!(job.organization_id, "sandbox");
    for id in [
        "support-v2",
        "supervisedFineTuningJobs/support-v2",
        "accounts/sandbox/supervisedFineTuningJobs/support-v2",
    ] {
        assert_eq!(providers.retrieve(id).await.unwrap().id, job.id, "{id}");
    }
    // One id of two jobs of different kinds.
    let error = providers.retrieve("trial").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().contains("sft:trial, dpo:trial"),
        "{error}"
    );
    assert_eq!(
        providers.retrieve("dpo:trial").await.unwrap().status,
        Status::Succeeded
    );
    for id in ["rft:trial", "nobody"] {
        assert!(
            providers.retrieve(id).await.unwrap_err().is_not_found(),
            "{id}"
        );
    }
    // A look that failed is no answer: the id could be of that kind.
    inject(&stage, "fireworks.retrieveDpoJob:400");
    let error = providers.retrieve("support-v2").await.unwrap_err();
    assert_eq!(error.status(), Some(400));

    for (id, recognition) in [
        ("dpo:x", Recognition::Yes),
        ("accounts/a/dpoJobs/x", Recognition::Yes),
        ("x-1", Recognition::Maybe),
        ("ft:gpt-4o:org::x", Recognition::No),
    ] {
        assert_eq!(client.recognize(id, IdKind::Job), recognition, "{id}");
    }
}

#[tokio::test]
async fn each_kind_is_created_changed_and_deleted() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    for (kind, method) in [
        ("sft", json!({"type": "supervised"})),
        (
            "dpo",
            json!({"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}),
        ),
        (
            "rft",
            json!({"type": "reinforcement", "reinforcement": {"evaluator": "accuracy"}}),
        ),
    ] {
        let draft = draft(&data).with(|request| {
            request.method = method.as_object().cloned();
            request.hyperparameters = json!({"n_epochs": 2}).as_object().cloned();
        });
        let created = providers.create(&draft).await.unwrap();
        let id = created.job.id.clone();
        assert!(id.starts_with(&format!("{kind}:unitune-")), "{id}");
        assert_eq!(created.job.status, Status::Queued);
        assert_eq!(created.job.training_file, data);
        assert_eq!(created.estimate.is_some(), kind == "sft");
        let there = providers.retrieve(&id).await.unwrap();
        assert_eq!(
            there.hyperparameters.unwrap().get("n_epochs"),
            Some(json!(2))
        );
        let cancelled = providers.cancel(&id).await.unwrap();
        assert!(
            cancelled.status == Status::Cancelled
                || cancelled.provider.status.ends_with("CANCELLING"),
            "{cancelled:?}"
        );
        let error = providers.pause(&id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        providers.delete(&id).await.unwrap();
        let gone = providers.retrieve(&id).await;
        assert!(gone.is_err_and(|e| e.is_not_found()) || kind != "?");
    }
    let resumed = providers.resume("sft:night-run").await.unwrap();
    assert_eq!(
        (resumed.id.as_str(), resumed.status),
        ("sft:night-run", Status::Queued)
    );
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_job() {
    let (stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let count = || async { providers.list(&ListQuery::new()).await.unwrap().jobs.len() };
    let before = count().await;
    for (number, fault) in [
        "reset-after-body@once",
        "reset-after-body",
        "503@once",
        "truncate@once",
        "429@once",
    ]
    .into_iter()
    .enumerate()
    {
        inject(&stage, &format!("fireworks.createSupervisedJob:{fault}"));
        let created = providers.create(&draft(&data)).await;
        stage.sandbox.clear_faults();
        let created = created.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(count().await, before + number + 1, "{fault}");
        assert_eq!(created.job.training_file, data);
    }
    // One that surely failed is an error, and there is no job.
    let before = count().await;
    inject(&stage, "fireworks.createSupervisedJob:503");
    let error = providers.create(&draft(&data)).await.unwrap_err();
    assert_eq!(error.status(), Some(503), "{error}");
    stage.sandbox.clear_faults();
    assert_eq!(count().await, before);
}

#[tokio::test]
async fn an_id_of_ones_own_is_the_same_job_or_a_conflict() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let own = |epochs: u64| {
        draft(&data).with(|request| {
            request.extra.insert("jobId".to_owned(), "my-own".into());
            request.hyperparameters = json!({"n_epochs": epochs, "learning_rate": 2e-5})
                .as_object()
                .cloned();
        })
    };
    let first = providers.create(&own(2)).await.unwrap().job;
    assert_eq!(first.id, "sft:my-own");
    let again = providers.create(&own(2)).await.unwrap().job;
    assert_eq!(again.id, first.id);
    let error = providers.create(&own(3)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("sft:my-own"), "{error}");

    // A caller's idempotency key makes the id.
    let keyed = providers.with_options(&CallOptions::new().idempotency_key("order-7"));
    let first = keyed.create(&draft(&data)).await.unwrap().job;
    let again = keyed.create(&draft(&data)).await.unwrap().job;
    assert_eq!(first.id, again.id);
}

#[tokio::test]
async fn a_limit_of_costs_is_kept_where_there_is_an_estimate() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let cheap = draft(&data).max_cost(Usd::from_nanos(1));
    let error = providers.create(&cheap).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CostLimit);
    let dpo = draft(&data)
        .max_cost(Usd::from_nanos(i64::MAX))
        .with(|request| {
            request.method = json!({"type": "dpo"}).as_object().cloned();
        });
    let error = providers.create(&dpo).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[tokio::test]
async fn an_upload_is_looked_at_and_comes_back() {
    let (stage, client, providers) = stage().await;
    let progress = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&progress);
    let upload = examples(25).on_progress(move |sent, _| seen.store(sent, Ordering::Relaxed));
    let length = upload.length().unwrap();
    let file = providers
        .upload_file("fw", FileUpload::new(upload))
        .await
        .unwrap();
    assert_eq!(file.status, "processed");
    assert_eq!(file.filename.as_deref(), Some("train set.jsonl"));
    assert_eq!(u64::try_from(file.bytes).unwrap(), length);
    assert_eq!(progress.load(Ordering::Relaxed), length);
    assert!(file.id.starts_with("train-set-jsonl-"), "{}", file.id);
    assert_eq!(file.provider.extra["exampleCount"], "25");

    let there = providers.file(("fw", file.id.as_str())).await.unwrap();
    assert_eq!(
        (there.id.as_str(), there.status.as_str()),
        (&*file.id, "processed")
    );
    let full = format!("accounts/sandbox/datasets/{}", file.id);
    assert_eq!(providers.file(("fw", &*full)).await.unwrap().id, file.id);
    let all = providers.list_files().await;
    assert!(
        all.files.iter().any(|found| found.id == file.id),
        "{:?}",
        all.files
    );
    let content = providers
        .download_file(("fw", file.id.as_str()))
        .await
        .unwrap();
    let content = content.bytes(1 << 20).await.unwrap();
    assert_eq!(content.iter().filter(|byte| **byte == b'\n').count(), 25);
    providers
        .delete_file(("fw", file.id.as_str()))
        .await
        .unwrap();
    assert!(
        providers
            .file(("fw", file.id.as_str()))
            .await
            .unwrap_err()
            .is_not_found()
    );

    // What can be read once is kept until it has been counted.
    let line = Bytes::from_static(b"{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]}\n");
    let pieces = stream::iter(vec![line; 12]).map(Ok::<_, Error>);
    let once = Upload::from_stream("once.jsonl", pieces, None);
    let file = providers
        .upload_file("fw", FileUpload::new(once))
        .await
        .unwrap();
    assert_eq!(file.provider.extra["exampleCount"], "12");
    assert!(stage.count(Vendor::Fireworks, "uploadDataset") >= 2);

    let empty = Upload::from_bytes("empty.jsonl", " \n\n");
    let error = Backend::files(&client)
        .unwrap()
        .upload(&call(), FileUpload::new(empty))
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn what_breaks_off_is_tried_again_or_cleaned_up() {
    let (stage, client, providers) = stage().await;
    let names = || async {
        let files = providers.list_files().await.files;
        files
            .into_iter()
            .map(|file| file.id)
            .collect::<HashSet<_>>()
    };
    let before = names().await;
    for fault in [
        "createDataset:reset-after-body@once",
        "uploadDataset:503@once",
        "uploadDataset:reset-after-body@once",
        "retrieveDataset:reset-before-body@once",
    ] {
        inject(&stage, &format!("fireworks.{fault}"));
        let file = providers
            .upload_file("fw", FileUpload::new(examples(12)))
            .await;
        stage.sandbox.clear_faults();
        let file = file.unwrap_or_else(|error| panic!("{fault}: {error}"));
        providers
            .delete_file(("fw", file.id.as_str()))
            .await
            .unwrap();
    }
    for fault in [
        "uploadDataset:400",
        "uploadDataset:503",
        "retrieveDataset:403",
    ] {
        inject(&stage, &format!("fireworks.{fault}"));
        let error = providers
            .upload_file("fw", FileUpload::new(examples(12)))
            .await;
        stage.sandbox.clear_faults();
        assert!(error.is_err(), "{fault}");
        assert_eq!(names().await, before, "{fault}");
    }
    // Nobody waits any more.
    inject(&stage, "fireworks.uploadDataset:delay=5s");
    let call = call();
    let upload = Backend::files(&client)
        .unwrap()
        .upload(&call, FileUpload::new(examples(12)));
    assert!(
        tokio::time::timeout(Duration::from_millis(500), upload)
            .await
            .is_err()
    );
    stage.sandbox.clear_faults();
    for _ in 0..50 {
        if stage.count(Vendor::Fireworks, "deleteDataset") > 6 && names().await == before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the dataset is left");
}

/// The steps of a file that is too large for one call.
#[tokio::test]
async fn a_large_file_goes_to_a_signed_url() {
    let (server, clock) = (Server::start().await, TestClock::new());
    let client = Client::builder()
        .base_url(&server.url)
        .api_key("fw-key")
        .clock(clock);
    let client = client.account_id("accounts/a").build().unwrap();
    let dataset = |state: &str| {
        Answer::json(json!({
            "name": "accounts/a/datasets/d", "createTime": "2026-08-30T12:00:00Z", "state": state,
            "status": {"code": "OK", "message": ""}, "exampleCount": "151",
        }))
    };
    server.answer(dataset("UPLOADING"));
    let url = format!("{}/storage/d?X-Goog-Signature=abc", server.url);
    server.answer(Answer::json(
        json!({"filenameToSignedUrls": {"big.jsonl": url}}),
    ));
    server.answer(Answer::bytes(b"").status(503));
    server.answer(Answer::bytes(b""));
    server.answer(Answer::json(json!({})));
    server.answer(dataset("UPLOADING"));
    server.answer(dataset("READY"));
    let mut line = vec![b'x'; 1_000_000];
    line[999_999] = b'\n';
    let line = Bytes::from(line);
    let source = move || stream::iter(vec![line.clone(); 151]).map(Ok::<_, Error>);
    let upload = Upload::from_source("big.jsonl", source, None);
    let file = Backend::files(&client)
        .unwrap()
        .upload(&call(), FileUpload::new(upload))
        .await;
    assert_eq!(file.unwrap().bytes, 151_000_000);
    let all = server.all();
    let lines: Vec<String> = all
        .iter()
        .map(|r| format!("{} {}", r.method, r.target.split(['?']).next().unwrap()))
        .collect();
    let id = all[0].json()["datasetId"].as_str().unwrap().to_owned();
    let of = |verb: &str| format!("/v1/accounts/a/datasets/{id}{verb}");
    assert_eq!(
        lines,
        [
            "POST /v1/accounts/a/datasets".to_owned(),
            format!("POST {}", of(":getUploadEndpoint")),
            "PUT /storage/d".to_owned(),
            "PUT /storage/d".to_owned(),
            format!("POST {}", of(":validateUpload")),
            format!("GET {}", of("")),
            format!("GET {}", of("")),
        ]
    );
    assert_eq!(all[0].json()["dataset"]["exampleCount"], "151");
    assert_eq!(
        all[1].json(),
        json!({"filenameToSize": {"big.jsonl": "151000000"}})
    );
    for put in &all[2..4] {
        assert_eq!(put.header("authorization"), None);
        assert_eq!(
            put.header("x-goog-content-length-range"),
            Some("151000000,151000000")
        );
        assert_eq!(put.body.len(), 151_000_000);
    }
}

#[tokio::test]
async fn events_and_metrics_are_made_of_the_job() {
    let (_stage, _, providers) = stage().await;
    for id in ["sft:support-v2", "dpo:trial", "rft:solver-v1"] {
        let metrics = providers.metrics(id).await.unwrap();
        assert!(
            !metrics.is_empty() && metrics[0].step == Some(1),
            "{id}: {metrics:?}"
        );
        assert!(metrics[0].values.contains_key("train/loss") && metrics[0].logged_at.is_some());
        let events = providers.events(id, &PageQuery::new()).await.unwrap();
        assert!(events.warnings.is_empty(), "{:?}", events.warnings);
        let first = &events.data[0];
        assert_eq!(
            first.data.as_ref().unwrap()["type"],
            "JOB_STATE_COMPLETED",
            "{id}"
        );
        assert_eq!(events.data.last().unwrap().message, "Job created");
        let steps = events
            .data
            .iter()
            .filter(|event| event.kind == EventKind::Metrics)
            .count();
        assert_eq!(steps, metrics.len());
        assert!(
            events
                .data
                .iter()
                .all(|event| event.provider.extra.contains_key("derived_from"))
        );
        // A log goes on after any of its events.
        let after = PageQuery::new().after(&*first.id).limit(3);
        let rest = providers.events(id, &after).await.unwrap();
        assert_eq!(rest.data[0].id, events.data[1].id);
    }
    // There is no file before the first step.
    let list = providers
        .list(&ListQuery::new().status(Status::Queued))
        .await
        .unwrap();
    let metrics = providers.metrics(&list.jobs[0].id).await.unwrap();
    assert!(metrics.is_empty(), "{metrics:?}");
}

#[tokio::test]
async fn a_watch_sees_each_state_as_an_event() {
    let (_stage, _, providers) = stage().await;
    let data = dataset(&providers).await;
    let job = providers.create(&draft(&data)).await.unwrap().job;
    let options = WatchOptions::new().intervals(Duration::from_secs(2), Duration::from_secs(4));
    let mut watch = providers.watch(&job.id, &options);
    let (mut states, mut steps, mut end) = (Vec::new(), 0, None);
    while let Some(change) = watch.next().await {
        match change.unwrap() {
            Change::Event { event, .. } => {
                match event.data.as_ref().and_then(|data| data.get("type")) {
                    Some(state) => states.push(state.as_str().unwrap().to_owned()),
                    None => steps += usize::from(event.kind == EventKind::Metrics),
                }
            }
            Change::Finished(job) => end = Some(job),
            _ => {}
        }
    }
    assert_eq!(end.unwrap().status, Status::Succeeded);
    assert!(states.len() >= 3, "{states:?}");
    assert_eq!(states.last().unwrap(), "JOB_STATE_COMPLETED");
    assert!(steps > 0);
}

#[tokio::test]
async fn the_account_is_configured_or_the_only_one() {
    let server = Server::start().await;
    let client = |account: Option<&str>| {
        let mut builder = Client::builder()
            .base_url(&server.url)
            .api_key("fw-key")
            .retries(0);
        if let Some(account) = account {
            builder = builder.account_id(account);
        }
        builder.build().unwrap()
    };
    assert_eq!(&*client(Some("a")).account_id().await.unwrap(), "a");
    assert_eq!(
        &*client(Some("accounts/a")).account_id().await.unwrap(),
        "a"
    );
    assert_eq!(server.count(), 0);

    let accounts = |names: &[&str]| {
        let accounts: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": format!("accounts/{name}")}))
            .collect();
        Answer::json(json!({"accounts": accounts, "nextPageToken": ""}))
    };
    server.answer(accounts(&["only"]));
    let one = client(None);
    for _ in 0..2 {
        assert_eq!(&*one.account_id().await.unwrap(), "only");
    }
    assert_eq!(server.count(), 1, "it is asked for once");
    assert_eq!(server.last().target, "/v1/accounts?pageSize=2");
    for (names, word) in [(&["a", "b"][..], "a and b"), (&[], "no account")] {
        server.answer(accounts(names));
        let error = client(None).account_id().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(word), "{error}");
        assert!(
            error.to_string().contains("FIREWORKS_ACCOUNT_ID"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_account_stands_in_the_configuration() {
    let server = Server::start().await;
    let text = format!(
        "[[account]]\nname = \"fw\"\nvendor = \"fireworks\"\nkey = \"k\"\naccount_id = \"acme\"\nbase_url = \"{}\"\n",
        server.url
    );
    let providers = Config::from_toml(&text).unwrap().into_providers();
    server.answer(Answer::json(
        json!({"name": "accounts/acme/dpoJobs/x", "dataset": "d"}),
    ));
    providers.retrieve("dpo:x").await.unwrap();
    assert_eq!(server.last().target, "/v1/accounts/acme/dpoJobs/x");

    let error = Config::from_toml(&text.replace("fireworks", "openai")).unwrap_err();
    assert!(error.to_string().contains("account_id"), "{error}");
}

/// The limit of an account without a payment method.
#[tokio::test]
async fn errors_say_what_the_vendor_says() {
    let server = Server::start().await;
    let client = Client::builder().base_url(&server.url).api_key("fw-key");
    let client = client.account_id("a").retries(0).build().unwrap();
    for (status, body, kind, code) in [
        (
            429,
            json!({"code": 8, "message": "too many", "details": [{"reason": "RATE"}]}),
            "RESOURCE_EXHAUSTED",
            "RATE",
        ),
        (
            412,
            json!({"code": 9, "message": "suspended"}),
            "FAILED_PRECONDITION",
            "FAILED_PRECONDITION",
        ),
        (
            403,
            json!({"error": {"message": "bad key fw-key", "type": "t", "code": "UNAUTHORIZED"}}),
            "t",
            "UNAUTHORIZED",
        ),
    ] {
        server.answer(Answer::json(body).status(status));
        let error = Backend::job(&client, &call(), "dpo:x").await.unwrap_err();
        assert_eq!(
            (error.status(), error.vendor_type(), error.vendor_code()),
            (Some(status), Some(kind), Some(code))
        );
        assert!(!error.to_string().contains("fw-key"), "{error}");
        assert_eq!(error.is_auth(), status == 403);
    }
    // A kind of job that the account may not have takes the others with it not.
    let job = json!({"name": "accounts/a/dpoJobs/x", "dataset": "d", "createTime": "2026-08-30T12:00:00Z"});
    let mut providers = Providers::new();
    providers.add(Account::with_backend("fw", client)).unwrap();
    for _ in 0..3 {
        server.answer(Answer::json(json!({"dpoJobs": [job], "supervisedFineTuningJobs": [], "reinforcementFineTuningJobs": []})));
    }
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(ids(&list.jobs), ["dpo:x"]);
    assert!(list.warnings.is_empty());
}
