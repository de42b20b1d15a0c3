//! Forge through `Providers`: the same calls as for any vendor.

mod forge;

use bytes::Bytes;
use own_backend::Forge;
use serde_json::json;
use unitune::ErrorKind;
use unitune::providers::{
    Account, Draft, FileUpload, ListQuery, Operation, PageQuery, Providers, WatchOptions,
};
use unitune::transport::Upload;
use unitune::unify::{CreateRequest, Status};

async fn providers() -> Providers {
    let addr = forge::start().await;
    let mut providers = Providers::new();
    let backend = Forge::new(format!("http://{addr}").parse().unwrap(), forge::KEY);
    let account = Account::with_backend("in-house", backend).organization("research");
    providers.add(account).unwrap();
    providers
}

#[tokio::test]
async fn runs_are_jobs() {
    let providers = providers().await;
    let list = providers.list(&ListQuery::new()).await.unwrap();
    let shown: Vec<_> = list
        .jobs
        .iter()
        .map(|job| (job.id.as_str(), job.status))
        .collect();
    assert_eq!(
        shown,
        [
            ("run-6", Status::Running),
            ("run-5", Status::Queued),
            ("run-4", Status::Running),
            ("run-3", Status::Cancelled),
            ("run-2", Status::Failed),
            ("run-1", Status::Succeeded),
        ]
    );
    assert_eq!(list.warnings.len(), 1, "{:?}", list.warnings);
    assert!(
        list.warnings[0]
            .to_string()
            .starts_with("in-house: job run-7 is left out")
    );
    let done = &list.jobs[5];
    assert_eq!(done.fine_tuned_model.as_deref(), Some("our-8b-tuned"));
    assert_eq!(done.provider.vendor, "forge");
    assert_eq!(done.provider.status, "DONE");
    assert_eq!(done.organization_id, "research");
    let failed = list.jobs[4].error.clone().unwrap();
    assert_eq!(failed.message.as_deref(), Some("out of memory"));
    // Pages of a list go on after any job.
    let query = ListQuery::new().limit(2).after("run-5");
    let page = providers.list(&query).await.unwrap();
    let ids: Vec<_> = page.jobs.iter().map(|job| job.id.as_str()).collect();
    assert_eq!((ids, page.has_more), (vec!["run-4", "run-3"], true));
}

#[tokio::test]
async fn a_file_streams_and_starts_a_run() {
    let providers = providers().await;
    let pieces =
        (0..1000).map(|n| Ok::<_, std::io::Error>(Bytes::from(format!("{{\"n\":{n}}}\n"))));
    let pieces: Vec<_> = pieces.collect();
    let content = Upload::from_stream("train.jsonl", futures_util::stream::iter(pieces), None);
    let file = providers
        .upload_file("in-house", FileUpload::new(content))
        .await
        .unwrap();
    assert_eq!(file.filename.as_deref(), Some("train.jsonl"));
    let download = providers.download_file(file.id.as_str()).await.unwrap();
    let back = download.bytes(1 << 20).await.unwrap();
    assert_eq!(i64::try_from(back.len()).unwrap(), file.bytes);
    assert_eq!(providers.list_files().await.files.len(), 1);

    let mut request = CreateRequest::new("our-8b", &file.id);
    request.hyperparameters = json!({"n_epochs": 2, "learning_rate_multiplier": 3})
        .as_object()
        .cloned();
    let draft = Draft::from_request(request);
    let error = providers.create(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(
        error.to_string().contains("learning_rate_multiplier"),
        "{error}"
    );
    let created = providers.create(&draft.allow_lossy(true)).await.unwrap();
    assert_eq!(created.dropped.len(), 1);
    assert_eq!(created.job.status, Status::Queued);
    assert_eq!(created.job.training_file, file.id);

    let cancelled = providers.cancel(&created.job.id).await.unwrap();
    assert_eq!(cancelled.status, Status::Cancelled);
    let ended = providers.wait(&created.job.id, &WatchOptions::new()).await;
    assert_eq!(ended.unwrap().status, Status::Cancelled);
    providers.delete_file(file.id.as_str()).await.unwrap();
    assert!(
        providers
            .file(file.id.as_str())
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn unsupported_operations_of_forge_are_errors() {
    let providers = providers().await;
    let account = providers.get("in-house").unwrap();
    assert!(!account.support(Operation::Pause).is_supported());
    let error = providers.pause("run-4").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "in-house: Forge has no pause: stop the run, and start another one"
    );
    let error = providers
        .events("run-4", &PageQuery::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        providers
            .retrieve("run-99")
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn errors_are_typed_and_hold_no_key() {
    let addr = forge::start().await;
    let mut providers = Providers::new();
    let backend = Forge::new(format!("http://{addr}").parse().unwrap(), "another-key");
    providers
        .add(Account::with_backend("in-house", backend))
        .unwrap();
    let error = providers.retrieve("run-1").await.unwrap_err();
    assert!(error.is_auth());
    assert_eq!(
        (error.account(), error.vendor_code()),
        (Some("in-house"), Some("1"))
    );
    assert!(!format!("{providers:?}{error:?}").contains("another-key"));
}
