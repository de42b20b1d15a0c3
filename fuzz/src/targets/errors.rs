//! Error bodies, and headers about retries and with keys.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};
use unitune::transport::{VendorError, fuzzing};

use super::first_line;
use super::redact::{KEY, assert_no_key, with_keys};

/// The longest text of an error, in characters: src/transport/error_body.rs.
const LONGEST: usize = 1000;

/// The first line is a header's value, the rest a body.
pub fn errors(bytes: &[u8]) {
    let bytes = with_keys(bytes);
    let (value, body) = first_line(&bytes);
    let errors = fuzzing::vendor_errors(body, KEY);
    for error in errors.iter().chain(&fuzzing::errors_in_success(body)) {
        assert_is_one_line(error);
    }
    for error in &errors {
        let texts = [&error.message, &error.kind, &error.code, &error.param];
        texts
            .into_iter()
            .flatten()
            .for_each(|text| assert_no_key(text));
    }
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let mut headers = HeaderMap::new();
    for name in [
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "x-request-id",
    ] {
        headers.insert(name, value.clone());
    }
    // Any time will do, and the same input is the same run.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let (wait, _) = fuzzing::retry_hints(&headers, now);
    assert!(wait.is_none_or(|wait| !wait.is_zero()), "a wait of nothing");
    fuzzing::redact_headers(&mut headers, KEY);
    for value in headers.values() {
        assert_no_key(&String::from_utf8_lossy(value.as_bytes()));
    }
}

fn assert_is_one_line(error: &VendorError) {
    let texts = [&error.message, &error.kind, &error.code, &error.param];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().count() <= LONGEST, "a text is too long");
        assert!(
            !text.contains(char::is_control),
            "{text:?} has control characters"
        );
    }
}
