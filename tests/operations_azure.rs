//! What Azure's operations put on the wire, under each form of the address and
//! with each credential; and what they make of answers.
#![cfg(feature = "azure")]

use crate::loopback;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::azure::{self, types};
use unitune::transport::{Token, TokenSource, Upload};
use unitune::{Error, ErrorKind};

fn client(server: &Server) -> azure::Client {
    azure::Client::builder()
        .api_key("az-test")
        .base_url(&server.url)
        .retries(0)
        .build()
        .unwrap()
}

fn job() -> Value {
    json!({
        "object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4.1-mini-2025-04-14",
        "created_at": 1, "organization_id": null, "result_files": null, "status": "pending",
        "training_file": "file-1", "method": null, "hyperparameters": {"n_epochs": -1},
    })
}

fn file() -> Value {
    json!({
        "id": "file-1", "object": "file", "bytes": null, "created_at": 1,
        "filename": "a.jsonl", "purpose": "fine-tune", "status": "pending",
    })
}

fn list(item: Value) -> Value {
    json!({"object": "list", "data": [item], "has_more": false, "first_id": "a", "last_id": "a"})
}

/// Answers `answer`, makes the call, and checks method, target and body.
macro_rules! operation {
    ($name:ident, $answer:expr, |$client:ident| $call:expr, $method:literal $target:literal, $body:expr) => {
        #[tokio::test]
        async fn $name() {
            let server = Server::start().await;
            server.answer($answer);
            let $client = client(&server);
            $call.await.unwrap();
            let received = server.last();
            assert_eq!(
                format!("{} {}", received.method, received.target),
                concat!($method, " /openai/v1", $target)
            );
            assert_eq!(received.header("api-key"), Some("az-test"));
            assert_eq!(received.header("authorization"), None);
            let body: Value = $body;
            assert_eq!(received.json(), body);
        }
    };
}

operation!(create_job, Answer::json(job()).status(201), |c| {
    let mut body = types::CreateFineTuningJobRequest::new("gpt-4.1-mini-2025-04-14", "file-1");
    body.training_type = Some("GlobalStandard".to_owned());
    async move { c.create_job(&body).await }
}, "POST" "/fine_tuning/jobs",
   json!({"model": "gpt-4.1-mini-2025-04-14", "training_file": "file-1", "trainingType": "GlobalStandard"}));
operation!(list_jobs, Answer::json(list(job())), |c| c.list_jobs(
    azure::ListJobsOptions::new().after("ftjob-0").limit(5)
), "GET" "/fine_tuning/jobs?after=ftjob-0&limit=5", Value::Null);
operation!(retrieve_job, Answer::json(job()), |c| c.retrieve_job("ftjob/1"),
    "GET" "/fine_tuning/jobs/ftjob%2F1", Value::Null);
