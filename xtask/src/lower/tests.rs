//! Every rule of the lowering has at least one case here: what it gets, what
//! it makes of it. A test pins that none is left out.

use super::{MENDS, Mode, lower, rules};
use crate::report::Report;
use crate::shape::{self, Fate, Kind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Components that the cases refer to.
fn shared() -> Value {
    json!({
        "Text": {"type": "string"},
        "Object": {"type": "object", "properties": {"a": {"type": "string"}}},
        "Null": {"type": "null"},
        "Sizes": {"type": "string", "enum": ["big", "small"]}
    })
}

/// Lowers one schema, standing at `/components/schemas/Case`.
fn case(schema: &Value, mode: Mode) -> crate::fault::Result<(Value, Report)> {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": shared()}
    });
    document["components"]["schemas"]["Case"] = schema.clone();
    let mut report = Report::default();
    let lowered = lower("x.yaml", &document, mode, &mut report)?;
    Ok((lowered["components"]["schemas"]["Case"].clone(), report))
}

/// (rule, before, after)
fn cases() -> Vec<(&'static str, Value, Value)> {
    let object = "#/components/schemas/Object";
    vec![
        (
            "const",
            json!({"const": "a"}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (
            "const",
            json!({"const": false}),
            json!({"type": "boolean", "enum": [false]}),
        ),
        (
            "const",
            json!({"const": 0}),
            json!({"type": "integer", "enum": [0]}),
        ),
        (
            "const",
            json!({"const": ""}),
            json!({"type": "string", "enum": [""]}),
        ),
        (
            "const",
            json!({"type": "string", "const": "a"}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (
            "const",
            json!({"oneOf": [{"const": null}, {"type": "string"}]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "enum-type",
            json!({"type": "string", "enum": [1, true, "a", "a"]}),
            json!({"type": "string", "enum": ["1", "true", "a"]}),
        ),
        (
            "enum-type",
            json!({"type": "integer", "enum": ["1", 2]}),
            json!({"type": "string", "enum": ["1", "2"]}),
        ),
        (
            "enum-null",
            json!({"type": "string", "enum": ["a", null]}),
            json!({"type": "string", "enum": ["a"], "nullable": true}),
        ),
        (
            "enum-null",
            json!({"enum": [null]}),
            json!({"nullable": true}),
        ),
        (
            "enum-null",
            json!({"enum": ["a", "b"]}),
            json!({"type": "string", "enum": ["a", "b"]}),
        ),
        (
            "enum-null",
            json!({"enum": [1, "auto"]}),
            json!({"oneOf": [{"type": "integer", "enum": [1]}, {"type": "string", "enum": ["auto"]}]}),
        ),
        (
            "type-array",
            json!({"type": ["string", "null"], "minLength": 1}),
            json!({"type": "string", "nullable": true, "minLength": 1}),
        ),
        (
            "type-array",
            json!({"type": ["string"]}),
            json!({"type": "string"}),
        ),
        (
            "type-array",
            json!({"type": ["integer", "number"]}),
            json!({"type": "number"}),
        ),
        ("type-array", json!({"type": []}), json!({})),
        (
            "type-array",
            json!({"type": ["null", "array", "boolean", "integer", "number", "object", "string"]}),
            json!({"nullable": true, "oneOf": [
            {"type": "array", "items": {}}, {"type": "boolean"}, {"type": "number"}, {"type": "object"}, {"type": "string"}]}),
        ),
        (
            "type-array",
            json!({"type": ["integer", "string", "array"], "minimum": 1, "maxLength": 3, "default": 1}),
            json!({"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "maxLength": 3}, {"type": "array", "items": {}}], "default": 1}),
        ),
        (
            "exclusive-bound",
            json!({"type": "number", "exclusiveMinimum": 0}),
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
        ),
        (
            "exclusive-bound",
            json!({"type": "number", "minimum": 5, "exclusiveMinimum": 0}),
            json!({"type": "number", "minimum": 5}),
        ),
        (
            "exclusive-bound",
            json!({"type": "number", "maximum": 5, "exclusiveMaximum": 1}),
            json!({"type": "number", "maximum": 1, "exclusiveMaximum": true}),
        ),
        (
            "exclusive-bound",
            json!({"type": "number", "exclusiveMaximum": true}),
            json!({"type": "number"}),
        ),
        (
            "content-encoding",
            json!({"type": "string", "contentEncoding": "base64"}),
            json!({"type": "string", "format": "byte"}),
        ),
        (
            "content-encoding",
            json!({"contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "binary"}),
        ),
        (
            "content-encoding",
            json!({"type": "string", "contentMediaType": "application/json"}),
            json!({"type": "string"}),
        ),
        (
            "prefix-items",
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "prefix-items",
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2}),
            json!({"type": "array", "minItems": 2, "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            "prefix-items",
            json!({"type": "array", "items": [{"type": "string"}]}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "array-items",
            json!({"type": "array"}),
            json!({"type": "array", "items": {}}),
        ),
        (
            "count-on-items",
            json!({"type": "array", "items": {"type": "number", "minItems": 2}}),
            json!({"type": "array", "minItems": 2, "items": {"type": "number"}}),
        ),
        (
            "misspelt",
            json!({"type": "array", "items": {"type": "number", "min_items": 2, "max_items": 2}}),
            json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}),
        ),
        (
            "misspelt",
            json!({"type": "string", "min_length": 1, "minLength": 2}),
            json!({"type": "string", "minLength": 2}),
        ),
        (
            "pattern-properties",
            json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        (
            "pattern-properties",
            json!({"type": "object", "patternProperties": {"^a": {"type": "string"}, "^b": {"type": "integer"}}}),
            json!({"type": "object", "additionalProperties": true}),
        ),
        (
            "unevaluated-properties",
            json!({"type": "object", "unevaluatedProperties": false}),
            json!({"type": "object", "additionalProperties": false}),
        ),
        (
            "unevaluated-properties",
            json!({"allOf": [{"$ref": object}], "unevaluatedProperties": false}),
            json!({"$ref": object}),
        ),
        (
            "impossible-property",
            json!({"type": "object", "properties": {"a": false, "b": true}, "required": ["a", "b"]}),
            json!({"type": "object", "properties": {"b": {}}, "required": ["b"]}),
        ),
        (
            "required-names",
            json!({"type": "object", "required": ["a", "a"]}),
            json!({"type": "object", "required": ["a"]}),
        ),
        (
            "required-names",
            json!({"type": "object", "required": []}),
            json!({"type": "object"}),
        ),
        (
            "ref-siblings",
            json!({"$ref": object, "type": "object"}),
            json!({"$ref": object}),
        ),
        (
            "ref-siblings",
            json!({"$ref": object, "type": "string"}),
            json!({"$ref": object}),
        ),
        (
            "ref-siblings",
            json!({"$ref": object, "nullable": true}),
            json!({"allOf": [{"$ref": object}], "nullable": true}),
        ),
        (
            "ref-siblings",
            json!({"$ref": object, "required": ["a"]}),
            json!({"allOf": [{"$ref": object}, {"required": ["a"]}]}),
        ),
        (
            "null-branch",
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "null-branch",
            json!({"oneOf": [{"$ref": object}, {"type": "null"}]}),
            json!({"allOf": [{"$ref": object}], "nullable": true}),
        ),
        (
            "null-branch",
            json!({"oneOf": [{"$ref": "#/components/schemas/Null"}, {"type": "integer"}]}),
            json!({"type": "integer", "nullable": true}),
        ),
        (
            "null-branch",
            json!({"oneOf": [{"type": "string", "nullable": true}, {"type": "integer"}]}),
            json!({"nullable": true, "oneOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (
            "null-branch",
            json!({"anyOf": [{"type": "null"}]}),
            json!({"nullable": true}),
        ),
        (
            "union-with-type",
            json!({"type": "object", "oneOf": [{"$ref": object}, {"type": "object", "properties": {"b": {}}}]}),
            json!({"oneOf": [{"$ref": object}, {"type": "object", "properties": {"b": {}}}]}),
        ),
        (
            "union-with-type",
            json!({"type": "boolean", "oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["auto"]}], "default": "auto"}),
            json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["auto"]}], "default": "auto"}),
        ),
        (
            "union-with-type",
            json!({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"type": "object"}),
        ),
        (
            "union-beside-members",
            json!({"type": "object", "properties": {"k": {"type": "string"}}, "oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]}),
            json!({"oneOf": [
                {"type": "object", "properties": {"a": {"type": "string"}, "k": {"type": "string"}}},
                {"type": "object", "properties": {"b": {"type": "string"}, "k": {"type": "string"}}}]}),
        ),
        (
            "union-beside-members",
            json!({"properties": {"k": {"type": "string"}}, "oneOf": [{"$ref": object}, {"type": "string"}]}),
            json!({"allOf": [{"type": "object", "properties": {"k": {"type": "string"}}}, {"oneOf": [{"$ref": object}, {"type": "string"}]}]}),
        ),
        (
            "union-beside-members",
            json!({"oneOf": [{"type": "integer"}, {"type": "string"}], "anyOf": [{"type": "string"}, {"type": "boolean"}]}),
            json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ),
        (
            "union-beside-members",
            json!({"type": "string", "enum": ["a"], "oneOf": [{"type": "integer"}, {"type": "string"}]}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (
            "same-branches",
            json!({"oneOf": [{"type": "integer"}, {"type": "string"}, {"type": "integer"}]}),
            json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ),
        (
            "union-of-strings",
            json!({"anyOf": [{"type": "string"}, {"type": "string", "enum": ["a"]}]}),
            json!({"type": "string"}),
        ),
        (
            "union-of-strings",
            json!({"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Sizes"}]}),
            json!({"type": "string"}),
        ),
        (
            "union-of-strings",
            json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
            json!({"type": "string", "enum": ["a", "b"]}),
        ),
        (
            "union-of-strings",
            json!({"oneOf": [{"type": "string", "format": "uri"}, {"type": "integer"}, {"type": "string", "format": "uuid"}]}),
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (
            "union-of-numbers",
            json!({"anyOf": [{"type": "integer"}, {"type": "number"}]}),
            json!({"type": "number"}),
        ),
        (
            "allof-annotations",
            json!({"allOf": [{"$ref": object}, {"nullable": true}]}),
            json!({"allOf": [{"$ref": object}], "nullable": true}),
        ),
        (
            "single-branch",
            json!({"oneOf": [{"$ref": object}]}),
            json!({"$ref": object}),
        ),
        (
            "single-branch",
            json!({"allOf": [{"type": "string"}], "deprecated": true}),
            json!({"type": "string", "deprecated": true}),
        ),
        (
            "single-branch",
            json!({"anyOf": [{"oneOf": [{"type": "string"}]}]}),
            json!({"type": "string"}),
        ),
        (
            "implied-type",
            json!({"properties": {"a": {"type": "string"}}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        ),
        (
            "implied-type",
            json!({"items": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            "discriminator",
            json!({"type": "object", "discriminator": {"propertyName": "a"}}),
            json!({"type": "object"}),
        ),
        (
            "default",
            json!({"type": "integer", "default": "a"}),
            json!({"type": "integer"}),
        ),
        (
            "default",
            json!({"type": "string", "nullable": true, "default": null}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "default",
            json!({"$ref": object, "default": "none"}),
            json!({"$ref": object}),
        ),
        (
            "nullable",
            json!({"type": "string", "nullable": false}),
            json!({"type": "string"}),
        ),
        (
            "nullable",
            json!({"type": "string", "nullable": true}),
            json!({"type": "string", "nullable": true}),
        ),
        ("boolean-schema", json!(true), json!({})),
        (
            "boolean-schema",
            json!({"type": "array", "items": true}),
            json!({"type": "array", "items": {}}),
        ),
        (
            "only-null",
            json!({"type": "null"}),
            json!({"nullable": true}),
        ),
        (
            "property-names",
            json!({"type": "object", "propertyNames": {"maxLength": 1}}),
            json!({"type": "object"}),
        ),
        (
            "if-then-else",
            json!({"type": "object", "if": {}, "then": {}, "else": {}}),
            json!({"type": "object"}),
        ),
        (
            "dependent",
            json!({"type": "object", "dependentRequired": {"a": ["b"]}, "dependentSchemas": {}, "dependencies": {}}),
            json!({"type": "object"}),
        ),
        (
            "unevaluated-items",
            json!({"type": "string", "unevaluatedItems": false}),
            json!({"type": "string"}),
        ),
        (
            "additional-items",
            json!({"type": "string", "additionalItems": false}),
            json!({"type": "string"}),
        ),
        (
            "contains",
            json!({"type": "string", "contains": {}, "minContains": 1, "maxContains": 2}),
            json!({"type": "string"}),
        ),
        (
            "content-schema",
            json!({"type": "string", "contentSchema": {}}),
            json!({"type": "string"}),
        ),
        (
            "defs",
            json!({"type": "string", "$defs": {}, "definitions": {}}),
            json!({"type": "string"}),
        ),
        (
            "schema-resource",
            json!({"type": "string", "$id": "a", "$schema": "b", "$anchor": "c", "$vocabulary": {}, "$dynamicAnchor": "d"}),
            json!({"type": "string"}),
        ),
        (
            "xml",
            json!({"type": "string", "xml": {"name": "a"}}),
            json!({"type": "string"}),
        ),
    ]
}

#[test]
fn every_case_is_lowered_and_reported() {
    for (rule, before, after) in cases() {
        let (lowered, report) =
            case(&before, Mode::default()).unwrap_or_else(|e| panic!("{before}: {e}"));
        assert_eq!(lowered, after, "{rule}: {before}");
        let line = report.lines.iter().find(|line| line.rule == rule);
        let line = line.unwrap_or_else(|| panic!("{rule} has no line for {before}: {report}"));
        assert!(line.pointer.starts_with("/components/schemas/"), "{line}");
    }
}

/// What a rule makes needs no rule any more.
#[test]
fn lowering_twice_changes_nothing() {
    for (rule, before, _) in cases() {
        let (once, _) = case(&before, Mode::default()).unwrap();
        let (twice, _) = case(&once, Mode::default()).unwrap();
        assert_eq!(once, twice, "{rule}: {before}");
    }
}

#[test]
fn every_rule_has_a_case() {
    let known: BTreeSet<&str> = cases().iter().map(|(rule, _, _)| *rule).collect();
    for rule in rules::RULES {
        assert!(known.contains(rule.id), "{} has no case", rule.id);
        assert!(!rule.about.is_empty());
    }
    for key in shape::keys(Kind::Schema) {
        if let Fate::Drop(rule, why) = key.fate {
            assert!(known.contains(rule), "{rule} has no case");
            assert!(!why.is_empty());
        }
    }
}

#[test]
fn prose_is_taken_out_and_counted() {
    let schema = json!({
        "type": "object", "title": "T", "description": "D", "example": 1, "examples": [1],
        "externalDocs": {"url": "u"}, "$comment": "C", "x-more": 1,
        "properties": {"title": {"type": "string", "description": "D"}, "x-kept": {"type": "string"}}
    });
    let (lowered, report) = case(&schema, Mode::default()).unwrap();
    assert_eq!(
        lowered,
        json!({"type": "object", "properties": {"title": {"type": "string"}, "x-kept": {"type": "string"}}})
    );
    assert_eq!(report.prose["description"], 2);
    assert_eq!(report.prose["x-*"], 1);
    assert!(report.sentences.contains("D"));
}

#[test]
fn our_own_words_stay() {
    let ours = Mode {
        ours: true,
        mend: false,
    };
    let schema = json!({"type": "array", "items": {}, "description": "Ours.", "x-unitune-lenient": true, "x-other": 1});
    let (lowered, _) = case(&schema, ours).unwrap();
    assert_eq!(
        lowered,
        json!({"type": "array", "items": {}, "description": "Ours.", "x-unitune-lenient": true})
    );
}

#[test]
fn what_is_wrong_is_an_error_with_its_pointer() {
    let at = |rest: &str| format!("/components/schemas/Case{rest}");
    for (schema, pointer) in [
        (
            json!({"type": "string", "frobnicate": 1}),
            at("/frobnicate"),
        ),
        (
            json!({"type": "string", "nullable": "true"}),
            at("/nullable"),
        ),
        (json!({"oneOf": [{"type": "string"}, null]}), at("/oneOf/1")),
        (json!({"type": ["string", null]}), at("/type")),
        (json!({"type": 7}), at("/type")),
        (json!({"type": "string", "minLength": -1}), at("/minLength")),
        (
            json!({"type": "object", "properties": []}),
            at("/properties"),
        ),
        (
            json!({"type": "object", "properties": {"a": "string"}}),
            at("/properties/a"),
        ),
        (json!({"type": "object", "required": true}), at("/required")),
        (json!({"allOf": {}}), at("/allOf")),
        (json!("string"), at("")),
    ] {
        let faults = case(&schema, Mode::default()).unwrap_err();
        assert_eq!(
            faults.0[0].pointer.as_deref(),
            Some(pointer.as_str()),
            "{schema}"
        );
    }
}

#[test]
fn what_has_one_meaning_is_mended_when_asked() {
    let mend = Mode {
        mend: true,
        ours: false,
    };
    for (rule, before, after) in [
        (
            "text-for-boolean",
            json!({"type": "string", "nullable": "true"}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "bare-null",
            json!({"oneOf": [{"type": "string"}, null]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "bare-null",
            json!({"type": ["string", null]}),
            json!({"type": "string", "nullable": true}),
        ),
        (
            "number-for-text",
            json!({"type": "string", "pattern": 7}),
            json!({"type": "string", "pattern": "7"}),
        ),
        (
            "unknown-keyword",
            json!({"type": "string", "frobnicate": 1}),
            json!({"type": "string"}),
        ),
    ] {
        let (lowered, report) = case(&before, mend).unwrap();
        assert_eq!(lowered, after, "{before}");
        assert!(
            report.lines.iter().any(|line| line.rule == rule),
            "{before}"
        );
        assert!(MENDS.contains(&rule));
        assert!(case(&before, Mode::default()).is_err(), "{before}");
    }
}

/// Rewrites outside schemas.
#[test]
fn the_document_around_the_schemas_is_lowered() {
    let document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "d",
        "info": {"title": "t", "version": "1", "summary": "s", "license": {"name": "MIT", "identifier": "MIT"}},
        "webhooks": {"w": {}},
        "paths": {"/a": {"summary": "s", "get": {
            "tags": ["t"], "servers": [], "callbacks": {},
            "responses": {"200": {"description": "d", "links": {}, "content": {"a/b": {"itemSchema": {}}}},
                "400": {"$ref": "#/components/responses/Bad", "description": "d", "content": {}}}
        }}},
        "components": {"responses": {"Bad": {"description": "d", "headers": {"h": {"allowReserved": true, "schema": {"type": "string"}}}}}}
    });
    let mut report = Report::default();
    let lowered = lower("x.yaml", &document, Mode::default(), &mut report).unwrap();
    assert_eq!(
        lowered,
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1", "license": {"name": "MIT"}},
            "paths": {"/a": {"get": {"responses": {
                "200": {"content": {"a/b": {}}},
                "400": {"$ref": "#/components/responses/Bad"}
            }}}},
            "components": {"responses": {"Bad": {"headers": {"h": {"schema": {"type": "string"}}}}}}
        })
    );
    let rules: BTreeSet<&str> = report.lines.iter().map(|line| line.rule).collect();
    for rule in [
        "webhooks",
        "dialect",
        "licence-identifier",
        "local-servers",
        "callbacks",
        "links",
        "item-schema",
        "ref-siblings",
        "header-keywords",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
}
