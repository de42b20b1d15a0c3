//! Jobs that are started, and what is looked at before that.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback;
use crate::stage;

use std::path::PathBuf;

use serde_json::json;
use stage::Stage;
use unitune::ErrorKind;
use unitune::providers::{Account, DataFile, Draft, FileUpload, ListQuery, Providers};
use unitune::transport::Upload;
use unitune::unify::{CreateRequest, Usd};
use unitune_sandbox::{Sandbox, Vendor};

const OPENAI: &str = "gpt-4o-mini-2024-07-18";
const TOGETHER: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn examples(&self, count: usize) -> PathBuf {
        let line = json!({"messages": [
            {"role": "user", "content": "What is the capital of France?"},
            {"role": "assistant", "content": "Paris."},
        ]});
        self.file("train.jsonl", &format!("{line}\n").repeat(count))
    }
}

#[tokio::test]
async fn a_file_and_a_model_are_enough_at_every_vendor() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let path = folder.examples(20);
    for (account, model) in [
        ("openai", OPENAI),
        ("together", TOGETHER),
        ("truefoundry", OPENAI),
    ] {
        let draft = Draft::new(model, path.as_path()).account(account);
        let created = stage.providers.create(&draft).await.unwrap();
        assert_eq!(created.files.len(), 1, "{account}");
        assert_eq!(created.job.training_file, created.files[0].id);
        assert_eq!(created.job.provider.account, account);
        assert_eq!(created.estimate.is_some(), account == "together");
        let found = stage.providers.retrieve(&created.job.id).await.unwrap();
        assert_eq!(found.id, created.job.id);
    }
}

#[tokio::test]
async fn a_price_is_estimated_by_default() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let path = folder.examples(20);
    let draft = Draft::new(TOGETHER, path.as_path()).account("together");
    let asked = || stage.count(Vendor::Together, "estimatePrice");
    let created = stage.providers.create(&draft).await.unwrap();
    assert_eq!((created.estimate.is_some(), asked()), (true, 1));
    let draft = draft.without_estimate();
    let created = stage.providers.create(&draft).await.unwrap();
    assert_eq!((created.estimate.is_some(), asked()), (false, 1));
    // A limit of costs cannot be kept without it.
    let draft = draft.max_cost(Usd::from_nanos(1_000_000_000_000));
    let created = stage.providers.create(&draft).await.unwrap();
    assert_eq!((created.estimate.is_some(), asked()), (true, 2));
}

#[tokio::test]
async fn the_first_examples_are_shown_where_the_vendor_has_previews() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let path = folder.examples(20);
    let on_disk = Draft::new(TOGETHER, path.as_path()).account("together");
    let error = stage.providers.preview(&on_disk, None).await.unwrap_err();
    assert!(error.to_string().contains("is not uploaded yet"), "{error}");
    let upload = FileUpload::new(Upload::from_path(&path).await.unwrap());
    let file = stage
        .providers
        .upload_file("together", upload)
        .await
        .unwrap();
    let draft = Draft::new(TOGETHER, DataFile::Id(file.id)).account("together");
    let preview = stage.providers.preview(&draft, Some(3)).await.unwrap();
    assert_eq!(
        (preview.examples.len(), preview.trains_on_inputs),
        (3, Some(false))
    );
    let first = &preview.examples[0];
    assert_eq!(first.tokens.len(), 7, "{first:?}");
    assert_eq!(
        (first.tokens[6].as_str(), first.trained_count()),
        ("Paris.", 1)
    );
    assert_eq!(first.token_ids.len(), 7);
    // Whether prompts are trained on is a setting of the request.
    let inputs = draft.clone().with(|request| {
        request.hyperparameters = json!({"train_on_inputs": true}).as_object().cloned();
    });
    let preview = stage.providers.preview(&inputs, None).await.unwrap();
    assert_eq!(preview.examples[0].trained_count(), 7);
    // The vendor has none of other methods, and other vendors have none at all.
    let pairs = draft.with(|request| {
        request.method = json!({"type": "dpo"}).as_object().cloned();
    });
    let other = Draft::new(OPENAI, DataFile::Id("file-1".to_owned())).account("openai");
    for draft in [pairs, other] {
        let error = stage.providers.preview(&draft, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert_eq!(stage.count(Vendor::Together, "createJob"), 0);
}

#[tokio::test]
async fn a_bad_line_is_found_before_anything_is_sent() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let good = "{\"text\": \"a\"}\n";
    let path = folder.file(
        "bad.jsonl",
        &format!("{good}{good}{{\"text\": 7}}\n{good}nope\n"),
    );
    let draft = Draft::new(TOGETHER, path.as_path()).account("together");
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let message = error.to_string();
    assert!(
        message.contains("bad.jsonl: line 3: text is not a text (and 1 more)"),
        "{message}"
    );
    let all = std::error::Error::source(&error).unwrap().to_string();
    assert!(all.contains("line 5: not JSON at column 2"), "{all}");
    let few = folder.examples(3);
    let draft = Draft::new(OPENAI, few).account("openai");
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert!(error.to_string().contains("3 examples"), "{error}");
    let missing = Draft::new(OPENAI, "nowhere/train.jsonl").account("openai");
    let error = stage.providers.create(&missing).await.unwrap_err();
    assert!(error.to_string().contains("nowhere/train.jsonl"), "{error}");
    assert_eq!(stage.sandbox.requests().len(), 0);
}

