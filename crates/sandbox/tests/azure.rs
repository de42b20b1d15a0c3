//! Azure OpenAI: what differs from OpenAI's API.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::{Value, json};
use std::time::Duration;
use support::session::{Session, chat};
use support::{Answer, client, get, post, read, send};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: &str = "/fine_tuning/jobs";
const MODEL: &str = "gpt-4o-mini-2024-07-18";

/// Uploads a file and waits for its import. Returns its id.
async fn upload(sandbox: &Sandbox, content: &str) -> String {
    let session = Session::new(sandbox, Vendor::Azure);
    let fields = [("purpose", "fine-tune")];
    let file = session
        .upload("/files", &fields, "train.jsonl", content)
        .await;
    assert_eq!(file.body["status"], "pending", "{}", file.body);
    sandbox.advance(Duration::from_secs(5));
    file.body["id"].as_str().unwrap().to_owned()
}

/// A request to an address of the sandbox, with a header that may hold the key.
async fn ask(sandbox: &Sandbox, path: &str, header: (&str, &str)) -> Answer {
    let url = format!("http://{}{path}", sandbox.addr());
    read(
        client()
            .get(url)
            .header(header.0, header.1)
            .send()
            .await
            .unwrap(),
    )
    .await
}

#[tokio::test]
async fn each_form_of_the_address_leads_to_the_same_jobs() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = ("api-key", sandbox.azure_key());
    let bearer = format!("Bearer {}", sandbox.azure_key());
    let mut ids = Vec::new();
    for (path, header) in [
        ("/azure/openai/v1/fine_tuning/jobs", key),
        (
            "/azure/openai/v1/fine_tuning/jobs?api-version=preview",
            ("authorization", bearer.as_str()),
        ),
        ("/azure/openai/fine_tuning/jobs?api-version=2024-10-21", key),
        (
            "/azure/openai/fine_tuning/jobs?api-version=2025-04-01-preview",
            key,
        ),
        (
            "/azure/api/projects/sandbox/openai/v1/fine_tuning/jobs",
            key,
        ),
    ] {
        let answer = ask(&sandbox, path, header).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(answer.headers.contains_key("apim-request-id"));
        ids.push(answer.body["data"][0]["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        sandbox.azure_base_url(),
        format!("{}/openai/v1", sandbox.azure_endpoint())
    );
    for (path, status) in [
        ("/azure/openai/fine_tuning/jobs", 404),
        ("/azure/openai/fine_tuning/jobs?api-version=2020-01-01", 400),
        (
            "/azure/openai/v1/fine_tuning/jobs?api-version=2024-10-21",
            400,
        ),
    ] {
        let answer = ask(&sandbox, path, key).await;
        assert_eq!(answer.status, status, "{path}");
        // The front door's code is the status as a text.
        assert_eq!(answer.body["error"]["code"], status.to_string());
    }
    let wrong = ask(&sandbox, "/azure/openai/v1/files", ("api-key", "wrong")).await;
    assert_eq!(
        (wrong.status, &wrong.body["error"]["code"]),
        (401, &json!("401"))
    );
}

#[tokio::test]
async fn a_job_goes_through_the_words_of_azure() {
    let sandbox = Sandbox::start().await.unwrap();
    let file = upload(&sandbox, &chat(20)).await;
    let body = json!({
        "model": MODEL, "training_file": file, "suffix": "mine", "trainingType": "globalstandard",
        "hyperparameters": {"n_epochs": -1, "batch_size": "auto"},
    });
    let created = post(&sandbox, Vendor::Azure, JOBS, body).await;
    assert_eq!(created.status, 200, "{}", created.body);
    let job = &created.body;
    for (field, expected) in [
        ("status", json!("pending")),
        ("organization_id", Value::Null),
        ("result_files", Value::Null),
        ("method", Value::Null),
        ("integrations", Value::Null),
        ("metadata", Value::Null),
        ("trainingType", json!("globalstandard")),
    ] {
        assert_eq!(job[field], expected, "{field}");
    }
    assert_eq!(job["hyperparameters"]["n_epochs"], -1);
    assert!(job["estimated_finish"].is_i64());
    let id = job["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), "ftjob-".len() + 32);

    let at = format!("{JOBS}/{id}");
    let change = async |verb: &str| {
        let answer = send(
            &sandbox,
            Vendor::Azure,
            "POST",
            &format!("{at}/{verb}"),
            None,
        )
        .await;
        answer.body["status"].clone()
    };
    let status = async || get(&sandbox, Vendor::Azure, &at).await.body["status"].clone();
    let early = send(
        &sandbox,
        Vendor::Azure,
        "POST",
        &format!("{at}/pause"),
        None,
    )
    .await;
    assert_eq!(early.body["error"]["code"], "unexpectedEntityState");
    sandbox.advance(Duration::from_secs(130));
    assert_eq!(status().await, "running");
    let checkpoints = format!("{at}/checkpoints");
    let none = get(&sandbox, Vendor::Azure, &checkpoints).await;
    assert_eq!(none.body["data"], json!([]));
    assert_eq!(change("pause").await, "pausing");
    sandbox.advance(Duration::from_secs(15));
    assert_eq!(status().await, "paused");
    assert_eq!(change("resume").await, "resuming");
    sandbox.advance(Duration::from_secs(3600));
    let done = get(&sandbox, Vendor::Azure, &at).await.body;
    assert_eq!(done["status"], "succeeded");
    let model = format!("{MODEL}.ft-{}-mine", id.trim_start_matches("ftjob-"));
    assert_eq!(done["fine_tuned_model"], model);
    assert_eq!(
        done["method"]["supervised"]["hyperparameters"]["n_epochs"],
        -1
    );
    let made = get(&sandbox, Vendor::Azure, &checkpoints).await.body;
    assert_eq!(made["data"][0]["fine_tuned_model_checkpoint"], model);
    let one = get(&sandbox, Vendor::Azure, &format!("/models/{model}")).await;
    assert_eq!(one.body["object"], "model");
}

#[tokio::test]
async fn a_job_waits_for_the_import_of_its_file() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::Azure);
    let fields = [("purpose", "fine-tune")];
    let file = session
        .upload("/files", &fields, "t.jsonl", &chat(20))
        .await;
    let id = file.body["id"].as_str().unwrap();
    let body = json!({"model": MODEL, "training_file": id});
    for (seconds, expected) in [(3, "running"), (2, "processed")] {
        let early = post(&sandbox, Vendor::Azure, JOBS, body.clone()).await;
        assert_eq!(early.status, 400);
        assert_eq!(early.body["error"]["code"], "invalidPayload");
        assert_eq!(early.body["error"]["param"], "training_file");
        sandbox.advance(Duration::from_secs(seconds));
        let file = get(&sandbox, Vendor::Azure, &format!("/files/{id}")).await;
        assert_eq!(file.body["status"], expected);
    }
    assert_eq!(post(&sandbox, Vendor::Azure, JOBS, body).await.status, 200);

    let bad = upload(&sandbox, "nonsense\n").await;
    let file = get(&sandbox, Vendor::Azure, &format!("/files/{bad}"))
        .await
        .body;
    assert_eq!(file["status"], "error");
    assert!(
        file["status_details"]
            .as_str()
            .unwrap()
            .contains("jsonlValidationFailed")
    );
}

