//! The examples run, against the sandbox.
#![cfg(all(feature = "openai", feature = "together"))]
#![allow(dead_code)] // their `main`s

use crate::stage;

use stage::Stage;
use unitune::unify::Status;

#[cfg(feature = "azure")]
#[path = "../examples/azure_client.rs"]
mod azure_client;
#[path = "../examples/create.rs"]
mod create;
#[cfg(feature = "fireworks")]
#[path = "../examples/fireworks_client.rs"]
mod fireworks_client;
#[path = "../examples/list_across_accounts.rs"]
mod list_across_accounts;
#[path = "../examples/openai_client.rs"]
mod openai_client;
#[path = "../examples/together_client.rs"]
mod together_client;
#[path = "../examples/truefoundry_client.rs"]
mod truefoundry_client;
#[path = "../examples/watch.rs"]
mod watch;

#[tokio::test]
async fn the_clients() {
    let stage = Stage::start().await;
    openai_client::jobs(&stage.openai().build().unwrap())
        .await
        .unwrap();
    together_client::jobs(&stage.together().build().unwrap())
        .await
        .unwrap();
    truefoundry_client::jobs(&stage.truefoundry().build().unwrap())
        .await
        .unwrap();
}

#[cfg(feature = "fireworks")]
#[tokio::test]
async fn the_client_of_an_account() {
    let stage = Stage::start().await;
    fireworks_client::jobs(&stage.fireworks().build().unwrap())
        .await
        .unwrap();
}

#[cfg(feature = "azure")]
#[tokio::test]
async fn the_client_of_a_resource() {
    // An import takes seconds of the sandbox's.
    let stage = Stage::with(unitune_sandbox::Sandbox::builder().speed(60.0)).await;
    let client = stage.azure().build().unwrap();
    azure_client::jobs(&client).await.unwrap();
    azure_client::import(&client).await.unwrap();
}

#[tokio::test]
async fn a_list_and_a_watch() {
    let stage = Stage::start().await;
    list_across_accounts::list(&stage.providers).await.unwrap();
    let query = unitune::providers::ListQuery::new().status(Status::Running);
    let running = stage.providers.list(&query).await.unwrap();
    watch::watch(&stage.providers, &running.jobs[0].id)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_job_is_started() {
    let stage = Stage::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("train.jsonl");
    std::fs::write(&file, "{\"text\": \"a\"}\n".repeat(20)).unwrap();
    let client = stage.together().build().unwrap();
    let model = client.list_supported_models().await.unwrap().models[0].clone();
    let together = stage.providers.select(&["together"]).unwrap();
    create::create(&together, &model, file.to_str().unwrap())
        .await
        .unwrap();
}
