//! OpenAI's fine-tuning and files API, under `/openai/v1`.

mod access;
mod account;
mod deviations;
// What is open here also serves another vendor, who has the same API.
pub(crate) mod checkpoints;
pub(crate) mod create;
pub(crate) mod dialect;
pub(crate) mod events;
pub(crate) mod files;
mod grader_form;
pub(crate) mod graders;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod models;
mod operations;
pub(crate) mod render;
mod seed;
mod simulation;
pub(crate) mod store;

use crate::http::ErrorResponse;
use crate::key::{BEARER, bearer};
use crate::vendor::{Description, Errors, KeyCheck};

/// The description for the shared parts.
pub(crate) static DESCRIPTION: Description = Description {
    name: "openai",
    base: "/openai/v1",
    other_base: None,
    endpoint: None,
    bases: &["/openai/v1"],
    key: "sandbox-openai-key",
    account: None,
    key_check: KeyCheck {
        read: bearer,
        form: BEARER,
        status: 401,
        kind: "invalid_request_error",
        missing: None,
        wrong: Some("invalid_api_key"),
    },
    operations: &operations::OPERATIONS,
    headers: &[
        ("openai-version", "2020-10-01"),
        ("openai-organization", account::ORGANIZATION),
    ],
    errors: Errors {
        body: ErrorResponse::body,
        unknown_path: Some("unknown_url"),
        unknown_method: Some("method_not_supported"),
    },
    deviations: deviations::ALL,
    simulation: |seed| Box::new(store::Store::new(seed, &dialect::OPENAI)),
};
