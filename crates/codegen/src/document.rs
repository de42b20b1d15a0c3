//! Reads a normal-form document as OpenAPI 3.0, and rejects what the model of
//! `openapiv3` would drop.

mod references;
mod schema;
mod unreadable_part;

pub(crate) use references::{References, component, schema_name};
pub(crate) use schema::{Node, Shape};

use openapiv3::OpenAPI;
use serde::Deserialize;
use serde_json::Value;

use crate::Error;

/// Reads a document.
///
/// `openapiv3` skips unknown members. A member that is missing
/// after reading is an error here, so nothing of a document is lost silently.
pub(crate) fn read(json: &Value) -> Result<OpenAPI, Error> {
    let document =
        OpenAPI::deserialize(json).map_err(|error| unreadable_part::locate(json, &error))?;
    let held = serde_json::to_value(&document)
        .map_err(|error| Error::new("", format!("cannot be written again: {error}")))?;
    match missing_part(json, Some(&held), &mut String::new()) {
        None => Ok(document),
        Some(pointer)
            if pointer
                .rsplit_once('/')
                .is_some_and(|(at, _)| at == "/paths") =>
        {
            Err(Error::new(pointer, "the path does not start with a slash"))
        }
        Some(pointer) => Err(Error::new(
            pointer,
            "OpenAPI 3.0 has no such member or value here",
        )),
    }
}

/// Returns the pointer of the first value of `given` that `held` lacks.
fn missing_part(given: &Value, held: Option<&Value>, pointer: &mut String) -> Option<String> {
    let same = match (given, held) {
        (Value::Object(given), Some(Value::Object(held))) => {
            return given.iter().find_map(|(key, value)| {
                within(pointer, &escape(key), |at| {
                    missing_part(value, held.get(key), at)
                })
            });
        }
        (Value::Array(given), Some(Value::Array(held))) if given.len() == held.len() => {
            let mut pairs = given.iter().zip(held).enumerate();
            return pairs.find_map(|(i, (given, held))| {
                within(pointer, &i.to_string(), |at| {
                    missing_part(given, Some(held), at)
                })
            });
        }
        // Some limits are held as floating point.
        (Value::Number(given), Some(Value::Number(held))) => given.as_f64() == held.as_f64(),
        (given, Some(held)) => given == held,
        (given, None) => is_default(given),
    };
    (!same).then(|| pointer.clone())
}

/// Returns true if a member with this value means the same as no member.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Runs `run` with the pointer one step deeper.
fn within<T>(pointer: &mut String, step: &str, run: impl FnOnce(&mut String) -> T) -> T {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(step);
    let result = run(pointer);
    pointer.truncate(length);
    result
}

/// Escapes a key for a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
