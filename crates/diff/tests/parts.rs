//! Several parts of an `allOf` that are about one thing: no change of any part
//! gets lost behind another part.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use serde_json::{Value, json};
use support::{changes, merge, rules, skeleton};

/// A thing whose member `part` is that schema, with other components.
fn document(part: &Value, components: &Value) -> Value {
    let mut document = skeleton();
    let thing = json!({"type": "object", "properties": {"part": part}});
    document["components"]["schemas"]["Thing"] = thing;
    merge(&mut document["components"]["schemas"], components);
    document
}

/// What is said of two schemas that stand at the same place.
fn found(base: &Value, head: &Value) -> Vec<&'static str> {
    let none = json!({});
    rules(&changes(&document(base, &none), &document(head, &none)))
}

#[test]
fn a_part_is_compared_with_the_same_part() {
    let cases = [
        (
            "the items of a list whose other part only counts",
            json!({"allOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "array", "minItems": 1}]}),
            json!({"allOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "minItems": 1}]}),
            &["type-changed"][..],
        ),
        (
            "the stricter one of two bounds, said first",
            json!({"allOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}]}),
            json!({"allOf": [{"type": "string", "maxLength": 2}, {"type": "string", "maxLength": 9}]}),
            &["constraint-tightened"],
        ),
        (
            "the looser one of two bounds",
            json!({"allOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}]}),
            json!({"allOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 8}]}),
            &["all-of-part-changed"],
        ),
        (
            "a word that one of two lists gives up",
            json!({"allOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b", "c"]}]}),
            json!({"allOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b", "c"]}]}),
            &["enum-value-removed"],
        ),
        (
            "two patterns, of which one changes",
            json!({"allOf": [{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "z$"}]}),
            json!({"allOf": [{"type": "string", "pattern": "^b"}, {"type": "string", "pattern": "z$"}]}),
            &["constraint-changed"],
        ),
        (
            "one of two formats",
            json!({"allOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "x"}]}),
            json!({"allOf": [{"type": "string"}, {"type": "string", "format": "x"}]}),
            &["time-format-removed"],
        ),
        (
            "a type that contradicts the other part's",
            json!({"allOf": [{"type": "string"}, {"type": "string", "minLength": 1}]}),
            json!({"allOf": [{"type": "integer"}, {"type": "string", "minLength": 1}]}),
            &["type-changed"],
        ),
        (
            "members without a name, typed by both parts",
            json!({"allOf": [{"type": "object", "additionalProperties": {"type": "integer"}}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
            json!({"allOf": [{"type": "object", "additionalProperties": {"type": "boolean"}}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
            &["type-changed"],
        ),
        (
            "a keyword that no rule knows",
            json!({"allOf": [{"type": "string", "not": {"enum": ["a"]}}, {"type": "string", "not": {"enum": ["b"]}}]}),
            json!({"allOf": [{"type": "string", "not": {"enum": ["c"]}}, {"type": "string", "not": {"enum": ["b"]}}]}),
            &["unclassified"],
        ),
        (
            "an exclusive bound is one bound",
            json!({"type": "integer"}),
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
            &["constraint-tightened"],
        ),
        (
            "the default that a part gives",
            json!({"allOf": [{"type": "string", "default": "a", "maxLength": 2}, {"type": "string", "minLength": 1}]}),
            json!({"allOf": [{"type": "string", "default": "b", "maxLength": 2}, {"type": "string", "minLength": 1}]}),
            &["default-changed"],
        ),
        (
            "a member that a part calls read-only",
            json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "readOnly": true}, {"type": "object", "properties": {"b": {"type": "string"}}}]}),
            json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object", "properties": {"b": {"type": "string"}}}]}),
            &["no-longer-read-only"],
        ),
        (
            "a part that goes without saying anything",
            json!({"allOf": [{"type": "string", "maxLength": 5}, {"type": "string"}]}),
            json!({"allOf": [{"type": "string", "maxLength": 5}]}),
            &[],
        ),
    ];
    for (what, base, head, expected) in cases {
        assert_eq!(found(&base, &head), expected, "{what}");
    }
}

#[test]
fn a_shared_part_is_compared_in_each_use() {
    let part =
        json!({"allOf": [{"$ref": "#/components/schemas/Ar"}, {"type": "array", "minItems": 1}]});
    let of = |kind: &str| {
        let list = json!({"Ar": {"type": "array", "items": {"type": kind}}});
        document(&part, &list)
    };
    let changes = changes(&of("integer"), &of("string"));
    assert_eq!(rules(&changes), ["type-changed"]);
    assert_eq!(changes[0].pointer(), "/components/schemas/Ar/items");
}

#[test]
fn what_stands_beside_a_new_union_is_not_lost() {
    let base = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let branch = |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}, "a": {"type": "string"}}});
    let head = json!({"allOf": [{"type": "object", "maxProperties": 1}, {"oneOf": [branch("b"), branch("c")]}]});
    assert!(found(&base, &head).contains(&"unclassified"));
}
