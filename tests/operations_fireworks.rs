//! What Fireworks' operations put on the wire, and what they make of answers.
#![cfg(feature = "fireworks")]

use crate::loopback;

use std::collections::BTreeMap;

use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::fireworks::{self, types};
use unitune::transport::Upload;
use unitune::wire::Secret;

fn client(server: &Server) -> fireworks::Client {
    fireworks::Client::builder()
        .api_key("fw-test")
        .base_url(&server.url)
        .retries(0)
        .build()
        .unwrap()
}

fn job(collection: &str) -> Value {
    json!({
        "name": format!("accounts/a/{collection}/j"), "displayName": "", "dataset": "accounts/a/datasets/d",
        "evaluator": "accounts/a/evaluators/e", "createTime": "2026-08-30T12:00:00.123456789Z",
        "state": "JOB_STATE_PENDING", "status": {"code": "OK", "message": ""}, "wandbConfig": null,
    })
}

fn dataset() -> Value {
    json!({
        "name": "accounts/a/datasets/d", "displayName": "d", "createTime": "2026-08-30T12:00:00Z",
        "state": "READY", "status": null, "exampleCount": "12", "userUploaded": {},
    })
}

/// Answers `answer`, makes the call, and checks method, target and body.
macro_rules! operation {
    ($name:ident, $answer:expr, |$client:ident| $call:expr, $method:literal $target:literal, $body:expr) => {
        #[tokio::test]
        async fn $name() {
            let server = Server::start().await;
            server.answer(Answer::json($answer));
            let $client = client(&server);
            $call.await.unwrap();
            let received = server.last();
            assert_eq!(
                format!("{} {}", received.method, received.target),
                concat!($method, " /v1/accounts", $target)
            );
            assert_eq!(received.header("authorization"), Some("Bearer fw-test"));
            assert_eq!(received.json(), $body);
        }
    };
}

operation!(list_accounts, json!({"accounts": [{"name": "accounts/a"}]}),
    |c| c.list_accounts(fireworks::ListAccountsOptions::new().page_size(2_i64)),
    "GET" "?pageSize=2", Value::Null);

operation!(list_supervised_jobs, json!({"supervisedFineTuningJobs": [job("supervisedFineTuningJobs"), 7]}),
    |c| c.list_supervised_jobs("a", fireworks::ListSupervisedJobsOptions::new()
        .page_size(2_i64).page_token("t").order_by("create_time desc").filter("x=1").read_mask("*")),
    "GET" "/a/supervisedFineTuningJobs?filter=x%3D1&orderBy=create_time+desc&pageSize=2&pageToken=t&readMask=*", Value::Null);
operation!(list_dpo_jobs, json!({"dpoJobs": null, "nextPageToken": null}),
    |c| c.list_dpo_jobs("a", fireworks::ListDpoJobsOptions::new()),
    "GET" "/a/dpoJobs", Value::Null);
operation!(list_reinforcement_jobs, json!({}),
    |c| c.list_reinforcement_jobs("a", fireworks::ListReinforcementJobsOptions::new()),
    "GET" "/a/reinforcementFineTuningJobs", Value::Null);

operation!(retrieve_supervised_job, job("supervisedFineTuningJobs"),
    |c| c.retrieve_supervised_job("a", "j", fireworks::RetrieveSupervisedJobOptions::new()),
    "GET" "/a/supervisedFineTuningJobs/j", Value::Null);
operation!(retrieve_dpo_job, job("dpoJobs"),
    |c| c.retrieve_dpo_job("a", "j", fireworks::RetrieveDpoJobOptions::new().read_mask("name")),
    "GET" "/a/dpoJobs/j?readMask=name", Value::Null);
operation!(retrieve_reinforcement_job, job("reinforcementFineTuningJobs"),
    |c| c.retrieve_reinforcement_job("a", "j", fireworks::RetrieveReinforcementJobOptions::new()),
    "GET" "/a/reinforcementFineTuningJobs/j", Value::Null);

