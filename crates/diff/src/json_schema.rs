//! JSON Schema's types of values, and its keywords that only annotate.
//!
//! ```
//! use unitune_diff::json_schema::{is_annotation, type_of};
//!
//! assert_eq!(type_of(&serde_json::json!([1])), "array");
//! assert!(is_annotation("default") && !is_annotation("required"));
//! ```

use serde_json::Value;

/// Returns the JSON Schema type of a value.
#[must_use]
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() && n.as_f64().is_some_and(|n| n.fract() != 0.0) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Keywords that describe a schema without changing its type: they
/// stay where they stand when the rest becomes a component of its own.
pub const ANNOTATIONS: &[&str] = &[
    "default",
    "deprecated",
    "description",
    "nullable",
    "readOnly",
    "writeOnly",
];

/// Returns whether a keyword only annotates.
#[must_use]
pub fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-unitune-")
}
