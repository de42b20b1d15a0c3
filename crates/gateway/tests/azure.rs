//! Azure's jobs through the gateway: OpenAI's words, and a create that waits for
//! the import of its file.

use crate::support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::azure::Client;
use unitune::providers::{Account, Providers};
use unitune_gateway::Config;
use unitune_sandbox::{Sandbox, Vendor};

const MODEL: &str = "gpt-4.1-mini-2025-04-14";

async fn gateway() -> Gateway {
    with(5.0, Config::default()).await
}

async fn with(speed: f64, config: Config) -> Gateway {
    let sandbox = Sandbox::builder().all_deviations(true).speed(speed);
    let sandbox = sandbox.start().await.unwrap();
    let client = Client::builder()
        .base_url(sandbox.azure_endpoint())
        .api_version("2025-04-01-preview")
        .api_key(Vendor::Azure.key());
    let mut providers = Providers::new();
    let account = Account::with_backend("az", client.build().unwrap());
    providers.add(account).unwrap();
    Gateway::over(sandbox, &providers, config).await
}

async fn upload(gateway: &Gateway, text: String) -> Value {
    let form = format!(
        "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n\
         --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"train.jsonl\"\r\n\r\n\
         {text}\r\n--b--\r\n"
    );
    let request = gateway.http.post(gateway.url("/v1/files"));
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    Answer::of(request.body(form)).await.ok()
}

#[tokio::test]
async fn statuses_and_settings_are_in_openai_s_words() {
    let gateway = gateway().await;
    let list = gateway.get("/v1/fine_tuning/jobs?limit=100").await.ok();
    let jobs = list["data"].as_array().unwrap();
    assert!(jobs.len() > 8);
    let own: Vec<&str> = jobs
        .iter()
        .filter_map(|job| job["provider"]["status"].as_str())
        .collect();
    assert!(
        own.contains(&"pending") && own.contains(&"canceled"),
        "{own:?}"
    );
    for job in jobs {
        let status = job["status"].as_str().unwrap();
        assert!(["queued", "running", "succeeded", "failed", "cancelled"].contains(&status));
        assert!(job["result_files"].is_array() && job["organization_id"].is_string());
        assert_ne!(job["hyperparameters"]["batch_size"], -1, "{job}");
    }
}

#[tokio::test]
async fn a_job_is_created_once_its_file_is_imported() {
    let gateway = gateway().await;
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    let file = upload(&gateway, format!("{line}\n").repeat(15)).await;
    assert_eq!(file["status"], "pending", "{file}");
    let body = json!({
        "model": MODEL, "training_file": file["id"], "hyperparameters": {"n_epochs": "auto"},
        "trainingType": "Standard",
    });
    let job = gateway.post("/v1/fine_tuning/jobs", body).await.ok();
    assert_eq!(
        (&job["status"], &job["hyperparameters"]["n_epochs"]),
        (&json!("queued"), &json!("auto"))
    );
    assert_eq!(job["provider"]["extra"]["trainingType"], "Standard");
    let path = format!("/v1/fine_tuning/jobs/{}", job["id"].as_str().unwrap());
    gateway.sandbox.advance(Duration::from_secs(180));
    for (action, own) in [
        ("pause", "pausing"),
        ("resume", "resuming"),
        ("cancel", "cancelled"),
    ] {
        let changed = gateway
            .post(&format!("{path}/{action}"), json!({}))
            .await
            .ok();
        assert_eq!(changed["provider"]["status"], own, "{changed}");
    }
    let (_, message) = gateway
        .post(&format!("{path}/pause"), json!({}))
        .await
        .error(400);
    assert!(message.contains("cannot be paused"), "{message}");

    let broken = upload(&gateway, "{}\nnot json\n".to_owned()).await;
    let body = json!({"model": MODEL, "training_file": broken["id"]});
    let (_, message) = gateway.post("/v1/fine_tuning/jobs", body).await.error(400);
    assert!(message.contains("could not import"), "{message}");
}

#[tokio::test]
async fn an_import_that_takes_long_is_no_silence() {
    let config = Config {
        deadline: Duration::from_secs(2),
        ..Config::default()
    };
    // The sandbox's clock stands still.
    let gateway = with(0.0, config).await;
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    let file = upload(&gateway, format!("{line}\n").repeat(15)).await;
    let body = json!({"model": MODEL, "training_file": file["id"]});
    let answer = gateway.post("/v1/fine_tuning/jobs", body).await;
    let (param, message) = answer.error(504);
    assert_eq!(answer.body["error"]["code"], "file_not_imported");
    assert_eq!(
        (&*param, &answer.headers["retry-after"]),
        ("training_file", &"10".parse().unwrap())
    );
    assert!(message.contains("nothing was started"), "{message}");
    assert!(!answer.headers.contains_key("x-should-retry"));
}
