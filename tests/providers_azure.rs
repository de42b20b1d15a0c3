//! Azure as a backend of accounts, against the sandbox.
#![cfg(all(feature = "azure", feature = "openai", feature = "together"))]

use crate::stage;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use stage::Stage;
use unitune::azure::Client;
use unitune::providers::{
    Account, Config, ConfigReader, Draft, FileUpload, JobChange, ListQuery, PageQuery, Providers,
};
use unitune::transport::{Token, TokenSource, Upload};
use unitune::unify::{Job, Status};
use unitune::wire::DeepObject;
use unitune::{Error, ErrorKind};
use unitune_sandbox::{Deviation, Sandbox, Vendor};

const MODEL: &str = "gpt-4.1-mini-2025-04-14";

fn only(client: Client) -> Providers {
    let mut providers = Providers::new();
    let account = Account::with_backend("az", client).organization("acme");
    providers.add(account).unwrap();
    providers
}

async fn stage() -> (Stage, Providers) {
    let stage = Stage::with(Sandbox::builder()).await;
    let providers = only(stage.azure().build().unwrap());
    (stage, providers)
}

fn lines(count: usize) -> String {
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    format!("{line}\n").repeat(count)
}

async fn jobs(providers: &Providers) -> Vec<Job> {
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert!(list.warnings.is_empty(), "{:?}", list.warnings);
    list.jobs
}

/// Under each form of the address, with the key and with a token.
#[tokio::test]
async fn jobs_are_listed_under_each_address() {
    let (stage, providers) = stage().await;
    let all = jobs(&providers).await;
    assert_eq!(
        all.len(),
        stage
            .sandbox
            .seeded_jobs()
            .iter()
            .filter(|job| job.vendor == Vendor::Azure)
            .count()
    );
    let endpoint = stage.sandbox.azure_endpoint();
    let ids = |jobs: &[Job]| jobs.iter().map(|job| job.id.clone()).collect::<Vec<_>>();
    for (address, version) in [
        (endpoint.clone(), ""),
        (endpoint.clone(), "preview"),
        (endpoint.clone(), "2024-10-21"),
        (format!("{endpoint}/openai"), "2025-04-01-preview"),
        (format!("{endpoint}/api/projects/sandbox"), ""),
    ] {
        let builder = stage.azure().base_url(&address).api_version(version);
        let found = jobs(&only(builder.clone().build().unwrap())).await;
        assert_eq!(ids(&found), ids(&all), "{address} {version}");
        let token = builder
            .bearer_token(stage.sandbox.azure_key())
            .build()
            .unwrap();
        assert_eq!(
            ids(&jobs(&only(token)).await),
            ids(&all),
            "{address} {version}"
        );
    }
    let unknown_version = stage
        .azure()
        .base_url(endpoint)
        .api_version("2020-01-01")
        .build()
        .unwrap();
    let error = only(unknown_version)
        .list(&ListQuery::new())
        .await
        .unwrap()
        .warnings;
    assert!(
        error[0].to_string().contains("API version not supported"),
        "{error:?}"
    );
}

#[tokio::test]
async fn every_deviating_job_is_a_job() {
    let (stage, providers) = stage().await;
    for (deviation, status) in [
        (Deviation::OneL, Status::Cancelled),
        (Deviation::NotRunning, Status::Queued),
        (Deviation::BritishSpelling, Status::Succeeded),
        (Deviation::NullsLeftOut, Status::Running),
    ] {
        let sandbox = Stage::with(Sandbox::builder().all_deviations(true)).await;
        let providers = only(sandbox.azure().build().unwrap());
        let job = providers
            .retrieve(sandbox.deviation(deviation))
            .await
            .unwrap();
        assert_eq!(
            (job.status, &*job.organization_id),
            (status, "acme"),
            "{deviation:?}"
        );
    }
    let waiting = jobs(&providers).await;
    assert!(waiting.iter().any(|job| &*job.provider.status == "pausing"));
    drop(stage);
}

