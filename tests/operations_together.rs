//! What Together's operations put on the wire, and what they make of answers.
#![cfg(feature = "together")]

use crate::loopback;

use loopback::{Answer, Server};
use serde_json::{Value, json};
use unitune::together::{self, types};
use unitune::transport::Upload;

fn client(server: &Server) -> together::Client {
    together::Client::builder()
        .api_key("tgp-test")
        .base_url(format!("{}/v1/", server.url))
        .build()
        .unwrap()
}

fn job() -> Value {
    json!({
        "id": "ft-1", "status": "pending", "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    })
}

fn file() -> Value {
    json!({
        "id": "file-1", "object": "file", "bytes": 3, "created_at": 1, "filename": "a.jsonl",
        "purpose": "fine-tune", "FileType": "jsonl", "Processed": true,
    })
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
            assert_eq!(received.header("authorization"), Some("Bearer tgp-test"));
            assert_eq!(received.json(), $body);
        }
    };
}

operation!(create_job, Answer::json(job()), |c| {
    let mut body = types::CreateFinetuneRequest::new("meta-llama/x", "file-1");
    body.batch_size = Some(types::BatchSize::Max);
    body.learning_rate = Some(1e-5);
    body.train_on_inputs = Some(true.into());
    body.training_type = Some(types::LoraTrainingType::new(16_i64, 8_i64).into());
    body.wandb_api_key = Some("wb-secret".into());
    assert!(!format!("{body:?}").contains("wb-secret"));
    async move { c.create_job(&body).await }
}, "POST" "/v1/fine-tunes", json!({
    "model": "meta-llama/x", "training_file": "file-1", "batch_size": "max",
    "learning_rate": 1e-5, "train_on_inputs": true,
    "training_type": {"type": "Lora", "lora_alpha": 16, "lora_r": 8},
    "wandb_api_key": "wb-secret",
}));
operation!(list_jobs, Answer::json(json!({"data": [job()]})), |c| c.list_jobs(),
    "GET" "/v1/fine-tunes", Value::Null);
operation!(retrieve_job, Answer::json(job()), |c| c.retrieve_job("ft-1"),
    "GET" "/v1/fine-tunes/ft-1", Value::Null);
operation!(delete_job, Answer::json(json!({"message": "done"})),
    |c| c.delete_job("ft-1", together::DeleteJobOptions::new().force(true)),
    "DELETE" "/v1/fine-tunes/ft-1?force=true", Value::Null);
operation!(cancel_job, Answer::json(job()), |c| c.cancel_job("ft-1"),
    "POST" "/v1/fine-tunes/ft-1/cancel", Value::Null);
operation!(list_job_events, Answer::json(json!({"data": [
    {"object": "fine-tune-event", "created_at": "", "type": "JOB_PENDING", "level": null},
]})), |c| c.list_job_events("ft-1"), "GET" "/v1/fine-tunes/ft-1/events", Value::Null);
operation!(list_job_checkpoints, Answer::json(json!({"data": [
    {"step": 1, "created_at": "2026-01-15T12:00:00Z", "path": "s3://x", "checkpoint_type": "final"},
]})), |c| c.list_job_checkpoints("ft-1"), "GET" "/v1/fine-tunes/ft-1/checkpoints", Value::Null);
operation!(list_job_metrics, Answer::json(json!({"metrics": [{"train_loss": 0.5}]})),
    |c| c.list_job_metrics("ft-1", together::ListJobMetricsOptions::new()
        .global_step_from(3)
        .logged_at_to("2026-08-04T05:00:00Z")
        .resolution(100)),
    "GET" "/v1/fine-tunes/ft-1/metrics?global_step_from=3&logged_at_to=2026-08-04T05%3A00%3A00Z&resolution=100",
    Value::Null);