operation!(create_supervised_job, job("supervisedFineTuningJobs"), |c| {
    let mut body = types::SupervisedJob::new("accounts/a/datasets/d");
    body.epochs = Some(2);
    let mut wandb = types::WandbConfig::default();
    wandb.api_key = Some("wb-secret".into());
    body.wandb_config = Some(wandb);
    assert!(!format!("{body:?}").contains("wb-secret"));
    let options = fireworks::CreateSupervisedJobOptions::new().supervised_fine_tuning_job_id("j");
    async move { c.create_supervised_job("a", &body, options).await }
}, "POST" "/a/supervisedFineTuningJobs?supervisedFineTuningJobId=j", json!({
    "dataset": "accounts/a/datasets/d", "epochs": 2, "wandbConfig": {"apiKey": "wb-secret"},
}));
operation!(create_dpo_job, job("dpoJobs"), |c| {
    let body = types::DpoJob::new("d");
    let options = fireworks::CreateDpoJobOptions::new().dpo_job_id("j");
    async move { c.create_dpo_job("a", &body, options).await }
}, "POST" "/a/dpoJobs?dpoJobId=j", json!({"dataset": "d"}));
operation!(create_reinforcement_job, job("reinforcementFineTuningJobs"), |c| {
    let body = types::ReinforcementJob::new("d", "e");
    let options = fireworks::CreateReinforcementJobOptions::new();
    let options = options.reinforcement_fine_tuning_job_id("j");
    async move { c.create_reinforcement_job("a", &body, options).await }
}, "POST" "/a/reinforcementFineTuningJobs?reinforcementFineTuningJobId=j",
    json!({"dataset": "d", "evaluator": "e"}));

