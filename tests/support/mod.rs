//! Fixtures, and helpers of the tests of `unify`.
#![allow(dead_code)] // each set of features uses some of it

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use unitune::wire::LenientList;

/// A path below the package.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A file as JSON.
pub fn read(relative: &str) -> Value {
    let text = fs::read_to_string(path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{relative}: {e}"))
}

/// The bodies of a folder with their names, in order.
pub fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let folder = format!("tests/fixtures/{folder}");
    let mut names: Vec<String> = fs::read_dir(path(&folder))
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{folder} is empty");
    names
        .into_iter()
        .map(|name| (read(&format!("{folder}/{name}.json")), name))
        .map(|(body, name)| (name, body))
        .collect()
}

/// The ids of the items that decoded, and how many did not.
pub fn lenient_ids<T: serde::Serialize>(list: &LenientList<T>) -> (Vec<String>, usize) {
    let ids = list
        .ok()
        .filter_map(|item| {
            serde_json::to_value(item).ok()?["id"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    (ids, list.malformed().count())
}

/// Removes the notes of a job.
pub fn strip_notes(job: &mut Value) {
    if let Some(provider) = job.get_mut("provider").and_then(Value::as_object_mut) {
        provider.remove("notes");
    }
}

/// The fields of the gateway's job and `error`, sorted.
pub fn gateway_fields() -> Vec<String> {
    let document = read("specs/truefoundry/openapi.json");
    let job = document
        .pointer("/components/schemas/FineTuningJob/properties")
        .and_then(Value::as_object)
        .expect("the document has the job");
    let mut fields: Vec<String> = job.keys().cloned().collect();
    fields.push("error".to_owned());
    fields.sort();
    fields
}

/// A value as JSON in which `1` and `1.0` are the same, members that are
/// `null` are absent, and empty bodies too.
pub fn plain<T: serde::Serialize>(value: &T) -> Value {
    fn tidy(value: Value) -> Value {
        match value {
            Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
            Value::Array(items) => items.into_iter().map(tidy).collect(),
            Value::Object(members) => members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, tidy(value)))
                .collect(),
            other => other,
        }
    }
    tidy(serde_json::to_value(value).expect("JSON"))
}
