//! Schemas before and after composing.

use super::*;

fn composed(schema: Value) -> (Value, Vec<String>) {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let mut document = json!({"components": {"schemas": {
        "P": object("p"), "Q": object("q"),
        "Either": {"oneOf": [{"$ref": "#/components/schemas/P"}, {"$ref": "#/components/schemas/Q"}]},
        "Words": {"type": "string", "enum": ["a", "b"]},
        "List": {"type": "array", "items": {"type": "string"}},
    }}});
    document["components"]["schemas"]["Case"] = schema;
    let mut report = Report::default();
    compose(&mut document, &mut report);
    let lines = report.lines.iter().map(|line| line.rule.to_owned());
    (
        document["components"]["schemas"]["Case"].take(),
        lines.collect(),
    )
}

fn to(name: &str) -> Value {
    reference(name)
}

#[test]
fn what_the_generator_understands_stays() {
    for schema in [
        json!({"allOf": [to("P"), {"type": "object", "required": ["p"]}]}),
        json!({"allOf": [to("P"), to("Q")], "description": "x"}),
        json!({"allOf": [to("Words")], "nullable": true}),
        json!({"allOf": [to("Either")], "default": {}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
    ] {
        assert_eq!(composed(schema.clone()), (schema, Vec::new()));
    }
}

#[test]
fn parts_are_put_together() {
    let text = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let two = |a: &str, b: &str| json!({"type": "object", "properties": {a: {"type": "string"}, b: {"type": "string"}}});
    for (before, after) in [
        (
            json!({"allOf": [text("x"), {"anyOf": [to("P"), to("Q")]}]}),
            json!({"oneOf": [two("p", "x"), two("q", "x")]}),
        ),
        (
            json!({"allOf": [text("x"), to("Either")], "nullable": true}),
            json!({"oneOf": [two("p", "x"), two("q", "x")], "nullable": true}),
        ),
        (
            json!({"allOf": [to("Either"), {"oneOf": [text("c"), {"type": "string"}]}]}),
            json!({"oneOf": [two("c", "p"), two("c", "q")]}),
        ),
        (
            json!({"allOf": [{"type": "string", "minLength": 1}, {"type": "string", "maxLength": 3}]}),
            json!({"type": "string", "minLength": 1, "maxLength": 3}),
        ),
        (
            json!({"allOf": [to("Words"), {"type": "string", "minLength": 1}]}),
            json!({"$ref": "#/components/schemas/Words"}),
        ),
        (
            json!({"allOf": [to("Words"), {"enum": ["b", "c"]}], "deprecated": true}),
            json!({"type": "string", "enum": ["b"], "deprecated": true}),
        ),
        (
            json!({"allOf": [to("List"), {"type": "array", "items": {}, "maxItems": 2}]}),
            to("List"),
        ),
        (
            json!({"allOf": [{"type": "array", "items": {"type": "number"}}, {"type": "array", "items": {"type": "integer"}}]}),
            json!({"type": "array", "items": {"type": "integer"}}),
        ),
        (
            json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({}),
        ),
        (
            json!({"allOf": [text("a"), {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}]}),
            json!({"type": "object", "properties": {"a": {}, "b": {"type": "string"}}}),
        ),
        (
            json!({"allOf": [text("a"), {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}]}),
            json!({"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": true}),
        ),
    ] {
        let (made, lines) = composed(before.clone());
        assert_eq!(made, after, "{before}");
        assert!(!lines.is_empty(), "{before}");
        assert_eq!(composed(made.clone()), (made, Vec::new()), "{before}");
    }
}

#[test]
fn too_many_combinations_keep_the_members_beside_them() {
    let union = |of: &str| -> Value {
        let branches = (0..6).map(
            |n| json!({"type": "object", "properties": {format!("{of}{n}"): {"type": "string"}}}),
        );
        json!({"oneOf": branches.collect::<Vec<_>>()})
    };
    let (made, lines) = composed(json!({"allOf": [to("P"), union("a"), union("b")]}));
    assert_eq!(
        made,
        json!({"type": "object", "properties": {"p": {"type": "string"}}})
    );
    assert_eq!(lines, ["allof"]);
}
