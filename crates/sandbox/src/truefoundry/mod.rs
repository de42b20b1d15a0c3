//! TrueFoundry's gateway, under `/truefoundry` and `/truefoundry/api/llm`.

mod access;
mod account;
mod create;
mod files;
mod headers;
mod job;
mod jobs;
mod operations;
mod render;
mod seed;
mod simulation;
mod store;

use crate::http::ErrorResponse;
use crate::key::{BEARER, bearer};
use crate::vendor::{Description, Errors, KeyCheck};

/// The description for the shared parts.
pub(crate) static DESCRIPTION: Description = Description {
    name: "truefoundry",
    base: "/truefoundry",
    other_base: Some(("/truefoundry/api/llm", "the older form of the base URL")),
    endpoint: None,
    bases: &["/truefoundry/api/llm", "/truefoundry"],
    key: "sandbox-truefoundry-key",
    account: None,
    key_check: KeyCheck {
        read: bearer,
        form: BEARER,
        status: 401,
        kind: "authentication_error",
        missing: None,
        wrong: Some("invalid_api_key"),
    },
    operations: &operations::OPERATIONS,
    headers: &[],
    errors: Errors {
        body: ErrorResponse::body,
        unknown_path: None,
        unknown_method: None,
    },
    deviations: &[],
    simulation: |seed| Box::new(store::Store::new(seed)),
};