#[tokio::test]
async fn the_dated_versions_answer_in_their_own_forms() {
    let sandbox = Sandbox::start().await.unwrap();
    let file = upload(&sandbox, &chat(20)).await;
    let base = format!("{}/openai", sandbox.azure_endpoint());
    let version = "api-version=2025-04-01-preview";
    let ask = async |method: &str, path: &str, body: Option<Value>| {
        let url = format!("{base}{path}?{version}");
        let request = client().request(method.parse().unwrap(), url);
        let request = request.header("api-key", sandbox.azure_key());
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read(request.send().await.unwrap()).await
    };
    let body = json!({"model": MODEL, "training_file": file});
    let created = ask("POST", JOBS, Some(body)).await;
    assert_eq!(created.status, 201);
    let id = created.body["id"].as_str().unwrap();
    let location = created.headers["location"].to_str().unwrap();
    assert!(
        location.ends_with(&format!("/azure/openai/fine_tuning/jobs/{id}")),
        "{location}"
    );

    let none = ask("GET", &format!("{JOBS}/ftjob-none"), None).await;
    assert_eq!(none.status, 404);
    let error = &none.body["error"];
    assert_eq!(
        (&error["code"], &error["details"]),
        (&json!("notFound"), &json!([]))
    );
    assert!(error["innererror"]["code"].is_string() && error.get("inner_error").is_none());

    let files = ask("GET", "/files", None).await.body;
    assert_eq!(files.as_object().unwrap().len(), 2, "only object and data");
    let import =
        |url: String| json!({"purpose": "fine-tune", "filename": "i.jsonl", "content_url": url});
    for (url, expected) in [
        (format!("{base}/files/{file}/content"), "processed"),
        ("https://elsewhere.invalid/x".to_owned(), "error"),
    ] {
        let imported = ask("POST", "/files/import", Some(import(url))).await;
        assert_eq!(
            (imported.status, &imported.body["status"]),
            (201, &json!("pending"))
        );
        sandbox.advance(Duration::from_secs(6));
        let id = imported.body["id"].as_str().unwrap();
        let file = ask("GET", &format!("/files/{id}"), None).await.body;
        assert_eq!(file["status"], expected);
    }

    let at = format!("{JOBS}/{id}");
    assert_eq!(ask("DELETE", &at, None).await.status, 409);
    ask("POST", &format!("{at}/cancel"), None).await;
    assert_eq!(ask("DELETE", &at, None).await.status, 204);
    assert_eq!(ask("GET", &at, None).await.status, 404);
}

#[tokio::test]
async fn what_a_request_must_hold() {
    let sandbox = Sandbox::start().await.unwrap();
    let file = upload(&sandbox, &chat(20)).await;
    let good = json!({"model": MODEL, "training_file": file});
    for (field, value) in [
        ("trainingType", json!("Developer")),
        ("trainingType", json!(1)),
        ("suffix", json!("not allowed")),
        ("suffix", json!("x".repeat(41))),
        ("model", json!("none")),
        ("training_file", json!("file-none")),
        ("method", json!({})),
        ("method", json!("supervised")),
        ("nothing", json!(1)),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = post(&sandbox, Vendor::Azure, JOBS, body).await;
        assert_eq!(answer.status, 400, "{field} {value}: {}", answer.body);
        assert_eq!(answer.body["error"]["code"], "invalidPayload");
    }
}
