//! What the gateway's operations put on the wire, and what they make of
//! answers; under both forms of its base URL.

use crate::loopback;

use loopback::{Answer, Received, Server};
use serde_json::{Value, json};
use unitune::transport::Upload;
use unitune::truefoundry::{self, types};
use unitune::wire::DeepObject;

const HEADERS: [(&str, &str); 5] = [
    ("x-tfy-metadata", "{\"team\":\"a\"}"),
    ("x-tfy-provider-name", "openai-main"),
    ("x-tfy-vertex-storage-bucket-name", "bucket"),
    ("x-tfy-provider-model", "gpt-4o-mini"),
    ("x-tfy-file-purpose", "fine-tune"),
];

fn client(server: &Server) -> truefoundry::Client {
    truefoundry::Client::builder()
        .api_key("tfy-test")
        .base_url(format!("{}/api/llm", server.url))
        .build()
        .unwrap()
}

fn job() -> Value {
    json!({
        "object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4o-mini", "created_at": 1,
        "fine_tuned_model": null, "organization_id": "org", "result_files": [],
        "status": "queued", "validation_file": null, "training_file": "file-1",
    })
}

fn file() -> Value {
    json!({
        "id": "file-1", "object": "file", "bytes": 3, "created_at": 1,
        "filename": "a.jsonl", "purpose": "fine-tune", "status": "processed",
    })
}

/// Sets the five headers on any options.
macro_rules! with_headers {
    ($options:expr) => {
        $options
            .x_tfy_metadata(HEADERS[0].1)
            .x_tfy_provider_name(HEADERS[1].1)
            .x_tfy_vertex_storage_bucket_name(HEADERS[2].1)
            .x_tfy_provider_model(HEADERS[3].1)
            .x_tfy_file_purpose(HEADERS[4].1)
    };
}

fn assert_headers(received: &Received) {
    assert_eq!(received.header("authorization"), Some("Bearer tfy-test"));
    for (name, value) in HEADERS {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
}

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
            assert_headers(&received);
            assert_eq!(received.json(), $body);
        }
    };
}

operation!(list_jobs,
    Answer::json(json!({"object": "list", "data": [job()], "has_more": false})),
    |c| c.list_jobs(with_headers!(truefoundry::ListJobsOptions::new()
        .limit(2)
        .after("ftjob-0")
        .metadata(DeepObject::new().with("k", "v")))),
    "GET" "/api/llm/fine_tuning/jobs?after=ftjob-0&limit=2&metadata%5Bk%5D=v", Value::Null);
operation!(retrieve_job, Answer::json(job()),
    |c| c.retrieve_job("ftjob-1", with_headers!(truefoundry::RetrieveJobOptions::new())),
    "GET" "/api/llm/fine_tuning/jobs/ftjob-1", Value::Null);
operation!(create_job, Answer::json(job()), |c| {
    let body = types::CreateFineTuningJobRequest::new("gpt-4o-mini", "file-1");
    let options = with_headers!(truefoundry::CreateJobOptions::new());
    async move { c.create_job(&body, options).await }
}, "POST" "/api/llm/fine_tuning/jobs", json!({"model": "gpt-4o-mini", "training_file": "file-1"}));
operation!(list_files,
    Answer::json(json!({"object": "list", "data": [file()], "has_more": false})),
    |c| c.list_files(with_headers!(truefoundry::ListFilesOptions::new())),
    "GET" "/api/llm/files", Value::Null);
operation!(retrieve_file, Answer::json(file()),
    |c| c.retrieve_file("file-1", with_headers!(truefoundry::RetrieveFileOptions::new())),
    "GET" "/api/llm/files/file-1", Value::Null);
operation!(delete_file, Answer::json(json!({"id": "file-1", "object": "file", "deleted": true})),
    |c| c.delete_file("file-1", with_headers!(truefoundry::DeleteFileOptions::new())),
    "DELETE" "/api/llm/files/file-1", Value::Null);
operation!(download_file, Answer::bytes(b"{}\n"),
    |c| c.download_file("file-1", with_headers!(truefoundry::DownloadFileOptions::new())),
    "GET" "/api/llm/files/file-1/content", Value::Null);

#[tokio::test]
async fn upload_file() {
    let server = Server::start().await;
    server.answer(Answer::json(file()));
    let value = |i: usize| Some(HEADERS[i].1.to_owned());
    let options = truefoundry::UploadFileOptions {
        x_tfy_metadata: value(0),
        x_tfy_provider_name: value(1),
        x_tfy_vertex_storage_bucket_name: value(2),
        x_tfy_provider_model: value(3),
        x_tfy_file_purpose: value(4),
    };
    let file = Upload::from_bytes("a.jsonl", "{}\n");
    client(&server)
        .upload_file(file, "fine-tune", options)
        .await
        .unwrap();
    let received = server.last();
    assert_eq!(received.target, "/api/llm/files");
    assert_headers(&received);
    let form = received.form();
    assert_eq!(form["purpose"], "fine-tune");
    assert_eq!(form["file; filename=a.jsonl"], "{}\n");
}

#[test]
fn both_forms_of_the_base_url() {
    let gateway = truefoundry::Client::builder()
        .api_key("k")
        .gateway_host("gateway.example");
    assert_eq!(
        gateway.build().unwrap().transport().base_url(),
        "https://gateway.example"
    );
    let control_plane = truefoundry::Client::builder()
        .api_key("k")
        .control_plane_host("plane.example");
    assert_eq!(
        control_plane.build().unwrap().transport().base_url(),
        "https://plane.example/api/llm"
    );
    assert_eq!(
        truefoundry::DEFAULT_BASE_URL,
        "https://gateway.truefoundry.ai"
    );
}