operation!(cancel_supervised_job, json!({}),
    |c| async move { c.cancel_supervised_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/supervisedFineTuningJobs/j:cancel", json!({}));
operation!(cancel_dpo_job, json!({}),
    |c| async move { c.cancel_dpo_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/dpoJobs/j:cancel", json!({}));
operation!(cancel_reinforcement_job, json!({}),
    |c| async move { c.cancel_reinforcement_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/reinforcementFineTuningJobs/j:cancel", json!({}));
operation!(resume_supervised_job, job("supervisedFineTuningJobs"),
    |c| async move { c.resume_supervised_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/supervisedFineTuningJobs/j:resume", json!({}));
operation!(resume_dpo_job, job("dpoJobs"),
    |c| async move { c.resume_dpo_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/dpoJobs/j:resume", json!({}));
operation!(resume_reinforcement_job, job("reinforcementFineTuningJobs"),
    |c| async move { c.resume_reinforcement_job("a", "j", &types::Empty::default()).await },
    "POST" "/a/reinforcementFineTuningJobs/j:resume", json!({}));
operation!(delete_supervised_job, json!({}), |c| c.delete_supervised_job("a", "j"),
    "DELETE" "/a/supervisedFineTuningJobs/j", Value::Null);
operation!(delete_dpo_job, json!({}), |c| c.delete_dpo_job("a", "j"),
    "DELETE" "/a/dpoJobs/j", Value::Null);
operation!(delete_reinforcement_job, json!({}), |c| c.delete_reinforcement_job("a", "j"),
    "DELETE" "/a/reinforcementFineTuningJobs/j", Value::Null);

operation!(estimate_supervised_job_cost, json!({"estimatedCost": {"currencyCode": "USD", "units": "3", "nanos": 5}}),
    |c| async move { c.estimate_supervised_job_cost("a", &types::SupervisedJob::new("d")).await },
    "POST" "/a/supervisedFineTuningJobs:estimateCost", json!({"dataset": "d"}));
operation!(locate_dpo_job_metrics, json!({"signedUrl": "https://x/y"}),
    |c| c.locate_dpo_job_metrics("a", "j"),
    "GET" "/a/dpoJobs/j:getMetricsFileEndpoint", Value::Null);
operation!(locate_reinforcement_job_metrics, json!({"signedUrl": "https://x/y"}),
    |c| c.locate_reinforcement_job_metrics("a", "j"),
    "GET" "/a/reinforcementFineTuningJobs/j:getMetricsFileEndpoint", Value::Null);
operation!(retrieve_model, json!({"name": "accounts/fireworks/models/m", "baseModelDetails": {"parameterCount": 8}}),
    |c| c.retrieve_model("fireworks", "m", fireworks::RetrieveModelOptions::new()),
    "GET" "/fireworks/models/m", Value::Null);

operation!(list_datasets, json!({"datasets": [dataset()]}),
    |c| c.list_datasets("a", fireworks::ListDatasetsOptions::new().filter("state=READY")),
    "GET" "/a/datasets?filter=state%3DREADY", Value::Null);
operation!(create_dataset, dataset(), |c| {
    let mut dataset = types::Dataset::default();
    dataset.example_count = Some(types::Int64::Text("12".to_owned()));
    dataset.user_uploaded = Some(types::Empty::default());
    let body = types::CreateDatasetRequest::new(dataset, "d");
    async move { c.create_dataset("a", &body).await }
}, "POST" "/a/datasets", json!({
    "datasetId": "d", "dataset": {"exampleCount": "12", "userUploaded": {}},
}));
operation!(retrieve_dataset, dataset(),
    |c| c.retrieve_dataset("a", "d", fireworks::RetrieveDatasetOptions::new()),
    "GET" "/a/datasets/d", Value::Null);
operation!(delete_dataset, json!({}), |c| c.delete_dataset("a", "d"),
    "DELETE" "/a/datasets/d", Value::Null);
operation!(locate_dataset_upload, json!({"filenameToSignedUrls": {"a.jsonl": "https://x/y"}}), |c| {
    let sizes = BTreeMap::from([("a.jsonl".to_owned(), "7".to_owned())]);
    let body = types::DatasetUploadRequest::new(sizes);
    async move { c.locate_dataset_upload("a", "d", &body).await }
}, "POST" "/a/datasets/d:getUploadEndpoint", json!({"filenameToSize": {"a.jsonl": "7"}}));
operation!(validate_dataset_upload, json!({}),
    |c| async move { c.validate_dataset_upload("a", "d", &types::Empty::default()).await },
    "POST" "/a/datasets/d:validateUpload", json!({}));
operation!(locate_dataset_download, json!({"filenameToSignedUrls": {}}),
    |c| c.locate_dataset_download("a", "d", fireworks::LocateDatasetDownloadOptions::new()
        .download_lineage(true)),
    "GET" "/a/datasets/d:getDownloadEndpoint?downloadLineage=true", Value::Null);

#[tokio::test]
async fn upload_dataset() {
    let server = Server::start().await;
    server.answer(Answer::json(json!({"id": "d", "bytes": 3})));
    let file = Upload::from_bytes("a.jsonl", "{}\n");
    client(&server)
        .upload_dataset("a", "d", file)
        .await
        .unwrap();
    let received = server.last();
    let target = format!("{} {}", received.method, received.target);
    assert_eq!(target, "POST /v1/accounts/a/datasets/d:upload");
    assert_eq!(received.form()["file; filename=a.jsonl"], "{}\n");

    let file = Upload::from_bytes("a.jsonl", "{}\n");
    let error = client(&server)
        .upload_dataset("a", "..", file)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), unitune::ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn signed_urls_get_no_key() {
    let server = Server::start().await;
    let url = Secret::from(format!("{}/storage/x?X-Goog-Signature=abc", server.url));
    server.answer(Answer::bytes(b""));
    let client = client(&server);
    let file = Upload::from_bytes("a.jsonl", "{}\n");
    client.send_to_signed_url(&url, &file).await.unwrap();
    let sent = server.last();
    assert_eq!(
        format!("{} {}", sent.method, sent.target),
        "PUT /storage/x?X-Goog-Signature=abc"
    );
    assert_eq!(sent.header("authorization"), None);
    assert_eq!(
        sent.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(sent.header("x-goog-content-length-range"), Some("3,3"));
    assert_eq!(sent.header("content-length"), Some("3"));
    assert_eq!(&*sent.body, b"{}\n");

    server.answer(Answer::bytes(b"{}\n"));
    let download = client.read_signed_url(&url).await.unwrap();
    assert_eq!(download.bytes(10).await.unwrap(), b"{}\n");
    assert_eq!(server.last().header("authorization"), None);

    server.answer(Answer::bytes(b"<Error><Code>ExpiredToken</Code></Error>").status(400));
    let error = client.read_signed_url(&url).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(!format!("{error} {error:?}").contains("abc"), "{error:?}");
}
