//! Datasets as files: uploads in their steps, what becomes of those that break
//! off, downloads.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use unitune::fireworks::Client;
use unitune::providers::{Backend, FileUpload};
use unitune::transport::Upload;
use unitune::{Error, ErrorKind};
use unitune_sandbox::Vendor;

use super::{call, examples, inject, stage};
use crate::loopback::clock::TestClock;
use crate::loopback::{Answer, Server};

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
        assert_eq!(put.header("content-length"), Some("151000000"));
    }
}
