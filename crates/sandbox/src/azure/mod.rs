//! Azure OpenAI's fine-tuning and files API, under `/azure/openai/v1`, a project's path, and `/azure/openai` with an
//! `api-version`. It is OpenAI's API in most parts, and calls OpenAI's simulation for them.

mod access;
mod address;
mod checkpoints;
mod create;
mod deviations;
mod errors;
mod events;
mod files;
mod graders;
mod jobs;
mod models;
mod operations;
mod render;
mod seed;
mod simulation;
mod store;

use crate::key::bearer;
use crate::vendor::{Description, Errors, KeyCheck};

/// The description for the shared parts.
pub(crate) static DESCRIPTION: Description = Description {
    name: "azure",
    base: address::V1,
    other_base: Some((address::DATED, "with ?api-version=2025-04-01-preview")),
    endpoint: Some(address::ENDPOINT),
    bases: &[address::V1, address::PROJECT, address::DATED],
    key: "sandbox-azure-key",
    account: None,
    key_check: KeyCheck {
        // As an Entra token the same text is sent as a bearer token.
        read: |headers| match headers.get("api-key") {
            Some(key) => key.to_str().ok(),
            None => bearer(headers),
        },
        form: "api-key: KEY",
        status: 401,
        kind: "error",
        missing: None,
        wrong: None,
    },
    operations: &operations::OPERATIONS,
    headers: &[("x-ms-region", "Sandbox")],
    errors: Errors {
        body: errors::body,
        unknown_path: None,
        unknown_method: None,
    },
    deviations: deviations::ALL,
    simulation: |seed| Box::new(store::Store::new(seed)),
};