operation!(cancel_job, Answer::json(job()), |c| c.cancel_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/cancel", Value::Null);
operation!(pause_job, Answer::json(job()), |c| c.pause_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/pause", Value::Null);
operation!(resume_job, Answer::json(job()), |c| c.resume_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/resume", Value::Null);
operation!(list_job_events, Answer::json(list(json!({
    "object": "fine_tuning.job.event", "id": "e1", "created_at": 1, "level": "warning",
    "message": "started", "type": "message",
}))), |c| c.list_job_events(
    "ftjob-1", azure::ListJobEventsOptions::new().limit(2).after("e0")
), "GET" "/fine_tuning/jobs/ftjob-1/events?after=e0&limit=2", Value::Null);
operation!(list_job_checkpoints, Answer::json(list(json!({
    "object": "fine_tuning.job.checkpoint", "id": "c1", "created_at": 1, "step_number": 10,
    "fine_tuned_model_checkpoint": "m:ckpt-step-10", "fine_tuning_job_id": "ftjob-1", "metrics": {},
}))), |c| c.list_job_checkpoints(
    "ftjob-1", azure::ListJobCheckpointsOptions::new().limit(2)
), "GET" "/fine_tuning/jobs/ftjob-1/checkpoints?limit=2", Value::Null);

fn copies() -> Value {
    json!({
        "checkpointedModelName": "m:ckpt-step-10", "fineTuningJobId": "ftjob-1",
        "copiedAccountDetails": [
            {"destinationResourceId": "/subscriptions/s", "region": "swedencentral", "status": "InProgress"},
        ],
    })
}

#[tokio::test]
async fn copies_of_checkpoints_ask_for_the_preview() {
    let server = Server::start().await;
    let preview = types::CheckpointCopyPreview::Preview;
    let client = client(&server);
    server.answer(Answer::json(copies()));
    let request = types::CopyCheckpointRequest::new("/subscriptions/s", "swedencentral");
    let made = client
        .copy_checkpoint("ftjob-1", "c1", &preview, &request)
        .await
        .unwrap();
    assert_eq!(
        made.copied_account_details[0].status,
        types::CheckpointCopyStatus::InProgress
    );
    let received = server.last();
    assert_eq!(
        format!("{} {}", received.method, received.target),
        "POST /openai/v1/fine_tuning/jobs/ftjob-1/checkpoints/c1/copy"
    );
    assert_eq!(received.header("aoai-copy-ft-checkpoints"), Some("preview"));
    assert_eq!(
        received.json(),
        json!({"destinationResourceId": "/subscriptions/s", "region": "swedencentral"})
    );
    server.answer(Answer::json(copies()));
    client
        .list_checkpoint_copies("ftjob-1", "c1", &preview)
        .await
        .unwrap();
    let received = server.last();
    assert_eq!(
        format!("{} {}", received.method, received.target),
        "GET /openai/v1/fine_tuning/jobs/ftjob-1/checkpoints/c1/copy"
    );
    assert_eq!(received.header("aoai-copy-ft-checkpoints"), Some("preview"));
}

fn grader() -> types::Grader {
    types::GraderStringCheck::new(
        "{{sample.output_text}}",
        "same",
        types::GraderStringCheckOperation::Eq,
        "yes",
    )
    .into()
}

fn grader_json() -> Value {
    json!({"type": "string_check", "name": "same", "operation": "eq",
           "input": "{{sample.output_text}}", "reference": "yes"})
}

operation!(validate_grader, Answer::json(json!({"grader": grader_json()})), |c| {
    let body = types::ValidateGraderRequest::new(grader());
    async move { c.validate_grader(&body).await }
}, "POST" "/fine_tuning/alpha/graders/validate", json!({"grader": grader_json()}));
operation!(run_grader, Answer::json(json!({
    "reward": 1.0, "sub_rewards": {}, "model_grader_token_usage_per_model": {},
    "metadata": {"name": "same", "type": "string_check", "execution_time": 0.1, "scores": {},
        "token_usage": null, "sampled_model_name": null, "errors": {
            "formula_parse_error": false, "sample_parse_error": false,
            "truncated_observation_error": false, "unresponsive_reward_error": false,
            "invalid_variable_error": false, "other_error": false,
            "python_grader_server_error": false, "python_grader_server_error_type": null,
            "python_grader_runtime_error": false, "python_grader_runtime_error_details": null,
            "model_grader_server_error": false, "model_grader_refusal_error": false,
            "model_grader_parse_error": false, "model_grader_server_error_details": null}},
})), |c| {
    let body = types::RunGraderRequest::new(grader(), "yes");
    async move { c.run_grader(&body).await }
}, "POST" "/fine_tuning/alpha/graders/run",
   json!({"grader": grader_json(), "model_sample": "yes"}));

operation!(list_files, Answer::json(json!({"object": "list", "data": [file()]})), |c| c.list_files(
    azure::ListFilesOptions::new().purpose("fine-tune")
), "GET" "/files?purpose=fine-tune", Value::Null);
operation!(retrieve_file, Answer::json(file()), |c| c.retrieve_file("file-1"),
    "GET" "/files/file-1", Value::Null);
operation!(delete_file, Answer::json(json!({"id": "file-1", "object": "file", "deleted": true})),
    |c| c.delete_file("file-1"), "DELETE" "/files/file-1", Value::Null);
operation!(download_file, Answer::bytes(b"{}\n"), |c| c.download_file("file-1"),
    "GET" "/files/file-1/content", Value::Null);
operation!(import_file, Answer::json(file()).status(201), |c| {
    let url = "https://a.example/train.jsonl?sig=do-not-show";
    let body = types::ImportFileRequest::new(url, "a.jsonl", types::UploadPurpose::FineTune);
    assert!(!format!("{body:?}").contains("do-not-show"));
    async move { c.import_file(&body).await }
}, "POST" "/files/import", json!({
    "content_url": "https://a.example/train.jsonl?sig=do-not-show", "filename": "a.jsonl",
    "purpose": "fine-tune",
}));
operation!(list_models, Answer::json(json!({"object": "list", "data": [
    {"id": "gpt-4.1", "object": "model", "created": 1, "owned_by": "system",
     "capabilities": {"fine_tune": true}},
]})), |c| c.list_models(), "GET" "/models", Value::Null);
operation!(retrieve_model, Answer::json(
    json!({"id": "gpt-4.1", "object": "model", "created": 1, "owned_by": "system"})
), |c| c.retrieve_model("gpt-4.1"), "GET" "/models/gpt-4.1", Value::Null);

#[tokio::test]
async fn upload_file() {
    let server = Server::start().await;
    server.answer(Answer::json(file()).status(201));
    let content = Upload::from_bytes("a.jsonl", "{}\n");
    let expires = types::FileExpiration::new(3600_i64);
    let uploaded = client(&server)
        .upload_file(content, types::UploadPurpose::FineTune, Some(expires))
        .await
        .unwrap();
    assert_eq!((&*uploaded.id, uploaded.bytes), ("file-1", None));
    let received = server.last();
    assert_eq!(
        format!("{} {}", received.method, received.target),
        "POST /openai/v1/files"
    );
    assert_eq!(received.header("api-key"), Some("az-test"));
    let form = received.form();
    assert_eq!(form["purpose"], "fine-tune");
    assert_eq!(form["expires_after[anchor]"], "created_at");
    assert_eq!(form["expires_after[seconds]"], "3600");
    assert_eq!(form["file; filename=a.jsonl"], "{}\n");
}

#[tokio::test]
async fn every_form_of_the_address_is_reached() {
    let server = Server::start().await;
    for (path, version, prefix, query) in [
        ("", None, "/openai/v1", ""),
        ("/openai/v1", None, "/openai/v1", ""),
        (
            "/openai/v1/",
            Some("preview"),
            "/openai/v1",
            "api-version=preview",
        ),
        ("", Some("2024-10-21"), "/openai", "api-version=2024-10-21"),
        (
            "/openai",
            Some("2025-04-01-preview"),
            "/openai",
            "api-version=2025-04-01-preview",
        ),
        ("/api/projects/p", None, "/api/projects/p/openai/v1", ""),
        (
            "/api/projects/p",
            Some("2025-11-15-preview"),
            "/api/projects/p/openai",
            "api-version=2025-11-15-preview",
        ),
    ] {
        let mut builder = azure::Client::builder()
            .api_key("az-test")
            .base_url(format!("{}{path}", server.url));
        if let Some(version) = version {
            builder = builder.api_version(version);
        }
        let client = builder.build().unwrap();
        server.answer(Answer::json(list(job())));
        client
            .list_jobs(azure::ListJobsOptions::new().limit(5))
            .await
            .unwrap();
        let joined = if query.is_empty() { "" } else { "&" };
        assert_eq!(
            server.last().target,
            format!("{prefix}/fine_tuning/jobs?{query}{joined}limit=5")
        );
        server.answer(Answer::json(file()));
        let content = Upload::from_bytes("a.jsonl", "{}\n");
        let purpose = types::UploadPurpose::FineTune;
        client.upload_file(content, purpose, None).await.unwrap();
        let mark = if query.is_empty() { "" } else { "?" };
        assert_eq!(server.last().target, format!("{prefix}/files{mark}{query}"));
    }
}

#[test]
fn an_address_or_a_key_that_is_missing_is_named() {
    let error = azure::Client::builder().api_key("k").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.to_string().contains("AZURE_OPENAI_ENDPOINT"),
        "{error}"
    );
    let builder = azure::Client::builder().base_url("https://a.openai.azure.com");
    let error = builder.clone().build().unwrap_err();
    assert!(
        error.to_string().contains("AZURE_OPENAI_API_KEY"),
        "{error}"
    );
    let dated = builder.base_url("https://a.openai.azure.com/openai/v1");
    let error = dated
        .api_key("k")
        .api_version("2024-10-21")
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("api_version"), "{error}");
}

/// Tokens that are numbered, and expire after a while.
#[derive(Debug)]
struct Numbered {
    fetched: AtomicUsize,
    lifetime: Duration,
}

impl TokenSource for Numbered {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>> {
        let number = self.fetched.fetch_add(1, Ordering::Relaxed) + 1;
        let token = Token::new(format!("token-{number}"));
        let token = token.expires_at(SystemTime::now() + self.lifetime);
        Box::pin(async move { Ok(token) })
    }
}

#[tokio::test]
async fn tokens_are_bearer_tokens_and_renewed_before_they_expire() {
    let server = Server::start().await;
    let call = async |client: &azure::Client| {
        server.answer(Answer::json(job()));
        client.retrieve_job("ftjob-1").await.unwrap();
        let sent = server.last();
        assert_eq!(sent.header("api-key"), None);
        sent.header("authorization").unwrap().to_owned()
    };
    let builder = azure::Client::builder().base_url(&server.url);
    let fixed = builder.clone().bearer_token("entra-token").build().unwrap();
    assert_eq!(call(&fixed).await, "Bearer entra-token");
    let source = |minutes: u64| {
        let lifetime = Duration::from_secs(60 * minutes);
        let fetched = AtomicUsize::new(0);
        let source = Arc::new(Numbered { fetched, lifetime });
        builder.clone().token_source(source).build().unwrap()
    };
    let lasting = source(60);
    assert_eq!(call(&lasting).await, "Bearer token-1");
    assert_eq!(call(&lasting).await, "Bearer token-1");
    // One that is about to expire is not used again.
    let short = source(1);
    assert_eq!(call(&short).await, "Bearer token-1");
    assert_eq!(call(&short).await, "Bearer token-2");
    // One that is rejected is replaced once.
    server
        .answer(Answer::json(json!({"error": {"code": "401", "message": "expired"}})).status(401));
    server.answer(Answer::json(job()));
    lasting
        .create_job(&types::CreateFineTuningJobRequest::new("m", "f"))
        .await
        .unwrap();
    assert_eq!(
        server.last().header("authorization"),
        Some("Bearer token-2")
    );
}

#[tokio::test]
async fn errors_have_the_request_s_id_and_the_narrowest_code() {
    let server = Server::start().await;
    let body = json!({"error": {
        "code": "invalidPayload", "message": "The payload is invalid.", "target": "training_file",
        "details": [], "innererror": {"code": "fileNotImported"},
    }});
    let answer = Answer::json(body)
        .status(400)
        .header("apim-request-id", "req-7");
    server.answer(answer);
    let error = client(&server).retrieve_job("ftjob-1").await.unwrap_err();
    assert_eq!(
        (error.status(), error.request_id()),
        (Some(400), Some("req-7"))
    );
    assert_eq!(error.vendor_code(), Some("invalidPayload"));
    assert_eq!(error.vendor_param(), Some("training_file"));
    assert!(
        error.to_string().contains("The payload is invalid"),
        "{error}"
    );
    server.answer(
        Answer::json(json!({"error": {"code": "404", "message": "Resource not found"}}))
            .status(404),
    );
    let error = client(&server).retrieve_job("ftjob-1").await.unwrap_err();
    assert!(
        error.is_not_found() && error.vendor_code() == Some("404"),
        "{error:?}"
    );
}

#[tokio::test]
async fn redirects_are_rejected() {
    let server = Server::start().await;
    server.answer(
        Answer::bytes(b"")
            .status(307)
            .header("location", "http://127.0.0.1:9/"),
    );
    let error = client(&server).retrieve_job("ftjob-1").await.unwrap_err();
    assert_eq!(error.status(), Some(307));
}
