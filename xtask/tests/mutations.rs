//! Mutated documents go the whole way from reader to generator: whatever is
//! wrong with them, the answer is a result and never a panic.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use proptest::prelude::*;
use serde_json::{Value, json};
use xtask::located_error::Faults;

const CONSTRUCTS: &str = include_str!("fixtures/replay/constructs.yaml");

/// Every place of a document, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                places(child, &unitune_diff::pointer::join(at, name), found);
            }
        }
        Value::Array(list) => {
            for (n, child) in list.iter().enumerate() {
                places(child, &unitune_diff::pointer::index(at, n), found);
            }
        }
        _ => {}
    }
}

/// One change to a document.
#[derive(Clone, Debug)]
enum Change {
    /// The value at a place becomes another.
    Replace(usize, Value),
    /// The value at a place goes.
    Remove(usize),
    /// A place gets the value of another.
    Copy(usize, usize),
    /// A key is added to the object at a place.
    Add(usize, String, Value),
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just(0.5), Just(-1e300), Just(1e20)].prop_map(Value::from),
        "[a-z/{}#$~%]{0,8}".prop_map(Value::String),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!("null")),
        Just(json!("object")),
        Just(json!({"type": ["string", "null"]})),
        Just(json!({"$ref": "#/components/schemas/Thing"})),
        Just(json!({"$ref": "#/components/schemas/Node/properties/next"})),
        Just(json!({"$ref": "#"})),
        Just(
            json!({"allOf": [{"$ref": "#/components/schemas/Pet"}, {"oneOf": [{"const": 0}, {}]}]})
        ),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("type"),
        Just("nullable"),
        Just("enum"),
        Just("const"),
        Just("oneOf"),
        Just("anyOf"),
        Just("allOf"),
        Just("$ref"),
        Just("properties"),
        Just("required"),
        Just("items"),
        Just("prefixItems"),
        Just("default"),
        Just("not"),
        Just("patternProperties"),
        Just("discriminator"),
        Just("content"),
        Just("parameters"),
        Just("get"),
        Just("$defs"),
        Just("exclusiveMinimum"),
        Just("contentEncoding"),
        Just("x-y"),
        Just("frobnicate"),
    ]
    .prop_map(str::to_owned)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), value()).prop_map(|(at, value)| Change::Replace(at, value)),
        any::<usize>().prop_map(Change::Remove),
        (any::<usize>(), any::<usize>()).prop_map(|(to, from)| Change::Copy(to, from)),
        (any::<usize>(), key(), value()).prop_map(|(at, key, value)| Change::Add(at, key, value)),
    ]
}

fn apply(document: &mut Value, change: &Change) {
    let mut all = Vec::new();
    places(document, "", &mut all);
    let place = |n: usize| all[n % all.len()].as_str();
    match change {
        Change::Replace(at, value) => {
            if let Some(node) = document.pointer_mut(place(*at)) {
                *node = value.clone();
            }
        }
        Change::Remove(at) => {
            unitune_diff::pointer::remove(document, place(*at));
        }
        Change::Copy(to, from) => {
            let copy = document.pointer(place(*from)).cloned().unwrap_or_default();
            if let Some(node) = document.pointer_mut(place(*to)) {
                *node = copy;
            }
        }
        Change::Add(at, key, value) => {
            if let Some(Value::Object(map)) = document.pointer_mut(place(*at)) {
                map.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Faults name a place, and none of them comes from a panic.
fn orderly(faults: &Faults) -> Result<(), TestCaseError> {
    prop_assert!(!faults.0.is_empty());
    for fault in &faults.0 {
        prop_assert!(!fault.message.contains("panicked"), "{fault}");
    }
    Ok(())
}

/// Deep documents need more than a test thread's stack.
fn on_a_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(64 * 1024 * 1024)
            .spawn_scoped(scope, run)
            .unwrap()
            .join()
            .unwrap()
    })
}

/// `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default().cases,
        None => 64,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn mutated_documents_never_panic(changes in prop::collection::vec(change(), 1..6)) {
        let mut document = xtask::read::parse("x.yaml", CONSTRUCTS).unwrap();
        for change in &changes {
            apply(&mut document, change);
        }
        // The text of it, through the reader.
        let text = document.to_string();
        let result = on_a_deep_stack(|| {
            xtask::read::parse("x.json", &text)
                .and_then(|document| xtask::replay_documents::value("x.json", &document))
        });
        if let Err(faults) = result {
            orderly(&faults)?;
        }
    }

    #[test]
    fn mutated_text_never_panics(cut in 0..CONSTRUCTS.len(), noise in "[\\PC\\n\\t:\\[{&*'\"|>-]{0,6}") {
        let mut cut = cut;
        while !CONSTRUCTS.is_char_boundary(cut) {
            cut -= 1;
        }
        let text = format!("{}{noise}{}", &CONSTRUCTS[..cut], &CONSTRUCTS[cut..]);
        let result = on_a_deep_stack(|| {
            xtask::read::parse("x.yaml", &text)
                .and_then(|document| xtask::replay_documents::value("x.yaml", &document))
        });
        if let Err(faults) = result {
            orderly(&faults)?;
        }
    }
}
