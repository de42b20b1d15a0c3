//! What OpenAI's operations put on the wire, and what they make of answers.
#![cfg(feature = "openai")]

use crate::loopback;

use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::openai::{self, types};
use unitune::transport::Upload;
use unitune::wire::DeepObject;

fn client(server: &Server) -> openai::Client {
    openai::Client::builder()
        .api_key("sk-test")
        .base_url(&server.url)
        .organization("org-1")
        .project("proj-1")
        .build()
        .unwrap()
}

fn job() -> Value {
    json!({
        "object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4o-mini",
        "created_at": 1, "finished_at": null, "fine_tuned_model": null,
        "organization_id": "org-1", "result_files": [], "status": "queued",
        "validation_file": null, "training_file": "file-1", "error": null,
        "hyperparameters": {"n_epochs": "auto"}, "trained_tokens": null, "seed": 7,
    })
}

fn file() -> Value {
    json!({
        "id": "file-1", "object": "file", "bytes": 3, "created_at": 1,
        "filename": "a.jsonl", "purpose": "fine-tune", "status": "processed",
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
                concat!($method, " ", $target)
            );
            assert_eq!(received.header("authorization"), Some("Bearer sk-test"));
            assert_eq!(received.header("openai-organization"), Some("org-1"));
            assert_eq!(received.header("openai-project"), Some("proj-1"));
            assert_eq!(received.header("api-version"), None);
            let body: Value = $body;
            assert_eq!(received.json(), body);
            if !body.is_null() {
                assert_eq!(received.header("content-type"), Some("application/json"));
            }
        }
    };
}

operation!(create_job, Answer::json(job()), |c| {
    let mut body = types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    body.suffix = Some("mine".to_owned());
    async move { c.create_job(&body).await }
}, "POST" "/fine_tuning/jobs",
   json!({"model": "gpt-4o-mini", "training_file": "file-1", "suffix": "mine"}));

operation!(list_jobs, Answer::json(list(job())), |c| c.list_jobs(
    openai::ListJobsOptions::new()
        .after("ftjob-0")
        .limit(5)
        .metadata(DeepObject::new().with("owner", "ada & co"))
), "GET" "/fine_tuning/jobs?after=ftjob-0&limit=5&metadata%5Bowner%5D=ada+%26+co", Value::Null);

operation!(list_jobs_without_metadata, Answer::json(list(job())), |c| c.list_jobs(
    openai::ListJobsOptions::new().metadata(DeepObject::null())
), "GET" "/fine_tuning/jobs?metadata=null", Value::Null);

operation!(retrieve_job, Answer::json(job()), |c| c.retrieve_job("ftjob/1"),
    "GET" "/fine_tuning/jobs/ftjob%2F1", Value::Null);
