//! Fireworks as a backend of accounts, against the sandbox and a server that
//! records.
#![cfg(all(
    feature = "config",
    feature = "fireworks",
    feature = "openai",
    feature = "together"
))]

mod account;
mod create;
mod files;
mod jobs;

use crate::stage::Stage;
use unitune::fireworks::Client;
use unitune::providers::{Account, Call, Draft, FileUpload, Providers};
use unitune::transport::{CallOptions, Upload};
use unitune::unify::{Context, CreateRequest, Job};
use unitune_sandbox::Sandbox;

const MODEL: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";

async fn stage() -> (Stage, Client, Providers) {
    let stage = Stage::with(Sandbox::builder().all_deviations(false)).await;
    let client = stage.fireworks().build().unwrap();
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend(
            "fw",
            stage.fireworks().build().unwrap(),
        ))
        .unwrap();
    (stage, client, providers)
}

fn call() -> Call {
    Call::new(CallOptions::new(), Context::new("fw"))
}

fn inject(stage: &Stage, spec: &str) {
    stage.sandbox.inject(spec.parse().unwrap());
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

fn examples(count: usize) -> Upload {
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    Upload::from_bytes("train set.jsonl", format!("{line}\n").repeat(count))
}

/// The id of a dataset that jobs can be trained with.
async fn dataset(providers: &Providers) -> String {
    let file = providers
        .upload_file("fw", FileUpload::new(examples(20)))
        .await;
    file.unwrap().id
}

fn draft(dataset: &str) -> Draft {
    Draft::from_request(CreateRequest::new(MODEL, dataset)).account("fw")
}
