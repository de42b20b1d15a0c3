//! Where requests carry their keys.

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;

/// How a bearer key is sent.
pub(crate) const BEARER: &str = "Authorization: Bearer KEY";

/// Reads the key of `Authorization: Bearer KEY`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = header.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}
