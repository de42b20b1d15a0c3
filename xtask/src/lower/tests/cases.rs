//! The cases of the lowering's rules.

use serde_json::{Value, json};

/// (rule, before, after)
pub fn cases() -> Vec<(&'static str, Value, Value)> {
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
            "enum-type",
            json!({"type": "array", "enum": ["x", "y"]}),
            json!({"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}),
        ),
        (
            "enum-type",
            json!({"type": "object", "enum": [1]}),
            json!({"type": "object"}),
        ),
        (
            "enum-type",
            json!({"type": "integer", "enum": [1, 1.5]}),
            json!({"type": "number", "enum": [1, 1.5]}),
        ),
        (
            "enum-type",
            json!({"type": "boolean", "enum": [true, 0]}),
            json!({"type": "boolean", "enum": [true]}),
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
            "type-array",
            json!({"type": ["string", "integer"], "enum": ["a", 1, true, null]}),
            json!({"nullable": true, "oneOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}]}),
        ),
        (
            "type-array",
            json!({"type": ["string", "boolean"], "enum": ["a"]}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (
            "type-array",
            json!({"type": ["object", "string"], "$ref": object}),
            json!({"$ref": object}),
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
            "recursive-ref",
            json!({"type": "array", "items": {"$recursiveRef": "#"}}),
            json!({"type": "array", "items": {}}),
        ),
        (
            "recursive-ref",
            json!({"type": "array", "items": {"$dynamicRef": "#node"}}),
            json!({"type": "array", "items": {}}),
        ),
        (
            "xml",
            json!({"type": "string", "xml": {"name": "a"}}),
            json!({"type": "string"}),
        ),
    ]
}
