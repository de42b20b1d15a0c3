//! The forms of the address, and the versions of the API.

use super::errors;
use crate::http::{Call, ErrorResponse};

/// The resource's own address, which clients complete.
pub(super) const ENDPOINT: &str = "/azure";
/// The form without a date.
pub(super) const V1: &str = "/azure/openai/v1";
/// The same below a project.
pub(super) const PROJECT: &str = "/azure/api/projects/sandbox/openai/v1";
/// The form whose requests name a dated version.
pub(super) const DATED: &str = "/azure/openai";

/// The dated versions that have fine-tuning.
const VERSIONS: &[&str] = &["2024-10-21", "2025-04-01-preview"];
/// What the other forms may name.
const NAMES: &[&str] = &["v1", "preview"];

/// Whether a request came to the dated form.
pub(super) fn is_dated(call: &Call) -> bool {
    call.base_url.ends_with(DATED)
}

/// Rejects a request without a version where one is needed, and one with a version that there is not.
pub(super) fn check(call: &Call) -> Result<(), ErrorResponse> {
    let named = call.query("api-version").filter(|it| !it.is_empty());
    let known = if is_dated(call) { VERSIONS } else { NAMES };
    match named {
        None if is_dated(call) => Err(errors::api_management(404, "Resource not found")),
        Some(version) if !known.contains(&version) => {
            let message = format!(
                "API version not supported: '{version}' is none of {}",
                known.join(", ")
            );
            Err(errors::api_management(400, &message))
        }
        _ => Ok(()),
    }
}
