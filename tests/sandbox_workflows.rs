//! The generated clients at the sandbox: a file goes up, a job runs its course,
//! its events and checkpoints come back, a model comes down.
#![cfg(all(feature = "openai", feature = "together"))]

use std::time::Duration;

use futures_util::StreamExt;
use unitune::transport::Upload;
use unitune::{openai, together, truefoundry};
use unitune_sandbox::Sandbox;

/// Enough chat examples for every vendor.
fn training_file() -> Upload {
    let line = |n: usize| {
        serde_json::json!({"messages": [
            {"role": "user", "content": format!("What is {n} and {n}?")},
            {"role": "assistant", "content": (n + n).to_string()},
        ]})
        .to_string()
    };
    let lines: Vec<String> = (0..12).map(line).collect();
    Upload::from_bytes("train.jsonl", lines.join("\n") + "\n")
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_job_at_openai() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let client = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key())
        .build()
        .unwrap();
    let purpose = openai::types::UploadPurpose::FineTune;
    let file = client
        .upload_file(training_file(), purpose, None)
        .await
        .unwrap();
    let request =
        openai::types::CreateFineTuningJobRequest::new("gpt-4o-mini-2024-07-18", &*file.id);
    let job = client.create_job(&request).await.unwrap();
    assert_eq!(
        job.status,
        openai::types::FineTuningJobStatus::ValidatingFiles
    );

    sandbox.advance(DAY);
    let job = client.retrieve_job(&job.id).await.unwrap();
    assert_eq!(job.status, openai::types::FineTuningJobStatus::Succeeded);
    assert!(job.fine_tuned_model.is_some());

    let options = openai::ListJobEventsOptions::new().limit(100);
    let events = client.list_job_events(&job.id, options).await.unwrap();
    assert!(events.data.len() > 3);
    assert_eq!(events.data.malformed().count(), 0);
    let options = openai::ListJobCheckpointsOptions::new();
    let checkpoints = client.list_job_checkpoints(&job.id, options).await.unwrap();
    let checkpoint = checkpoints.data.ok().next().unwrap();
    assert_eq!(checkpoint.fine_tuning_job_id, job.id);
    let result = client.download_file(&job.result_files[0]).await.unwrap();
    assert!(!result.bytes(1 << 20).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_at_together() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let client = together::Client::builder()
        .base_url(sandbox.together_base_url())
        .api_key(sandbox.together_key())
        .build()
        .unwrap();
    let purpose = together::types::FilePurpose::FineTune;
    let file = client
        .upload_file(training_file(), purpose, None)
        .await
        .unwrap();
    let models = client.list_supported_models().await.unwrap();
    let model = models.models[0].clone();
    let request = together::types::CreateFinetuneRequest::new(model, &*file.id);
    let job = client.create_job(&request).await.unwrap();
    assert_eq!(job.status, together::types::FinetuneJobStatus::Pending);

    sandbox.advance(DAY);
    let job = client.retrieve_job(&job.id).await.unwrap();
    assert_eq!(job.status, together::types::FinetuneJobStatus::Completed);
    let events = client.list_job_events(&job.id).await.unwrap();
    assert!(events.data.len() > 3);
    let checkpoints = client.list_job_checkpoints(&job.id).await.unwrap();
    assert!(!checkpoints.data.is_empty());

    // A download appears under its name when it is complete.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.tar.zst");
    let options = together::DownloadModelOptions::new();
    let download = client.download_model(&job.id, options).await.unwrap();
    let bytes = download.save_to(&path).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    // One that is given up leaves nothing.
    let first = Ok(bytes::Bytes::from_static(b"half"));
    let pieces = futures_util::stream::iter([first]).chain(futures_util::stream::pending());
    let download = unitune::transport::Download::from_stream(pieces, None);
    let path = folder.path().join("other.tar.zst");
    let save = download.save_to(&path);
    let given_up = tokio::time::timeout(Duration::from_millis(200), save);
    assert!(given_up.await.is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_job_behind_the_gateway_under_both_forms_of_its_base_url() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let at = |url: String| {
        truefoundry::Client::builder()
            .base_url(url)
            .api_key(sandbox.truefoundry_key())
            .build()
            .unwrap()
    };
    let client = at(sandbox.truefoundry_base_url());
    let older = at(sandbox.truefoundry_control_plane_base_url());
    let options = truefoundry::UploadFileOptions {
        x_tfy_provider_name: Some("openai-main".to_owned()),
        ..Default::default()
    };
    let file = client
        .upload_file(training_file(), "fine-tune", options)
        .await
        .unwrap();
    let request =
        truefoundry::types::CreateFineTuningJobRequest::new("gpt-4o-mini-2024-07-18", &*file.id);
    let options = truefoundry::CreateJobOptions::new().x_tfy_provider_name("openai-main");
    let job = client.create_job(&request, options).await.unwrap();
    sandbox.advance(DAY);
    let options = truefoundry::RetrieveJobOptions::new;
    let seen = client.retrieve_job(&job.id, options()).await.unwrap();
    let seen_before = older.retrieve_job(&job.id, options()).await.unwrap();
    assert_eq!(*seen, *seen_before);
    assert_eq!(
        seen.status,
        truefoundry::types::FineTuningJobStatus::Succeeded
    );
}