operation!(preview_job, Answer::json(json!({
    "dataset_format": "conversation", "max_seq_length": 8192, "model": "a/b", "train_on_inputs": false,
    "rows": [{"input_ids": [1, 2], "labels": [-100, 2], "num_tokens": 2, "num_trained_tokens": 1,
        "tokens": ["Q", "A"], "trained_spans": [[1, 2]], "truncated": false}],
})), |c| {
    let mut body = types::PreviewRequest::new("a/b", "file-1");
    body.top_k = Some(1);
    body.training_method = Some(types::SftMethod::Sft);
    async move { c.preview_job(&body).await }
}, "POST" "/v1/fine-tunes/preview", json!({
    "model": "a/b", "training_file": "file-1", "top_k": 1, "training_method": "sft",
}));
operation!(retrieve_tokenized_dataset, Answer::json(json!({
    "url": "https://storage.example/signed?x=do-not-show", "filename": "t.tar.zst",
    "content_type": "application/zstd", "size": 5000000000_i64, "expires_at": "2026-08-04T05:00:00Z",
})), |c| async move {
    let dataset = c.retrieve_tokenized_dataset("ft-1").await?;
    assert!(!format!("{dataset:?}").contains("do-not-show"));
    assert!(dataset.into_inner().url.expose().ends_with("do-not-show"));
    Ok::<_, unitune::Error>(())
}, "GET" "/v1/fine-tunes/ft-1/download-tokenized-dataset", Value::Null);
operation!(estimate_price, Answer::json(json!({"estimated_total_price": 1.5})), |c| {
    let mut body = types::EstimatePriceRequest::new("file-1");
    body.n_epochs = Some(2);
    async move { c.estimate_price(&body).await }
}, "POST" "/v1/fine-tunes/estimate-price", json!({"training_file": "file-1", "n_epochs": 2}));
operation!(list_supported_models, Answer::json(json!({"models": ["a"]})),
    |c| c.list_supported_models(), "GET" "/v1/fine-tunes/models/supported", Value::Null);
operation!(retrieve_model_limits, Answer::json(json!({
    "model_name": "a/b", "max_num_epochs": 20, "max_num_evals": 100, "max_learning_rate": 0.1,
    "min_learning_rate": 1e-8, "supports_vision": false, "supports_tools": true,
    "supports_reasoning": false, "merge_output_lora": true, "supports_full_training": false,
    "default_gradient_accumulation_steps": 1, "max_num_checkpoints": 10, "max_seq_length_sft": 8192,
    "max_seq_length_dpo": 4096, "min_max_seq_length": 128, "lora_training": {
        "min_batch_size": 1, "max_batch_size": 8, "max_batch_size_dpo": 4, "max_rank": 64,
        "default_rank": 64, "target_modules": []},
})), |c| c.retrieve_model_limits("a/b"),
    "GET" "/v1/fine-tunes/models/limits?model_name=a%2Fb", Value::Null);
operation!(download_model, Answer::bytes(b"\x28\xb5\x2f\xfd"), |c| c.download_model(
    "ft-1",
    together::DownloadModelOptions::new()
        .checkpoint(types::CheckpointKind::Merged)
        .checkpoint_step(10)
), "GET" "/v1/finetune/download?checkpoint=merged&checkpoint_step=10&ft_id=ft-1", Value::Null);
operation!(list_files, Answer::json(json!({"data": [file()]})), |c| c.list_files(),
    "GET" "/v1/files", Value::Null);
operation!(retrieve_file, Answer::json(file()), |c| c.retrieve_file("file-1"),
    "GET" "/v1/files/file-1", Value::Null);
operation!(delete_file, Answer::json(json!({"id": "file-1", "deleted": true})),
    |c| c.delete_file("file-1"), "DELETE" "/v1/files/file-1", Value::Null);
operation!(download_file, Answer::bytes(b"{}\n"), |c| c.download_file("file-1"),
    "GET" "/v1/files/file-1/content", Value::Null);

#[tokio::test]
async fn upload_file() {
    let server = Server::start().await;
    server.answer(Answer::json(file()));
    let uploaded = client(&server)
        .upload_file(
            Upload::from_bytes("a.jsonl", "{}\n"),
            types::FilePurpose::FineTune,
            Some(types::FileType::Jsonl),
        )
        .await
        .unwrap();
    assert_eq!(uploaded.filename, "a.jsonl");
    let received = server.last();
    assert_eq!(
        format!("{} {}", received.method, received.target),
        "POST /v1/files/upload"
    );
    let form = received.form();
    assert_eq!(form["purpose"], "fine-tune");
    assert_eq!(form["file_name"], "a.jsonl");
    assert_eq!(form["file_type"], "jsonl");
    assert_eq!(form["file; filename=a.jsonl"], "{}\n");
}