#[tokio::test]
async fn a_job_is_paused_resumed_and_cancelled() {
    let (stage, providers) = stage().await;
    let all = jobs(&providers).await;
    let running = all
        .iter()
        .find(|job| &*job.provider.status == "running")
        .unwrap();
    // The answer is lost, and the job tells that it was done.
    for (operation, change, status) in [
        ("pauseJob", JobChange::Pause, "pausing"),
        ("resumeJob", JobChange::Resume, "resuming"),
        ("cancelJob", JobChange::Cancel, "cancelled"),
    ] {
        let fault = format!("azure.{operation}:reset-after-body@once");
        stage.sandbox.inject(fault.parse().unwrap());
        let job = match change {
            JobChange::Pause => providers.pause(running).await,
            JobChange::Resume => providers.resume(running).await,
            _ => providers.cancel(running).await,
        };
        let job = job.unwrap_or_else(|error| panic!("{operation}: {error}"));
        assert_eq!(&*job.provider.status, status, "{operation}");
        stage.sandbox.clear_faults();
    }
    let error = providers.pause(running).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert_eq!(
        error.vendor_code(),
        Some("unexpectedEntityState"),
        "{error:?}"
    );
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn logs_metrics_models_and_files() {
    let (_stage, providers) = stage().await;
    let done = jobs(&providers).await;
    let done = done
        .iter()
        .find(|job| job.status == Status::Succeeded)
        .unwrap();
    let events = providers
        .events(done, &PageQuery::new().limit(500))
        .await
        .unwrap();
    assert!(
        events.data.len() > 20 && !events.has_more,
        "{}",
        events.data.len()
    );
    let metrics = providers.metrics(done).await.unwrap();
    assert!(metrics.len() > 5 && metrics[0].step <= metrics[1].step);
    let checkpoints = providers
        .checkpoints(done, &PageQuery::new())
        .await
        .unwrap();
    assert_eq!(
        checkpoints.data[0].fine_tuned_model_checkpoint,
        done.fine_tuned_model.clone().unwrap()
    );
    let models = providers.models("az").await.unwrap();
    assert!(models.iter().any(|model| model == MODEL), "{models:?}");
    let files = providers.list_files().await;
    assert!(files.warnings.is_empty() && !files.files.is_empty());
    let file = providers.file(&*done.training_file).await.unwrap();
    let content = providers.download_file(&*file.id).await.unwrap();
    assert_eq!(
        content.bytes(1 << 24).await.unwrap().len() as i64,
        file.bytes
    );
    let error = providers.delete(done).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_filter_on_metadata_holds_without_the_vendor() {
    let (stage, providers) = stage().await;
    let id = upload(&providers, &lines(12)).await;
    stage.sandbox.advance(Duration::from_secs(10));
    let labelled = draft(&id).with(|request| {
        request.metadata = Some([("team".to_owned(), "a".to_owned())].into());
    });
    let job = providers.create(&labelled).await.unwrap().job;
    let of_team = |team: &str| ListQuery::new().metadata(DeepObject::new().with("team", team));
    let found = providers.list(&of_team("a")).await.unwrap().jobs;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, job.id);
    assert!(providers.list(&of_team("b")).await.unwrap().jobs.is_empty());
    let without = providers
        .list(&ListQuery::new().metadata(DeepObject::null()))
        .await
        .unwrap();
    assert!(without.jobs.len() > 5 && without.jobs.iter().all(|other| other.id != job.id));
}

async fn upload(providers: &Providers, text: &str) -> String {
    let content = Upload::from_bytes("train.jsonl", text.to_owned());
    let file = providers
        .upload_file("az", FileUpload::new(content))
        .await
        .unwrap();
    assert_eq!(file.status, "pending");
    file.id
}

fn draft(file: &str) -> Draft {
    Draft::from_request(unitune::unify::CreateRequest::new(MODEL, file)).account("az")
}

#[tokio::test]
async fn a_create_waits_until_the_files_are_imported() {
    let (stage, providers) = stage().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.jsonl");
    std::fs::write(&path, lines(12)).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let draft = Draft::new(MODEL, path.as_path())
        .validation(path.as_path())
        .account("az")
        .on_import(move |file| told.lock().unwrap().push(file.status.clone()));
    let created = providers.create(&draft).await.unwrap();
    assert_eq!(created.files.len(), 2);
    assert_eq!(&*created.job.provider.status, "pending");
    assert_eq!(created.job.training_file, created.files[0].id);
    let mut seen = seen.lock().unwrap().clone();
    seen.dedup();
    assert_eq!(seen, ["pending", "running"]);
    assert_eq!(stage.count(Vendor::Azure, "createJob"), 1);
}

#[tokio::test]
async fn an_import_that_fails_or_takes_too_long_starts_nothing() {
    let (stage, providers) = stage().await;
    let id = upload(&providers, "{\"messages\": []}\nnot json\n").await;
    let error = providers.create(&draft(&id)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.vendor_param(), Some("training_file"));
    let text = error.to_string();
    assert!(
        text.contains(&id) && text.contains("jsonlValidationFailed"),
        "{text}"
    );

    let id = upload(&providers, &lines(12)).await;
    let hasty = draft(&id).import_timeout(Duration::from_secs(2));
    let error = providers.create(&hasty).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("nothing was started"), "{error}");
    assert_eq!(stage.count(Vendor::Azure, "createJob"), 0);
    // What does not exist is the vendor's to say.
    let error = providers.create(&draft("file-none")).await.unwrap_err();
    assert!(error.status().is_some(), "{error}");
    assert_eq!(stage.count(Vendor::Azure, "createJob"), 1);
}