operation!(cancel_job, Answer::json(job()), |c| c.cancel_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/cancel", Value::Null);
operation!(pause_job, Answer::json(job()), |c| c.pause_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/pause", Value::Null);
operation!(resume_job, Answer::json(job()), |c| c.resume_job("ftjob-1"),
    "POST" "/fine_tuning/jobs/ftjob-1/resume", Value::Null);

operation!(list_job_events, Answer::json(list(json!({
    "object": "fine_tuning.job.event", "id": "e1", "created_at": 1, "level": "info",
    "message": "started", "type": "message",
}))), |c| c.list_job_events(
    "ftjob-1", openai::ListJobEventsOptions::new().limit(2).after("e0")
), "GET" "/fine_tuning/jobs/ftjob-1/events?after=e0&limit=2", Value::Null);

operation!(list_job_checkpoints, Answer::json(list(json!({
    "object": "fine_tuning.job.checkpoint", "id": "c1", "created_at": 1, "step_number": 10,
    "fine_tuned_model_checkpoint": "ft:x:ckpt", "fine_tuning_job_id": "ftjob-1", "metrics": {},
}))), |c| c.list_job_checkpoints(
    "ftjob-1", openai::ListJobCheckpointsOptions::new().limit(2)
), "GET" "/fine_tuning/jobs/ftjob-1/checkpoints?limit=2", Value::Null);

fn permission() -> Value {
    json!({"object": "checkpoint.permission", "id": "cp_1", "created_at": 1, "project_id": "proj-2"})
}

operation!(list_checkpoint_permissions, Answer::json(list(permission())), |c|
    c.list_checkpoint_permissions(
        "ft:x:ckpt",
        openai::ListCheckpointPermissionsOptions::new()
            .project_id("proj-2")
            .order(types::CheckpointPermissionOrder::Ascending)
            .limit(3)
            .after("cp_0"),
    ),
    "GET" "/fine_tuning/checkpoints/ft:x:ckpt/permissions?after=cp_0&limit=3&order=ascending&project_id=proj-2",
    Value::Null);
operation!(create_checkpoint_permissions, Answer::json(list(permission())), |c| {
    let body = types::CreateCheckpointPermissionsRequest::new(vec!["proj-2".to_owned()]);
    async move { c.create_checkpoint_permissions("ft:x:ckpt", &body).await }
}, "POST" "/fine_tuning/checkpoints/ft:x:ckpt/permissions", json!({"project_ids": ["proj-2"]}));
operation!(delete_checkpoint_permission, Answer::json(json!({
    "object": "checkpoint.permission", "id": "cp_1", "deleted": true,
})), |c| c.delete_checkpoint_permission("ft:x:ckpt", "cp_1"),
    "DELETE" "/fine_tuning/checkpoints/ft:x:ckpt/permissions/cp_1", Value::Null);

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
operation!(validate_grader, Answer::json(json!({"grader": grader_json()})), |c| {
    let body = types::ValidateGraderRequest::new(grader());
    async move { c.validate_grader(&body).await }
}, "POST" "/fine_tuning/alpha/graders/validate", json!({"grader": grader_json()}));

operation!(list_files, Answer::json(list(file())), |c| c.list_files(
    openai::ListFilesOptions::new()
        .purpose("fine-tune")
        .limit(2)
        .order(types::SortOrder::Asc)
        .after("file-0")
), "GET" "/files?after=file-0&limit=2&order=asc&purpose=fine-tune", Value::Null);
operation!(retrieve_file, Answer::json(file()), |c| c.retrieve_file("file-1"),
    "GET" "/files/file-1", Value::Null);
operation!(delete_file, Answer::json(json!({"id": "file-1", "object": "file", "deleted": true})),
    |c| c.delete_file("file-1"), "DELETE" "/files/file-1", Value::Null);
operation!(download_file, Answer::bytes(b"{}\n"), |c| c.download_file("file-1"),
    "GET" "/files/file-1/content", Value::Null);

operation!(list_models, Answer::json(json!({"object": "list", "data": [
    {"id": "gpt-4o-mini", "object": "model", "created": 1, "owned_by": "system", "shutdown_date": null},
    {"id": "gpt-4", "object": "model", "created": 1, "owned_by": "system", "shutdown_date": "2026-10-23"},
]})), |c| c.list_models(), "GET" "/models", Value::Null);

#[tokio::test]
async fn upload_file() {
    let server = Server::start().await;
    server.answer(Answer::json(file()));
    let file = Upload::from_bytes("a.jsonl", "{}\n");
    let expires = types::FileExpiration::new(3600_i64);
    let uploaded = client(&server)
        .upload_file(file, types::UploadPurpose::FineTune, Some(expires))
        .await
        .unwrap();
    assert_eq!(uploaded.id, "file-1");
    let received = server.last();
    assert_eq!(
        format!("{} {}", received.method, received.target),
        "POST /files"
    );
    assert_eq!(received.header("authorization"), Some("Bearer sk-test"));
    let form = received.form();
    assert_eq!(form["purpose"], "fine-tune");
    assert_eq!(form["expires_after[anchor]"], "created_at");
    assert_eq!(form["expires_after[seconds]"], "3600");
    assert_eq!(form["file; filename=a.jsonl"], "{}\n");
}
