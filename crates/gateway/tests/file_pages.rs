//! Pages of files that several accounts have under the same id: each file is on one page,
//! and the pages end.

use crate::support;

use serde_json::Value;
use support::{Answer, Gateway};
use unitune::openai;
use unitune::providers::Account;
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

/// The accounts and the ids of a page.
fn files(list: &Value) -> Vec<(String, String)> {
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
    let all = files(&gateway.get("/v1/files").await.ok());
    let of = |account: &str| all.iter().filter(|(name, _)| name == account).count();
    assert!(
        of("openai") >= 3 && of("openai") == of("openai-2"),
        "{all:?}"
    );
    for order in ["desc", "asc"] {
        for limit in [1, 2, 3, 5, 100] {
            let mut seen = Vec::new();
            let mut path = format!("/v1/files?order={order}&limit={limit}");
            loop {
                let list = gateway.get(&path).await.ok();
                let page = files(&list);
                let mut ids: Vec<&str> = page.iter().map(|(_, id)| &**id).collect();
                ids.dedup();
                // More than the limit are the files of one id alone.
                assert!(page.len() <= limit || ids.len() == 1, "{limit}: {page:?}");
                seen.extend(page);
                assert!(seen.len() <= all.len(), "{order} {limit}: {seen:?}");
                if list["has_more"] != true {
                    break;
                }
                let last = list["last_id"].as_str().unwrap();
                path = format!("/v1/files?order={order}&limit={limit}&after={last}");
            }
            let (mut seen, mut expected) = (seen, all.clone());
            seen.sort();
            expected.sort();
            assert_eq!(seen, expected, "{order} {limit}");
        }
    }
}
