//! Descriptions, examples and other prose, which changes nothing that is sent or
//! received.
//!
//! ```
//! use serde_json::json;
//! use unitune_diff::prose::without_prose;
//!
//! let schema = json!({"type": "string", "description": "The name of the model."});
//! assert_eq!(without_prose(&schema), json!({"type": "string"}));
//! ```

use crate::keywords;
use serde_json::Value;

const PROSE: &[&str] = &[
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "oaiMeta",
];

/// Returns whether a keyword is prose, which is not compared by itself.
#[must_use]
pub fn is_prose(keyword: &str) -> bool {
    PROSE.contains(&keyword) || keywords::is_extension(keyword)
}

/// Returns a value without prose.
#[must_use]
pub fn without_prose(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(name, child)| !is_prose(name) || child.is_object())
            .map(|(name, child)| (name.clone(), without_prose(child)))
            .collect(),
        Value::Array(list) => list.iter().map(without_prose).collect(),
        other => other.clone(),
    }
}
