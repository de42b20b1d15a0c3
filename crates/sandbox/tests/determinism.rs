//! The same seed and the same calls give the same answers, byte for byte; and it does not matter who looks when.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::json;
use std::time::Duration;
use support::client;
use support::session::chat;
use unitune_sandbox::{Sandbox, Vendor};

/// A day's work at the vendors: every answer, head and body, as text.
async fn transcript(sandbox: &Sandbox) -> Vec<String> {
    let mut all = Vec::new();
    let uploads = [
        (Vendor::OpenAi, "/files"),
        (Vendor::Together, "/files/upload"),
        (Vendor::TrueFoundry, "/files"),
    ];
    for (vendor, path) in uploads {
        // The boundary of reqwest's own forms is random: this form is written by hand.
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n\
             --b\r\ncontent-disposition: form-data; name=\"file_name\"\r\n\r\nt.jsonl\r\n\
             --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"t.jsonl\"\r\n\r\n{}\r\n--b--\r\n",
            chat(20)
        );
        let request = client()
            .post(format!("{}{path}", sandbox.base_url(vendor)))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(body);
        let uploaded = send(sandbox, vendor, request).await;
        let file: serde_json::Value =
            serde_json::from_str(uploaded.rsplit('\n').next().unwrap()).unwrap();
        all.push(uploaded);

        let (model, jobs) = match vendor == Vendor::Together {
            true => ("Qwen/Qwen3-8B", "/fine-tunes"),
            false => ("gpt-4o-mini-2024-07-18", "/fine_tuning/jobs"),
        };
        let body = json!({"model": model, "training_file": file["id"]});
        let url = format!("{}{jobs}", sandbox.base_url(vendor));
        all.push(send(sandbox, vendor, client().post(&url).json(&body)).await);
        sandbox.advance(Duration::from_secs(400));
        all.push(send(sandbox, vendor, client().get(&url)).await);
        all.push(send(sandbox, vendor, client().get(format!("{url}/none"))).await);
    }
    let account = format!(
        "{}/v1/accounts/sandbox",
        sandbox.base_url(Vendor::Fireworks)
    );
    let body = json!({
        "dataset": "accounts/sandbox/datasets/support-chats",
        "baseModel": "accounts/fireworks/models/qwen3-8b",
    });
    let jobs = format!("{account}/supervisedFineTuningJobs");
    for request in [
        client().post(&jobs).json(&body),
        client().get(&jobs),
        client().get(format!(
            "{account}/datasets/support-chats:getDownloadEndpoint"
        )),
    ] {
        all.push(send(sandbox, Vendor::Fireworks, request).await);
        sandbox.advance(Duration::from_secs(400));
    }
    all
}

async fn send(sandbox: &Sandbox, vendor: Vendor, request: reqwest::RequestBuilder) -> String {
    let answer = request.bearer_auth(vendor.key()).send().await.unwrap();
    let head = format!("{} {:?}", answer.status(), answer.headers());
    // The port is the only thing that two sandboxes of one seed cannot share.
    let body = answer
        .text()
        .await
        .unwrap()
        .replace(&sandbox.addr().to_string(), "ADDR");
    format!("{head}\n{body}")
}

#[tokio::test]
async fn the_same_calls_give_the_same_answers() {
    let mut transcripts = Vec::new();
    for seed in [5, 5, 6] {
        let sandbox = Sandbox::builder()
            .seed(seed)
            .all_deviations(true)
            .start()
            .await
            .unwrap();
        transcripts.push(transcript(&sandbox).await);
    }
    assert_eq!(transcripts[0], transcripts[1]);
    assert_ne!(transcripts[0], transcripts[2]);
}

#[tokio::test]
async fn a_reset_sandbox_starts_all_over() {
    let sandbox = Sandbox::start().await.unwrap();
    let first = transcript(&sandbox).await;
    sandbox.reset();
    assert_eq!(first, transcript(&sandbox).await);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let mut lists = Vec::new();
    for looks in [1, 10] {
        let sandbox = Sandbox::start().await.unwrap();
        let mut list = String::new();
        for _ in 0..looks {
            sandbox.advance(Duration::from_secs(600 / looks));
            let answer = support::get(&sandbox, Vendor::Together, "/fine-tunes").await;
            list = answer.body.to_string();
        }
        lists.push(list);
    }
    assert_eq!(lists[0], lists[1]);
}

#[tokio::test]
async fn time_flies_at_the_speed_that_was_set() {
    let sandbox = Sandbox::builder().speed(1000.0).start().await.unwrap();
    let start = sandbox.now();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let flown = sandbox.now() - start;
    assert!((99..60_000).contains(&flown), "{flown}");
    sandbox.set_speed(0.0);
    let stopped = sandbox.now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(sandbox.now(), stopped);
}
