//! The gateway: all eight operations, with state and time.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::json;
use std::time::Duration;
use support::session::{Session, chat};
use support::{client, read};
use unitune_sandbox::{Sandbox, Vendor};

const JOBS: &str = "/fine_tuning/jobs";
const JOB: &str = "/fine_tuning/jobs/{fine_tuning_job_id}";

#[tokio::test]
async fn a_job_walks_through_its_life() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::TrueFoundry);
    let file = session
        .upload(
            "/files",
            &[("purpose", "fine-tune")],
            "train.jsonl",
            &chat(30),
        )
        .await
        .body;
    let body = json!({
        "model": "gpt-4o-mini-2024-07-18",
        "training_file": file["id"],
        "metadata": {"team": "a"},
        "hyperparameters": {"n_epochs": 2},
    });
    let created = session.post(JOBS, &[], body).await;
    let id = created["id"].as_str().unwrap();
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..40 {
        let job = session.get(JOB, &[id], "").await;
        let now = job["status"].as_str().unwrap().to_owned();
        assert_eq!(job["fine_tuned_model"].is_string(), now == "succeeded");
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        sandbox.advance(Duration::from_secs(15));
    }
    assert_eq!(seen, ["queued", "running", "succeeded"]);
    let mine = session.get(JOBS, &[], "?metadata[team]=a").await;
    assert_eq!(mine["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bad_requests_are_rejected() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::TrueFoundry);
    for (body, param) in [
        (json!({"training_file": "file-x"}), "model"),
        (json!({"model": "m"}), "training_file"),
        (
            json!({"model": "m", "training_file": "file-none"}),
            "training_file",
        ),
        (
            json!({"model": "m", "training_file": "file-none", "learning_rate": 1}),
            "learning_rate",
        ),
    ] {
        assert_eq!(
            session.rejected(400, "POST", JOBS, &[], Some(body)).await["param"],
            param
        );
    }
    let url = format!("{}/files", sandbox.truefoundry_base_url());
    let form = reqwest::multipart::Form::new()
        .text("purpose", "fine-tune")
        .text("file", "x");
    let request = client()
        .post(url)
        .bearer_auth(sandbox.truefoundry_key())
        .multipart(form);
    let answer = read(
        request
            .header("x-tfy-metadata", "no json")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (answer.status, &answer.body["error"]["param"]),
        (400, &json!("x-tfy-metadata"))
    );
}

#[tokio::test]
async fn metadata_in_a_header_is_an_object_of_texts_at_every_operation() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::TrueFoundry);
    let fields = [("purpose", "fine-tune")];
    let content = chat(2);
    let file = session.upload("/files", &fields, "train.jsonl", &content);
    let file = file.await.body["id"].as_str().unwrap().to_owned();
    let jobs = session.get(JOBS, &[], "").await;
    let job = jobs["data"][0]["id"].as_str().unwrap();
    let good = [r#"{}"#, r#"{"team": "a"}"#, r#"{"team": "é"}"#];
    let bad = [
        "no json",
        "[]",
        r#"{"n": 1}"#,
        r#"{"a": {"b": "c"}}"#,
        "null",
        "",
    ];
    let operations = [
        ("GET", JOBS.to_owned()),
        ("GET", format!("{JOBS}/{job}")),
        ("POST", JOBS.to_owned()),
        ("POST", "/files".to_owned()),
        ("GET", "/files".to_owned()),
        ("GET", format!("/files/{file}")),
        ("GET", format!("/files/{file}/content")),
        ("DELETE", format!("/files/{file}")),
    ];
    for (method, path) in operations {
        let ask = async |metadata: &str| {
            let url = format!("{}{path}", sandbox.truefoundry_base_url());
            let request = client()
                .request(method.parse().unwrap(), url)
                .bearer_auth(sandbox.truefoundry_key())
                .header("x-tfy-metadata", metadata.as_bytes());
            let answer = read(request.send().await.unwrap()).await;
            (answer.status, answer.body["error"]["param"].clone())
        };
        for metadata in bad {
            let expected = (400, json!("x-tfy-metadata"));
            assert_eq!(ask(metadata).await, expected, "{method} {path}: {metadata}");
        }
        // A file is deleted once.
        let good = if method == "DELETE" {
            &good[..1]
        } else {
            &good[..]
        };
        for metadata in good {
            let (status, param) = ask(metadata).await;
            assert_ne!(param, "x-tfy-metadata", "{method} {path}: {metadata}");
            assert!(
                status == 200 || method == "POST",
                "{method} {path}: {metadata}"
            );
        }
    }
}

#[tokio::test]
async fn keys_are_neither_answered_nor_recorded() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::TrueFoundry);
    let content = chat(12);
    let file = session.upload("/files", &[("purpose", "fine-tune")], "t.jsonl", &content);
    let body = json!({
        "model": "gpt-4o-mini-2024-07-18",
        "training_file": file.await.body["id"],
        "integrations": [{"type": "wandb", "wandb": {"project": "p", "api_key": "very-secret"}}],
        "hyperparameters": {"n_epochs": 2, "hf_api_token": "very-secret"},
        "method": {"type": "supervised", "supervised": {"wandb_api_key": "very-secret"}},
    });
    let created = session.post(JOBS, &[], body).await;
    let wandb = json!([{"type": "wandb", "wandb": {"project": "p"}}]);
    assert_eq!(created["integrations"], wandb);
    assert_eq!(created["hyperparameters"], json!({"n_epochs": 2}));
    let id = [created["id"].as_str().unwrap()];
    let job = session.get(JOB, &id, "").await;
    let list = session.get(JOBS, &[], "?wandb_api_key=very-secret").await;
    for answer in [&created, &job, &list] {
        assert!(!answer.to_string().contains("very-secret"), "{answer}");
    }
    assert!(!format!("{:?}", sandbox.requests()).contains("very-secret"));
}

#[tokio::test]
async fn files_are_listed_retrieved_downloaded_and_deleted() {
    let sandbox = Sandbox::start().await.unwrap();
    let session = Session::new(&sandbox, Vendor::TrueFoundry);
    let file = session
        .upload(
            "/files",
            &[("purpose", "fine-tune")],
            "train.jsonl",
            &chat(2),
        )
        .await
        .body;
    let id = file["id"].as_str().unwrap();
    assert_eq!(session.get("/files", &[], "").await["data"][0], file);
    assert_eq!(session.get("/files/{file_id}", &[id], "").await, file);
    assert_eq!(
        session.download(&format!("/files/{id}/content")).await,
        chat(2).into_bytes()
    );
    assert_eq!(
        session
            .ok("DELETE", "/files/{file_id}", &[id], "", None)
            .await["deleted"],
        true
    );
    session
        .rejected(404, "GET", "/files/{file_id}", &[id], None)
        .await;
}
