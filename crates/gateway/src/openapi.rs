//! The document of what is served.

/// The document.
pub fn document() -> serde_json::Value {
    serde_json::json!({})
}
