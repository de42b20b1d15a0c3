//! Finds what the lowering leaves out of a document or states less precisely: a
//! comparison of normal forms cannot see it.

use crate::report::Line;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use unitune_diff::document::LossyRewrite;
use unitune_diff::pointer;
use unitune_diff::prose::{is_prose, without_prose};

/// Lowering rules that make the document less precise.
const LOSSY: &[&str] = &["pattern-properties", "prefix-items", "union-of-strings"];

/// Lowering rules whose subjects are compared elsewhere, as they were written:
/// servers, and discriminators.
const COMPARED_AS_WRITTEN: &[&str] = &["local-servers", "discriminator", "discriminator-mapping"];

/// Keywords that lead nowhere on their own: what they hold is compared where
/// it is used.
const CONTAINERS: &[&str] = &["$defs", "definitions", "$schema", "$id", "$anchor"];

/// What cannot change what a client sends or receives: the rule of the
/// lowering and words of its line (either may be empty), and why.
const OUTSIDE_REQUEST_AND_RESPONSE: &[(&str, &str, &str)] = &[
    ("callbacks", "", "the vendor calls, the client does not"),
    ("webhooks", "", "the vendor calls, the client does not"),
    ("links", "", "a remark about other operations"),
    ("dialect", "", "a remark about the document"),
    ("licence-identifier", "", "a remark about the document"),
    ("schema-resource", "", "a name inside the document"),
    ("xml", "", "bodies are JSON"),
    ("header-keywords", "", "they mean nothing in a header"),
    ("", "say it", "what is left out is stated elsewhere"),
    ("", "says it", "what is left out is stated elsewhere"),
    (
        "",
        "say their types",
        "what is left out is stated elsewhere",
    ),
    ("", "says nothing", "what is left out says nothing"),
    ("", "names nothing", "what is left out says nothing"),
    ("", "holds without it", "what is left out says nothing"),
    ("", "is tighter", "what is left out is outweighed"),
];

fn is_outside_request_and_response(line: &Line) -> bool {
    OUTSIDE_REQUEST_AND_RESPONSE.iter().any(|(rule, words, _)| {
        (rule.is_empty() || *rule == line.rule) && line.detail.contains(words)
    })
}

/// Returns the places that a line of the report is about: more than one where
/// it names keywords beside a union, another one where it names a member.
fn places(line: &Line) -> Vec<String> {
    let named = line.detail.split_once(" beside ").map(|(names, _)| names);
    let member = line.detail.split_once(" is left out").map(|(name, _)| name);
    match (line.rule, named, member) {
        (_, Some(names), _) if line.detail.contains("are left out") => {
            let names = names.split(", ");
            names
                .map(|name| pointer::join(&line.pointer, name))
                .collect()
        }
        ("impossible-property" | "count-on-items", _, Some(name)) => {
            vec![pointer::join(&line.pointer, name)]
        }
        _ => vec![line.pointer.clone()],
    }
}

/// Returns the places of a document that the lowering did not take over, and
/// what stands there.
pub fn lossy(document: &Value, lowering: &[Line]) -> BTreeMap<String, LossyRewrite> {
    let mut found = BTreeMap::new();
    for line in lowering {
        let dropped = line.detail.contains("left out");
        let elsewhere = COMPARED_AS_WRITTEN.contains(&line.rule) || line.rule == "ref-siblings";
        if elsewhere || !(dropped || LOSSY.contains(&line.rule)) {
            continue;
        }
        for place in places(line) {
            let last = place.rsplit('/').next().unwrap_or_default();
            if CONTAINERS.contains(&last) {
                continue;
            }
            let Some(value) = document.pointer(&place) else {
                continue;
            };
            // Where its schema has become that of further members, it is
            // compared there: the patterns are left.
            let value = match (line.rule, value) {
                ("pattern-properties", Value::Object(map)) if !dropped => {
                    map.keys().map(|pattern| json!(pattern)).collect()
                }
                _ => without_prose(value),
            };
            let words = line.rule == "union-of-strings" && only_words(document, &value, 0);
            if words && is_listed(document, &value, 0) {
                continue; // The normal form lists all of them.
            }
            let outside_request_and_response = is_outside_request_and_response(line) || words;
            let one = LossyRewrite {
                rule: line.rule,
                outside_request_and_response,
                dropped,
                tuple: line.rule == "prefix-items",
                value,
            };
            found.insert(place, one);
        }
    }
    // What is never lowered, because it is no part of any operation.
    if let Some(value) = document.get("webhooks") {
        let one = LossyRewrite {
            rule: "webhooks",
            outside_request_and_response: true,
            dropped: true,
            tuple: false,
            value: without_prose(value),
        };
        found.insert("/webhooks".to_owned(), one);
    }
    found
}

/// Returns whether the branches of a union are text and known words only: the
/// normal form has all of it, except for the listed words beside any text.
fn only_words(document: &Value, branches: &Value, depth: usize) -> bool {
    const WORDS: &[&str] = &[
        "type", "enum", "const", "default", "nullable", "oneOf", "anyOf",
    ];
    let simple = |branch: &Value| {
        let target = branch.get("$ref").and_then(Value::as_str);
        let target = target.and_then(pointer::of_reference);
        let branch = target.map_or(Some(branch), |at| document.pointer(&at));
        branch.and_then(Value::as_object).is_some_and(|map| {
            map.iter().all(|(word, value)| match word.as_str() {
                "oneOf" | "anyOf" => depth < 8 && only_words(document, value, depth + 1),
                word => WORDS.contains(&word) || is_prose(word),
            })
        })
    };
    let list = branches.as_array();
    list.is_some_and(|list| list.iter().all(simple))
}

/// Returns whether all branches list their words.
fn is_listed(document: &Value, branches: &Value, depth: usize) -> bool {
    let listed = |branch: &Value| {
        let target = branch.get("$ref").and_then(Value::as_str);
        let target = target.and_then(pointer::of_reference);
        let branch = target.map_or(Some(branch), |at| document.pointer(&at));
        branch.is_some_and(|branch| {
            let word = ["enum", "const"].iter().any(|k| branch.get(k).is_some());
            let null = branch.get("type").and_then(Value::as_str) == Some("null");
            let mut inner = ["oneOf", "anyOf"].iter().filter_map(|k| branch.get(k));
            word || null || inner.any(|list| depth < 8 && is_listed(document, list, depth + 1))
        })
    };
    let list = branches.as_array();
    list.is_some_and(|list| list.iter().all(listed))
}