#[test]
fn accounts_are_read_from_a_file() {
    let account = "[[account]]\nname = \"az\"\nvendor = \"azure\"\n";
    let error = |text: &str| {
        let error = Config::from_toml(&format!("{account}{text}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    };
    let base_url = |text: &str| {
        let config = Config::from_toml(&format!("{account}key = \"k\"\n{text}")).unwrap();
        let account = &config.providers().accounts()[0];
        let client = account.client::<Client>().unwrap();
        client.transport().base_url().to_owned()
    };
    let endpoint = "base_url = \"https://mine.openai.azure.com\"\n";
    assert_eq!(
        base_url(endpoint),
        "https://mine.openai.azure.com/openai/v1"
    );
    // Keys that OpenAI's accounts have, too.
    assert_eq!(
        base_url(&format!(
            "{endpoint}api_version = \"2024-10-21\"\nopenai_project = \"p\""
        )),
        "https://mine.openai.azure.com/openai"
    );
    let text = error("key = \"k\"\n");
    assert!(
        text.contains("AZURE_OPENAI_ENDPOINT") && text.contains("2:8"),
        "{text}"
    );
    let text = error(&format!("{endpoint}token_command = [\"az\"]\n"));
    assert!(
        text.contains("runs no commands") && text.contains("5:17"),
        "{text}"
    );
    let dated =
        "key = \"k\"\nbase_url = \"https://a.example/openai/v1\"\napi_version = \"2024-10-21\"\n";
    assert!(error(dated).contains("api_version"), "{}", error(dated));
    let others =
        "[[account]]\nname = \"t\"\nvendor = \"together\"\nkey = \"k\"\napi_version = \"v1\"\n";
    let text = Config::from_toml(others).unwrap_err().to_string();
    assert!(
        text.contains("does not have the setting api_version"),
        "{text}"
    );
}

#[derive(Debug)]
struct Printed(Vec<String>);

impl TokenSource for Printed {
    fn token(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>> {
        let token = Token::new(self.0.last().cloned().unwrap_or_default());
        Box::pin(async move { Ok(token) })
    }
}

#[tokio::test]
async fn a_command_prints_the_token() {
    let (stage, _) = stage().await;
    let endpoint = stage.sandbox.azure_endpoint();
    let reader = ConfigReader::new().token_command(|command| Arc::new(Printed(command.to_vec())));
    let account = |more: &str| {
        format!(
            "[[account]]\nname = \"az\"\nvendor = \"azure\"\nbase_url = {}\n{more}\n",
            json!(endpoint)
        )
    };
    let command = format!(
        "token_command = [\"echo\", {}]",
        json!(stage.sandbox.azure_key())
    );
    let config = reader.from_toml(&account(&command)).unwrap();
    assert!(jobs(config.providers()).await.len() > 5);
    for (wrong, what) in [
        ("token_command = []", "names no program"),
        ("token_command = \"az\"", "expected a list"),
        ("token_command = [\"az\"]\nkey = \"k\"", "has a key already"),
    ] {
        let error = reader.from_toml(&account(wrong)).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}
