//! Together's fine-tuning and files API, under `/together/v1`, `/together` and `/together/v1/v1`.

mod access;
mod account;
mod apply_deviation;
mod create;
mod dataset;
mod deviations;
mod early_stop;
mod events;
mod files;
mod job;
mod jobs;
mod metrics;
mod models;
mod operations;
mod render;
mod seed;
mod simulation;
mod store;
mod tokens;

use crate::key::{BEARER, bearer};
use crate::vendor::{Description, Errors, KeyCheck};

/// The description for the shared parts.
pub(crate) static DESCRIPTION: Description = Description {
    name: "together",
    base: "/together/v1",
    // Whether `/v1` belongs to the base URL or to the paths is not agreed: Together's document says the former, its
    // SDK (default `https://api.together.ai`) the latter. Either base URL works with either kind of client.
    other_base: None,
    endpoint: None,
    bases: &["/together/v1/v1", "/together/v1", "/together"],
    key: "sandbox-together-key",
    account: None,
    key_check: KeyCheck {
        read: bearer,
        form: BEARER,
        status: 401,
        kind: "authentication_error",
        missing: Some("missing_api_key"),
        wrong: Some("invalid_api_key"),
    },
    operations: &operations::OPERATIONS,
    headers: &[],
    errors: Errors {
        body: render::error,
        unknown_path: Some("not_found"),
        unknown_method: None,
    },
    deviations: deviations::ALL,
    simulation: |seed| Box::new(store::Store::new(seed)),
};
