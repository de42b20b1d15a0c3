//! Fireworks' jobs of three kinds, and its datasets, through the gateway: one
//! list of jobs, ids that fit into paths, files in OpenAI's shape.

use crate::support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::fireworks::Client;
use unitune::providers::{Account, Providers};
use unitune_gateway::Config;
use unitune_sandbox::{Sandbox, Vendor};

const MODEL: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";

async fn gateway() -> Gateway {
    let sandbox = Sandbox::builder()
        .all_deviations(false)
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(sandbox.base_url(Vendor::Fireworks))
        .api_key(Vendor::Fireworks.key());
    let mut providers = Providers::new();
    let account = Account::with_backend("fw", client.build().unwrap());
    providers.add(account).unwrap();
    Gateway::over(sandbox, &providers, Config::default()).await
}

/// Uploads examples as OpenAI's SDK does; `purpose` comes before or after the
/// file.
async fn upload(gateway: &Gateway, purpose_first: bool) -> Value {
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    let purpose = "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n";
    let file = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"train.jsonl\"\r\n\r\n{}\r\n",
        format!("{line}\n").repeat(15)
    );
    let form = match purpose_first {
        true => format!("{purpose}{file}--b--\r\n"),
        false => format!("{file}{purpose}--b--\r\n"),
    };
    let request = gateway.http.post(gateway.url("/v1/files"));
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    Answer::of(request.body(form)).await.ok()
}

#[tokio::test]
async fn three_lists_are_one_and_ids_fit_into_paths() {
    let gateway = gateway().await;
    let whole = gateway.get("/v1/fine_tuning/jobs?limit=100").await.ok();
    let whole = whole["data"].as_array().unwrap();
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let page = gateway
            .get(&format!("/v1/fine_tuning/jobs?limit=7{after}"))
            .await
            .ok();
        let jobs = page["data"].as_array().unwrap();
        ids.extend(jobs.iter().map(|job| job["id"].clone()));
        if page["has_more"] == false {
            break;
        }
        after = format!("&after={}", ids.last().unwrap().as_str().unwrap());
    }
    let expected: Vec<Value> = whole.iter().map(|job| job["id"].clone()).collect();
    assert_eq!(ids, expected);
    for kind in ["sft:", "dpo:", "rft:"] {
        let id = ids
            .iter()
            .filter_map(Value::as_str)
            .find(|id| id.starts_with(kind));
        let id = id.unwrap_or_else(|| panic!("no {kind}"));
        let job = gateway
            .get(&format!("/v1/fine_tuning/jobs/{id}"))
            .await
            .ok();
        assert_eq!(job["id"], id);
        let escaped = id.replace(':', "%3A");
        let job = gateway
            .get(&format!("/v1/fine_tuning/jobs/{escaped}"))
            .await
            .ok();
        assert_eq!(job["id"], id);
    }
    gateway
        .get("/v1/fine_tuning/jobs/sft:nobody")
        .await
        .error(404);
    let (_, message) = gateway.get("/v1/fine_tuning/jobs/trial").await.error(400);
    assert!(message.contains("dpo:trial"), "{message}");
}

#[tokio::test]
async fn a_job_of_each_kind_from_its_file_to_its_end() {
    let gateway = gateway().await;
    let file = upload(&gateway, true).await;
    assert_eq!(file["status"], "processed", "{file}");
    let other = upload(&gateway, false).await;
    assert_ne!(file["id"], other["id"]);
    let id = file["id"].as_str().unwrap();
    let there = gateway.get(&format!("/v1/files/{id}")).await.ok();
    assert_eq!(there["filename"], "train.jsonl");
    let content = gateway
        .http
        .get(gateway.url(&format!("/v1/files/{id}/content")));
    let content = content.send().await.unwrap().text().await.unwrap();
    assert_eq!(content.lines().count(), 15);

    for (kind, method) in [
        ("sft:", Value::Null),
        (
            "dpo:",
            json!({"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}),
        ),
        (
            "rft:",
            json!({"type": "reinforcement", "reinforcement": {"evaluator": "accuracy"}}),
        ),
    ] {
        let body = json!({"model": MODEL, "training_file": id, "method": method, "hyperparameters": {"n_epochs": 2}});
        let job = gateway.post("/v1/fine_tuning/jobs", body).await.ok();
        let job_id = job["id"].as_str().unwrap().to_owned();
        assert!(job_id.starts_with(kind), "{job}");
        assert_eq!(job["training_file"], id);
        let path = format!("/v1/fine_tuning/jobs/{job_id}");
        let cancelled = gateway
            .post(&format!("{path}/cancel"), json!({}))
            .await
            .ok();
        assert!(["cancelled", "running"].contains(&cancelled["status"].as_str().unwrap()));
        gateway.sandbox.advance(Duration::from_secs(600));
        assert_eq!(gateway.get(&path).await.ok()["status"], "cancelled");
        let resumed = gateway
            .post(&format!("{path}/resume"), json!({}))
            .await
            .ok();
        assert_eq!(resumed["id"], job_id.as_str());
        gateway.sandbox.advance(Duration::from_secs(36_000));
        let ended = gateway.get(&path).await.ok();
        assert_eq!(ended["status"], "succeeded", "{ended}");
        assert!(ended["fine_tuned_model"].is_string());
        let events = gateway.get(&format!("{path}/events?limit=2")).await.ok();
        assert_eq!(events["data"].as_array().unwrap().len(), 2, "{events}");
        assert_eq!(events["has_more"], true);
    }
    let body = json!({"model": MODEL, "training_file": id, "seed": 1});
    let (_, message) = gateway.post("/v1/fine_tuning/jobs", body).await.error(400);
    assert!(message.contains("seed"), "{message}");
}
