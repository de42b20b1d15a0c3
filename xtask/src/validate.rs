//! Validation against the OpenAPI 3.0 meta-schema, offline.

use crate::located_error::{Fault, Faults, Result};
use serde_json::Value;
use std::sync::OnceLock;

/// The structure of OpenAPI 3.0, in our own words.
const META_SCHEMA: &str = include_str!("openapi-3.0.schema.json");

fn validator(file: &str) -> Result<&'static jsonschema::Validator> {
    static VALIDATOR: OnceLock<std::result::Result<jsonschema::Validator, String>> =
        OnceLock::new();
    VALIDATOR
        .get_or_init(|| {
            let schema: Value = serde_json::from_str(META_SCHEMA).map_err(|e| e.to_string())?;
            jsonschema::validator_for(&schema).map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(|e| Fault::file(file, format!("the meta-schema: {e}")).into())
}

/// Validates a document; faults name the pointer.
pub fn validate(file: &str, document: &Value) -> Result<()> {
    let validator = validator(file)?;
    let faults = validator.iter_errors(document).map(|error| {
        let message = error.to_string();
        let message = match message.char_indices().nth(240) {
            Some((end, _)) => format!("{}…", &message[..end]),
            None => message,
        };
        Fault::at(
            file,
            error.instance_path().as_str(),
            format!("not OpenAPI 3.0: {message}"),
        )
    });
    Faults(faults.collect()).into_result()
}
