//! Bearer keys, and how each vendor refuses a request without the right one.

use crate::http::Refusal;
use crate::vendor::Vendor;
use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;

/// How a vendor words its refusals: error type, code without a key, code with a wrong key.
const WORDS: &[(Vendor, &str, Option<&str>, Option<&str>)] = &[
    (
        Vendor::OpenAi,
        "invalid_request_error",
        None,
        Some("invalid_api_key"),
    ),
    (
        Vendor::Together,
        "authentication_error",
        Some("missing_api_key"),
        Some("invalid_api_key"),
    ),
    (
        Vendor::TrueFoundry,
        "authentication_error",
        None,
        Some("invalid_api_key"),
    ),
];

/// Checks the bearer key of a request to a vendor.
pub(crate) fn check(vendor: Vendor, headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = given.and_then(bearer);
    let found = WORDS.iter().find(|row| row.0 == vendor);
    let (kind, without, wrong) = found.map_or(("invalid_request_error", None, None), |row| {
        (row.1, row.2, row.3)
    });
    let (message, code) = match given {
        Some(key) if key == vendor.key() => return Ok(()),
        Some(_) => ("The API key is not one that this sandbox accepts.", wrong),
        None => (
            "No API key was sent. Send one as 'Authorization: Bearer KEY'.",
            without,
        ),
    };
    let mut refusal = Refusal::new(401, message).kind(kind);
    refusal.code = code;
    Err(refusal)
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}