#[tokio::test]
async fn what_a_vendor_has_no_place_for_is_rejected_before_the_upload() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let draft = Draft::new(TOGETHER, folder.examples(5))
        .account("together")
        .with(|request| {
            request.hyperparameters = json!({"learning_rate_multiplier": 2}).as_object().cloned();
        });
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert!(
        error.to_string().contains("learning_rate_multiplier"),
        "{error}"
    );
    assert_eq!(stage.sandbox.requests().len(), 0);
    let created = stage
        .providers
        .create(&draft.allow_lossy(true))
        .await
        .unwrap();
    assert_eq!(created.dropped.len(), 1);
}

#[tokio::test]
async fn nothing_is_started_above_the_limit_of_costs() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let path = folder.examples(20);
    let before = stage
        .providers
        .list(&ListQuery::new())
        .await
        .unwrap()
        .jobs
        .len();
    let draft = Draft::new(TOGETHER, path.as_path())
        .account("together")
        .max_cost(Usd::from_nanos(1));
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CostLimit);
    assert!(
        error.to_string().contains("uploaded before: file-"),
        "{error}"
    );
    // With its id the file is not uploaded again.
    let [id] = error.uploaded_files() else {
        panic!("{error}")
    };
    let again = draft.with(|request| request.training_file.clone_from(id));
    let error = stage.providers.create(&again).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CostLimit);
    assert!(error.uploaded_files().is_empty());
    assert_eq!(stage.count(Vendor::Together, "uploadFile"), 1);
    let draft = Draft::new(OPENAI, path.as_path())
        .account("openai")
        .max_cost(Usd::from_nanos(1));
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(stage.count(Vendor::OpenAi, "uploadFile"), 0);
    let after = stage
        .providers
        .list(&ListQuery::new())
        .await
        .unwrap()
        .jobs
        .len();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_price_can_be_asked_for_without_starting_anything() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let path = folder.examples(20);
    let on_disk = Draft::new(TOGETHER, path.as_path()).account("together");
    let error = stage.providers.estimate(&on_disk).await.unwrap_err();
    assert!(error.to_string().contains("not uploaded yet"), "{error}");
    let upload = FileUpload::new(Upload::from_path(&path).await.unwrap());
    let file = stage.providers.upload_file("together", upload).await;
    let draft = Draft::new(TOGETHER, DataFile::Id(file.unwrap().id)).account("together");
    let estimate = stage.providers.estimate(&draft).await.unwrap();
    let total = estimate.total.unwrap();
    let limited = draft.clone().max_cost(Usd::from_nanos(total.nanos() - 1));
    let error = stage.providers.estimate(&limited).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CostLimit);
    let account = stage.providers.account_of(&draft).await.unwrap();
    assert_eq!(account.name(), "together");
    assert_eq!(stage.count(Vendor::Together, "createJob"), 0);
    let other = Draft::new(OPENAI, DataFile::Id("file-1".to_owned())).account("openai");
    let error = stage.providers.estimate(&other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn models_are_listed_where_the_vendor_lists_them() {
    let stage = Stage::start().await;
    let models = stage.providers.models("together").await.unwrap();
    assert!(models.iter().any(|model| model == TOGETHER), "{models:?}");
    let error = stage.providers.models("openai").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn the_account_is_named_or_clear() {
    let stage = Stage::start().await;
    let draft = Draft::new(OPENAI, "file-1");
    let error = stage.providers.preflight(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(
        error.to_string().contains("openai, together, truefoundry"),
        "{error}"
    );
    let by_model = Draft::new(format!("truefoundry/{OPENAI}"), "file-1");
    let preflight = stage.providers.preflight(&by_model).await.unwrap();
    assert_eq!(preflight.account, "truefoundry");
    let only = stage.providers.select(&["openai"]).unwrap();
    assert_eq!(only.preflight(&draft).await.unwrap().account, "openai");
    let request = CreateRequest::new(OPENAI, "file-missing");
    let error = only
        .create(&Draft::from_request(request))
        .await
        .unwrap_err();
    assert_eq!(error.operation(), Some("createJob"));
}

/// Without a name: the account of the model, of the training file, or the
/// default.
#[tokio::test]
async fn the_account_follows_from_the_draft() {
    let stage = Stage::start().await;
    let folder = Folder::new();
    let path = folder.examples(12);
    let upload = Upload::from_path(&path).await.unwrap();
    let upload = FileUpload::new(upload).purpose("fine-tune");
    let file = stage.providers.upload_file("together", upload).await;
    let id = file.unwrap().id;
    let chosen = async |providers: &Providers, draft: Draft| {
        providers.preflight(&draft).await.map(|p| p.account)
    };

    let providers = &stage.providers;
    let of_file = Draft::new(TOGETHER, DataFile::Id(id.clone()));
    assert_eq!(
        chosen(providers, of_file.clone()).await.unwrap(),
        "together"
    );
    let named = of_file.clone().account("openai");
    assert_eq!(chosen(providers, named).await.unwrap(), "openai");

    let default = stage.providers.clone();
    let default = default.with_default_account("truefoundry").unwrap();
    let unknown = Draft::new(OPENAI, DataFile::Id("file-none".to_owned()));
    assert_eq!(chosen(&default, of_file.clone()).await.unwrap(), "together");
    assert_eq!(
        chosen(&default, unknown.clone()).await.unwrap(),
        "truefoundry"
    );
    let by_model = Draft::new(format!("openai/{OPENAI}"), DataFile::Id(id.clone()));
    assert_eq!(chosen(&default, by_model).await.unwrap(), "openai");
    let on_disk = Draft::new(OPENAI, path.as_path());
    assert_eq!(
        chosen(&default, on_disk.clone()).await.unwrap(),
        "truefoundry"
    );
    let error = chosen(providers, on_disk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);

    // Two accounts of one vendor both have the file: the default is used, or none.
    let mut twice = stage.providers.clone();
    let again = stage.together().build().unwrap();
    twice
        .add(Account::with_backend("together-2", again))
        .unwrap();
    let error = chosen(&twice, of_file.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(
        error.to_string().contains("together, together-2"),
        "{error}"
    );
    let default = twice.with_default_account("together-2").unwrap();
    assert_eq!(chosen(&default, of_file).await.unwrap(), "together-2");
    assert!(default.with_default_account("nobody").is_err());
}

#[test]
fn paths_and_ids_are_distinguished() {
    assert_eq!(
        DataFile::from("file-abc123"),
        DataFile::Id("file-abc123".to_owned())
    );
    for path in ["train.jsonl", "data/train", "./x"] {
        assert_eq!(DataFile::from(path), DataFile::Path(path.into()));
    }
}

#[tokio::test]
async fn the_file_that_a_request_names_last_is_trained_with() {
    let (stage, folder) = (Stage::start().await, Folder::new());
    let mut ids = Vec::new();
    for name in ["a.jsonl", "b.jsonl"] {
        let text = std::fs::read_to_string(folder.examples(12)).unwrap();
        let upload = Upload::from_bytes(name, text);
        let upload = FileUpload::new(upload);
        let file = stage.providers.upload_file("openai", upload).await.unwrap();
        ids.push(file.id);
    }
    let mut request = CreateRequest::new(OPENAI, ids[0].clone());
    request.validation_file = Some(ids[0].clone());
    let draft = Draft::from_request(request)
        .account("openai")
        .with(|request| {
            request.training_file.clone_from(&ids[1]);
            request.validation_file = None;
        });
    let job = stage.providers.create(&draft).await.unwrap().job;
    assert_eq!(job.training_file, ids[1]);
    assert_eq!(job.validation_file, None);
    let path = folder.examples(11).display().to_string();
    let draft = draft.with(|request| request.validation_file = Some(path));
    let created = stage.providers.create(&draft).await.unwrap();
    let [validation] = created.files.as_slice() else {
        panic!("{:?}", created.files)
    };
    assert_eq!(created.job.validation_file.as_ref(), Some(&validation.id));
}

#[tokio::test]
async fn a_vendor_that_starts_no_more_jobs_is_asked_once_and_others_are_named() {
    let folder = Folder::new();
    let fault = "openai.createJob:403;code=training_not_available"
        .parse()
        .unwrap();
    let stage = Stage::with(Sandbox::builder().fault(fault)).await;
    let draft = Draft::new(OPENAI, folder.examples(20)).account("openai");
    let error = stage.providers.create(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TrainingNotAvailable);
    assert!(error.is_training_not_available() && !error.is_retryable());
    assert_eq!((error.status(), error.tries()), (Some(403), 1));
    assert_eq!(error.vendor_code(), Some("training_not_available"));
    assert_eq!(stage.count(Vendor::OpenAi, "createJob"), 1);
    let accounts = stage.providers.accounts().iter().map(Account::name);
    let others: Vec<&str> = accounts.filter(|name| *name != "openai").collect();
    assert_eq!(error.alternatives(), others);
    let text = error.to_string();
    let can_train = format!("Accounts that can train: {}", others.join(", "));
    assert!(text.contains(&can_train), "{text}");
    for part in [
        "openai: createJob: the vendor starts no more jobs for this account: ",
        "until 2027-01-14",
        "until 2026-10-23",
        "can be read as before",
        "uploaded before: file-",
        "`unitune jobs create --on together`",
        "`unitune jobs rerun ID --on together`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(stage.sandbox.openai_key()));

    // Alone, there is nobody to go to.
    let alone = stage.providers.select(&["openai"]).unwrap();
    let error = alone.create(&draft).await.unwrap_err();
    assert!(error.alternatives().is_empty());
    let text = error.to_string();
    assert!(
        text.contains("No other account is configured that can train"),
        "{text}"
    );

    // Others of the same vendor are no way out.
    let mut providers = stage.providers.select(&["openai", "together"]).unwrap();
    let second = Account::with_backend("second", stage.openai().build().unwrap());
    providers.add(second).unwrap();
    let error = providers.create(&draft).await.unwrap_err();
    assert_eq!(error.alternatives(), ["together"]);
}

#[tokio::test]
async fn a_hint_to_try_again_changes_nothing_about_it() {
    let server = loopback::Server::start().await;
    let body = json!({"error": {"message": "Your organization is no longer able to create new \
        fine-tuning training jobs.", "type": "invalid_request_error", "param": null}});
    for _ in 0..3 {
        let answer = loopback::Answer::json(body.clone()).status(403);
        server.answer(answer.header("x-should-retry", "true"));
    }
    let client = unitune::openai::Client::builder()
        .api_key("k")
        .base_url(&server.url);
    let client = client.build().unwrap();
    // A call that may be sent twice.
    let request = unitune::openai::types::CreateFineTuningJobRequest::new(OPENAI, "file-1");
    let options = unitune::transport::CallOptions::new().idempotency_key("once");
    let error = client
        .with_options(&options)
        .create_job(&request)
        .await
        .unwrap_err();
    assert!(
        error.is_training_not_available(),
        "without the code, by its text: {error}"
    );
    assert_eq!((error.tries(), server.count()), (1, 1));
    assert!(
        !error.to_string().contains("unitune jobs"),
        "nobody looked for accounts: {error}"
    );
}
