//! Checks the descriptions of a document that is to be committed: every item has
//! one, and none is a sentence of a vendor's.

use crate::located_error::Fault;
use crate::read::Source;
use serde_json::Value;
use std::collections::BTreeSet;
use unitune_diff::keywords::Kind;
use unitune_diff::pointer;
use unitune_diff::walk;

/// Names every operation, parameter, component and member without a description.
#[must_use]
pub fn described(file: &str, document: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    walk::nodes(Kind::Document, document, "", &mut |kind, node, at| {
        let steps: Vec<&str> = at.split('/').collect();
        let named = match steps.as_slice() {
            [.., before, "properties", _] if *before != "properties" => kind == Kind::Schema,
            ["", "components", "schemas", _] => true,
            _ => matches!(kind, Kind::Operation | Kind::Parameter),
        };
        let described = node
            .get("description")
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty());
        if named && !described {
            faults.push(Fault::at(
                file,
                at,
                "has no description: the overlay gives one",
            ));
        }
    });
    faults
}

/// Names every description that stands in a vendor's document.
#[must_use]
pub fn words(file: &str, document: &Value, sources: &[Source]) -> Vec<Fault> {
    let mut theirs = BTreeSet::new();
    let mut text = String::new();
    for source in sources {
        sentences(&source.value, &mut theirs);
        text.push_str(&flat(&source.text));
        text.push('\n');
    }
    let mut faults = Vec::new();
    walk::nodes(Kind::Document, document, "", &mut |_, node, at| {
        let Some(Value::String(ours)) = node.get("description") else {
            return;
        };
        let ours = flat(ours);
        if theirs.contains(&ours) || (ours.len() >= 24 && text.contains(&ours)) {
            let at = pointer::join(at, "description");
            faults.push(Fault::at(file, at, "these are the vendor's words"));
        }
    });
    faults
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentences(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match child {
                    Value::String(text)
                        if matches!(name.as_str(), "description" | "summary" | "title") =>
                    {
                        found.insert(flat(text));
                    }
                    _ => sentences(child, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|child| sentences(child, found)),
        _ => {}
    }
}
