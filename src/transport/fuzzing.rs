//! The parsers that no public function reaches alone, for the targets in `fuzz/`.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use reqwest::Body;

use super::attempt::Timeouts;
use super::body::BodyStream;
use super::{Error, MemoryBudget, Reservation, VendorError};
use crate::vendors;

/// Reads an error's body as each vendor's client does, without the key that was
/// sent.
pub fn vendor_errors(body: &[u8], key: &str) -> Vec<VendorError> {
    let mut errors = Vec::new();
    for profile in vendors::all().iter().filter_map(|vendor| vendor.profile()) {
        errors.push(VendorError::parse(body, profile.read_error, key));
    }
    errors
}

/// Reads an error that came with a successful status, in each vendor's form.
pub fn errors_in_success(body: &[u8]) -> Vec<VendorError> {
    let profiles = vendors::all().iter().filter_map(|vendor| vendor.profile());
    let read = profiles.map(|profile| VendorError::in_success(body, profile.read_error));
    read.flatten().collect()
}

/// Removes a key from every header that repeats it.
pub fn redact_headers(headers: &mut HeaderMap, key: &str) {
    super::error_body::redact_headers(headers, key);
}

/// Reads how long to wait, and whether to try again.
pub fn retry_hints(headers: &HeaderMap, now: SystemTime) -> (Option<Duration>, Option<bool>) {
    use super::retry_after::{retry_after, should_retry};
    (retry_after(headers, now), should_retry(headers))
}

/// Reads the headers of an environment variable.
///
/// # Errors
///
/// A line cannot be sent.
pub fn header_lines(text: &str) -> Result<HeaderMap, String> {
    super::headers_from_env::parse(text)
}

/// Reads a body of at most so many bytes, decompressed as its headers say.
///
/// # Errors
///
/// It cannot be decompressed, or is too large for the limit or the budget.
pub async fn whole_body(
    headers: &mut HeaderMap,
    body: Vec<Bytes>,
    limit: usize,
    budget: &MemoryBudget,
) -> Result<Vec<u8>, Error> {
    let pieces = body.into_iter().map(Ok::<_, std::io::Error>);
    let body = Body::wrap_stream(futures_util::stream::iter(pieces));
    let reservation = Reservation::of(Some(budget));
    let timeouts = Timeouts::idle_for(Duration::from_secs(10));
    let stream = BodyStream::new(headers, body, timeouts, reservation)?;
    Ok(stream.all(limit).await?.to_vec())
}
