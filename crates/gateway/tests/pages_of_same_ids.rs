//! Pages of files and jobs that several accounts have under the same id: each is on one page,
//! and the pages end.

use crate::support;

use serde_json::Value;
use support::{Answer, Gateway};
use unitune::openai;
use unitune::providers::Account;
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

/// The accounts and the ids of a page.
fn items(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = list["data"].as_array().unwrap().iter();
    items
        .map(|file| (text(&file["provider"]["account"]), text(&file["id"])))
        .collect()
}

/// A gateway over the accounts of a sandbox, of which two are the same.
async fn gateway() -> Gateway {
    let sandbox = Sandbox::start().await.unwrap();
    let mut providers = support::accounts(&sandbox);
    let again = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key());
    let again = Account::with_backend("openai-2", again.build().unwrap());
    providers.add(again).unwrap();
    Gateway::over(sandbox, &providers, Config::default()).await
}

async fn upload(gateway: &Gateway) {
    let line = r#"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#;
    let part = reqwest::multipart::Part::text(format!("{line}\n").repeat(12)).file_name("a.jsonl");
    let form = reqwest::multipart::Form::new()
        .text("purpose", "fine-tune")
        .part("file", part);
    let request = gateway.http.post(gateway.url("/v1/files")).multipart(form);
    Answer::of(request.header("x-tfy-provider-name", "openai"))
        .await
        .ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_is_on_one_page_and_the_pages_end() {
    let gateway = gateway().await;
    for _ in 0..3 {
        upload(&gateway).await;
    }
    let all = items(&gateway.get("/v1/files").await.ok());
    let of = |account: &str| all.iter().filter(|(name, _)| name == account).count();
    assert!(
        of("openai") >= 3 && of("openai") == of("openai-2"),
        "{all:?}"
    );
    each_is_on_one_page(
        &gateway,
        "/v1/files?order=desc&limit=",
        &all,
        &[1, 2, 3, 5, 100],
    )
    .await;
    each_is_on_one_page(
        &gateway,
        "/v1/files?order=asc&limit=",
        &all,
        &[1, 2, 3, 5, 100],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_job_is_on_one_page_and_the_pages_end() {
    let gateway = gateway().await;
    let path = "/v1/fine_tuning/jobs?limit=";
    let all = items(&gateway.get(&format!("{path}100")).await.ok());
    let of = |account: &str| all.iter().filter(|(name, _)| name == account).count();
    assert!(
        of("openai") >= 3 && of("openai") == of("openai-2"),
        "{all:?}"
    );
    each_is_on_one_page(&gateway, path, &all, &[1, 2, 3, 5, 20]).await;
}

/// Reads all pages, for each limit.
async fn each_is_on_one_page(
    gateway: &Gateway,
    path: &str,
    all: &[(String, String)],
    limits: &[usize],
) {
    for &limit in limits {
        let mut seen = Vec::new();
        let mut page_path = format!("{path}{limit}");
        loop {
            let list = gateway.get(&page_path).await.ok();
            let page = items(&list);
            let mut ids: Vec<&str> = page.iter().map(|(_, id)| &**id).collect();
            ids.dedup();
            // What goes beyond the limit has the id of the last one within it.
            let more = page.get(limit.saturating_sub(1)..).unwrap_or_default();
            assert!(
                more.iter().all(|(_, id)| id == ids[ids.len() - 1]) || ids.len() == 1,
                "{limit}: {page:?}"
            );
            seen.extend(page);
            assert!(seen.len() <= all.len(), "{path} {limit}: {seen:?}");
            if list["has_more"] != true {
                break;
            }
            let last = list["last_id"].as_str().unwrap();
            page_path = format!("{path}{limit}&after={last}");
        }
        let (mut seen, mut expected) = (seen, all.to_vec());
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected, "{path} {limit}");
    }
}
