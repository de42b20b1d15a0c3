//! What the tests of the diff share: documents from fixtures, and the history.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use unitune_diff::{Change, Document, DocumentDiff, Written};
use xtask::diff::compare;
use xtask::diff::lowered::{Naming, lowered};
use xtask::diff::unify_source::Unify;
use xtask::read;

/// The folder of the fixtures of `crates/diff`.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/diff/tests/fixtures")
}

/// The history of the vendors' documents, if it is there.
pub fn history() -> Option<PathBuf> {
    let root = match std::env::var_os("UNITUNE_UPSTREAM") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/upstream"),
    };
    let history = root.join("history");
    if history.join("pairs.tsv").is_file() {
        return Some(history);
    }
    eprintln!("SKIPPED: no vendors' documents at {}", history.display());
    None
}

/// A document made ready.
pub fn prepared(file: &str, value: &Value) -> Document {
    let written = Written {
        file: file.to_owned(),
        text: serde_json::to_string_pretty(value).unwrap(),
        value: value.clone(),
    };
    lowered(written, &Naming::default()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A document of a file, made ready.
pub fn opened(path: &Path) -> Document {
    let source = read::read(&path.display().to_string()).unwrap();
    let written = Written {
        file: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: source.text,
        value: source.value,
    };
    lowered(written, &Naming::default()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The changes between two documents, without any sources of `unify`.
pub fn changes(base: &Value, head: &Value) -> Vec<Change> {
    diff(&prepared("base.json", base), &prepared("head.json", head)).changes
}

pub fn diff(base: &Document, head: &Document) -> DocumentDiff {
    compare("acme", None, Some(base), Some(head), &Unify::default())
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
    read::parse_yaml("skeleton.yaml", &text).unwrap()
}

/// A fixture's two documents; one that is not there is null.
pub fn fixture(path: &Path) -> (Value, Value) {
    let text = std::fs::read_to_string(path).unwrap();
    let fixture = read::parse_yaml(&path.display().to_string(), &text).unwrap();
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
