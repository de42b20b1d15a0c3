//! What the tests share: documents from fixtures, and their changes.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use unitune_diff::{Change, Document, Written, compare};

/// The folder of fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A document in normal form.
pub fn document(file: &str, value: &Value) -> Document {
    Document::in_normal_form(Written {
        file: file.to_owned(),
        text: serde_json::to_string_pretty(value).unwrap(),
        value: value.clone(),
    })
}

/// The changes between two documents.
pub fn changes(base: &Value, head: &Value) -> Vec<Change> {
    compare(&document("base.json", base), &document("head.json", head))
}

/// The names of the rules of changes.
pub fn rules(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.rule.id).collect()
}

/// RFC 7396: what is null goes, what is an object merges, all else replaces.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key.as_str()], value);
        }
    }
}

/// The skeleton that fixtures change.
pub fn skeleton() -> Value {
    let path = fixtures().join("skeleton.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// A fixture's two documents; one that is not there is null.
pub fn fixture(path: &Path) -> (Value, Value) {
    let text = std::fs::read_to_string(path).unwrap();
    let fixture: Value = serde_saphyr::from_str(&text).unwrap();
    let kind = fixture["kind"].as_str().unwrap().to_owned();
    let side = |name: &str| {
        let patch = &fixture[name];
        let mut document = skeleton();
        match kind.as_str() {
            _ if patch.is_null() => return Value::Null,
            "schema" => document["components"]["schemas"]["Thing"] = patch.clone(),
            "operation" => merge(&mut document["paths"]["/things"]["post"], patch),
            "document" => merge(&mut document, patch),
            other => panic!("{}: no kind {other:?}", path.display()),
        }
        document
    };
    (side("base"), side("head"))
}
