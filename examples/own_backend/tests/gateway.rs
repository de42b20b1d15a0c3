//! Forge through the gateway, as an OpenAI SDK sees it.

mod forge;

use own_backend::Forge;
use serde_json::{Value, json};
use unitune::providers::{Account, Providers};
use unitune_gateway::{Config, Server};

/// A gateway over Forge alone, and its address.
async fn gateway() -> String {
    let addr = forge::start().await;
    let mut providers = Providers::new();
    let backend = Forge::new(format!("http://{addr}").parse().unwrap(), forge::KEY);
    providers
        .add(Account::with_backend("in-house", backend))
        .unwrap();
    let server = Server::bind(
        "127.0.0.1:0".parse().unwrap(),
        &providers,
        Config::default(),
    );
    let server = server.await.unwrap();
    let url = format!("http://{}/v1", server.addr());
    tokio::spawn(server.run(std::future::pending()));
    url
}

async fn get(url: String) -> (u16, Value) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn runs_are_jobs_of_the_gateway() {
    let url = gateway().await;
    let (status, list) = get(format!("{url}/fine_tuning/jobs?limit=4")).await;
    assert_eq!(status, 200);
    let ids: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["id"])
        .collect();
    assert_eq!(ids, ["run-6", "run-5", "run-4", "run-3"]);
    assert_eq!(list["has_more"], true);
    let (_, next) = get(format!("{url}/fine_tuning/jobs?limit=4&after=run-3")).await;
    assert_eq!(next["data"][0]["id"], "run-2");
    assert_eq!(next["data"][0]["status"], "failed");
    assert_eq!(next["data"][0]["error"]["message"], "out of memory");
    let (status, job) = get(format!("{url}/fine_tuning/jobs/run-1")).await;
    assert_eq!((status, &job["provider"]["vendor"]), (200, &json!("forge")));
    let (status, error) = get(format!("{url}/fine_tuning/jobs/run-99")).await;
    assert_eq!(status, 404, "{error}");
}

#[tokio::test]
async fn a_file_streams_and_starts_a_run() {
    let url = gateway().await;
    let http = reqwest::Client::new();
    let content = "{\"text\": \"t\"}\n".repeat(2000);
    let boundary = "a-boundary-of-this-test";
    let form = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"t.jsonl\"\r\n\
         \r\n{content}\r\n--{boundary}--\r\n"
    );
    let request = http.post(format!("{url}/files"));
    let request = request.header(
        "content-type",
        format!("multipart/form-data; boundary={boundary}"),
    );
    let file: Value = request
        .body(form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(file["bytes"], content.len(), "{file}");
    let id = file["id"].as_str().unwrap();
    let back = reqwest::get(format!("{url}/files/{id}/content"))
        .await
        .unwrap();
    assert_eq!(back.text().await.unwrap(), content);

    let request = json!({"model": "our-8b", "training_file": id});
    let created = http
        .post(format!("{url}/fine_tuning/jobs"))
        .json(&request)
        .send()
        .await;
    let created: Value = created.unwrap().json().await.unwrap();
    assert_eq!(created["status"], "queued", "{created}");
    let run = created["id"].as_str().unwrap();
    let cancel = http
        .post(format!("{url}/fine_tuning/jobs/{run}/cancel"))
        .send()
        .await;
    let cancelled: Value = cancel.unwrap().json().await.unwrap();
    assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
    let pause = http
        .post(format!("{url}/fine_tuning/jobs/{run}/pause"))
        .send()
        .await;
    let pause = pause.unwrap();
    assert_eq!(pause.status(), 400);
    let error: Value = pause.json().await.unwrap();
    assert_eq!(error["error"]["code"], "unsupported", "{error}");
}
