//! Short texts: times, ids, names, cursors, hashes.

use unitune::unify::fireworks::JobId;
use unitune::unify::{Status, Vendor};
use unitune::wire::Timestamp;
use unitune::{fireworks, openai, together, transport};
use unitune_gateway::TokenHash;

/// What is read and written again is the same.
pub fn texts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let id = JobId::parse(text);
    let again = JobId::parse(&id.to_string());
    assert_eq!(again.to_string(), id.to_string(), "an id changes");

    let written = serde_json::to_string(text).expect("a text is JSON");
    let time: Timestamp = serde_json::from_str(&written).expect("every text is a time");
    assert_eq!(time.to_string(), text, "a time's text changes");
    let seconds = time.unix_seconds();
    // The years that can be written with four digits.
    assert!(seconds.is_none_or(|seconds| (-62_200_000_000..=253_500_000_000).contains(&seconds)));
    let status: openai::types::FineTuningJobStatus =
        serde_json::from_str(&written).expect("every text is a status");
    assert_eq!(serde_json::to_string(&status).ok(), Some(written.clone()));
    if let Ok(vendor) = Vendor::new(text.to_owned()) {
        assert_eq!(vendor.as_str(), text);
    }
    if let Ok(status) = serde_json::from_str::<Status>(&written) {
        assert_eq!(serde_json::to_string(&status).ok(), Some(written));
    }
    if let Ok(hash) = text.parse::<TokenHash>() {
        assert_eq!(hash.to_string(), text.to_lowercase(), "a hash changes");
    }
    if let Some(cursor) = together::fuzzing::cursor_again(text) {
        assert_eq!(together::fuzzing::cursor_again(&cursor), Some(cursor));
    }
    if let Some(Some(cursor)) = fireworks::fuzzing::cursor_again(text) {
        assert_eq!(
            fireworks::fuzzing::cursor_again(&cursor),
            Some(Some(cursor))
        );
    }
    match transport::fuzzing::header_lines(text) {
        Ok(headers) => assert!(headers.values().all(http::HeaderValue::is_sensitive)),
        Err(message) => assert!(
            message.starts_with("line ") && message.len() < 100,
            "{message}"
        ),
    }
}
