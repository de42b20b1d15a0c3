//! Fireworks' fine-tuning jobs of three kinds, its datasets and the signed URLs for them, under `/fireworks`.

mod access;
mod account;
mod apply_deviation;
mod cost;
mod create;
mod datasets;
mod deviations;
mod errors;
mod fields;
mod filter;
mod job;
mod jobs;
mod kinds;
mod list;
mod models;
mod operations;
mod outputs;
mod render;
mod seed;
mod signed;
mod simulation;
mod split;
mod store;
mod tables;
mod times;
mod uploads;

use crate::key::{BEARER, bearer};
use crate::vendor::{Description, Errors, KeyCheck};

/// The description for the shared parts.
pub(crate) static DESCRIPTION: Description = Description {
    name: "fireworks",
    base: "/fireworks",
    other_base: None,
    endpoint: None,
    bases: &["/fireworks"],
    key: "sandbox-fireworks-key",
    account: Some(account::ID),
    key_check: KeyCheck {
        // The training part of the vendor's SDK sends the second form.
        read: |headers| bearer(headers).or_else(|| headers.get("x-api-key")?.to_str().ok()),
        form: BEARER,
        status: 403,
        kind: errors::UNAUTHORIZED,
        missing: Some("UNAUTHORIZED"),
        wrong: Some("UNAUTHORIZED"),
    },
    operations: &operations::OPERATIONS,
    headers: &[],
    errors: Errors {
        body: errors::body,
        unknown_path: None,
        unknown_method: None,
    },
    deviations: deviations::ALL,
    simulation: |seed| Box::new(store::Store::new(seed)),
};
