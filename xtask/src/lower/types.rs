//! Rules for `type`, `const`, `enum` and `nullable`.

use super::brief;
use super::rules::{Schema, Site, type_of};
use serde_json::{Value, json};

/// Keywords that speak of one type only.
const KEYWORDS_OF: &[(&str, &[&str])] = &[
    (
        "string",
        &[
            "format",
            "minLength",
            "maxLength",
            "pattern",
            "contentEncoding",
            "contentMediaType",
        ],
    ),
    (
        "integer",
        &[
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
    (
        "number",
        &[
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
    (
        "array",
        &[
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
        ],
    ),
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "unevaluatedProperties",
            "minProperties",
            "maxProperties",
        ],
    ),
    ("boolean", &[]),
];

fn keywords_of(name: &str) -> Option<&'static [&'static str]> {
    KEYWORDS_OF
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, k)| *k)
}

/// `const: v` → `enum: [v]`, with its type. Works for `false`, `0`, `""` and
/// null as for everything else.
pub fn constant(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(value) = schema.remove("const") else {
        return;
    };
    site.note("const", format!("is now an enum of {}", brief(&value)));
    if value.is_null() {
        schema.insert("type".to_owned(), json!("null"));
        schema.remove("enum");
        return;
    }
    if !schema.contains_key("type")
        && matches!(type_of(&value), "string" | "integer" | "number" | "boolean")
    {
        schema.insert("type".to_owned(), json!(type_of(&value)));
    }
    schema.insert("enum".to_owned(), json!([value]));
}

/// Enum values that do not have the type that stands beside them.
pub fn enum_type(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Array(values)) = schema.get("enum").cloned() else {
        return;
    };
    let mut unique: Vec<Value> = Vec::new();
    for value in values.iter().cloned() {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    if unique.len() < values.len() {
        site.note("enum", "values that stand twice stand once");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {
            for value in &mut unique {
                if matches!(value, Value::Bool(_) | Value::Number(_)) {
                    let text = Value::String(value.to_string());
                    site.note("enum", format!("{value} is now {text}"));
                    *value = text;
                }
            }
        }
        Some(name @ ("integer" | "number" | "boolean")) if unique.iter().any(Value::is_string) => {
            site.note("type", format!("{name} is now string: its values are text"));
            schema.insert("type".to_owned(), json!("string"));
            schema.insert("enum".to_owned(), Value::Array(unique));
            return enum_type(schema, site);
        }
        _ => {}
    }
    schema.insert("enum".to_owned(), Value::Array(unique));
}

/// null among the values.
pub fn enum_null(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        return;
    };
    if values.iter().any(Value::is_null) {
        values.retain(|value| !value.is_null());
        let empty = values.is_empty();
        site.note("enum", "null is now `nullable`");
        if empty {
            schema.remove("enum");
            schema.insert("type".to_owned(), json!("null"));
        } else {
            schema.insert("nullable".to_owned(), Value::Bool(true));
        }
    }
    let Some(Value::Array(values)) = schema.get("enum").cloned() else {
        return;
    };
    if schema.contains_key("type") {
        return;
    }
    let mut types: Vec<&str> = values.iter().map(type_of).collect();
    types.sort_unstable();
    types.dedup();
    if types == ["integer", "number"] {
        types = vec!["number"];
    }
    match types.as_slice() {
        [one] => {
            site.note("enum", format!("its values say the type {one}"));
            schema.insert("type".to_owned(), json!(one));
        }
        [] => {}
        several => {
            site.note(
                "enum",
                format!("its values say the types {}", several.join(", ")),
            );
            schema.insert("type".to_owned(), json!(several));
        }
    }
}

/// `type: [string, null]` → a nullable string; several types → a oneOf.
pub fn type_array(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Array(list)) = schema.get("type").cloned() else {
        return;
    };
    let mut names: Vec<String> = Vec::new();
    for name in list.iter().filter_map(Value::as_str) {
        if !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    schema.remove("type");
    if names.len() > 1 && names.iter().any(|name| name == "null") {
        names.retain(|name| name != "null");
        schema.insert("nullable".to_owned(), Value::Bool(true));
    }
    if names.iter().any(|n| n == "number") {
        names.retain(|name| name != "integer");
    }
    if names.len() == 1 {
        site.note(
            "type",
            format!("{} is now {}", brief(&Value::Array(list)), names[0]),
        );
        schema.insert("type".to_owned(), json!(names[0]));
        return;
    }
    if names.is_empty() || names.len() == 6 {
        site.note(
            "type",
            "a list of all types, or of none, says nothing: left out",
        );
        return;
    }
    if schema.contains_key("oneOf") || schema.contains_key("anyOf") {
        site.note(
            "type",
            "left out: the branches of the union say their types",
        );
        return;
    }
    site.note(
        "type",
        format!("{} is now a oneOf", brief(&Value::Array(list))),
    );
    let branches = names.iter().map(|name| branch(schema, name)).collect();
    for (_, keywords) in KEYWORDS_OF {
        for keyword in *keywords {
            schema.remove(*keyword);
        }
    }
    schema.remove("enum");
    schema.insert("oneOf".to_owned(), Value::Array(branches));
}

/// What a schema says about one of its types.
fn branch(schema: &Schema, name: &str) -> Value {
    let mut branch = Schema::new();
    branch.insert("type".to_owned(), json!(name));
    for keyword in keywords_of(name).unwrap_or_default() {
        let value = schema.get(*keyword);
        // One format cannot suit two types: it goes to strings, except those of numbers.
        let numeric = matches!(
            schema.get("format").and_then(Value::as_str),
            Some("int32" | "int64" | "float" | "double" | "uint64" | "uint32")
        );
        if let Some(value) = value.filter(|_| *keyword != "format" || (name == "string") != numeric)
        {
            branch.insert((*keyword).to_owned(), value.clone());
        }
    }
    if name == "array" && !branch.contains_key("items") {
        branch.insert("items".to_owned(), json!({}));
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        let fitting: Vec<&Value> = values
            .iter()
            .filter(|v| type_of(v) == name || (name == "number" && type_of(v) == "integer"))
            .collect();
        if !fitting.is_empty() {
            branch.insert("enum".to_owned(), json!(fitting));
        }
    }
    Value::Object(branch)
}

/// A schema with members and without a type is an object; one with items an array.
pub fn implied(schema: &mut Schema, site: &mut Site<'_>) {
    let other = ["type", "$ref", "oneOf", "anyOf", "allOf", "not"];
    if other.iter().any(|keyword| schema.contains_key(*keyword)) {
        return;
    }
    let name = if schema.contains_key("properties") || schema.contains_key("additionalProperties") {
        "object"
    } else if schema.contains_key("items") {
        "array"
    } else {
        return;
    };
    site.note("", format!("its keywords say the type {name}"));
    schema.insert("type".to_owned(), json!(name));
}

/// `nullable: false` says nothing; `nullable` in 3.1 is meant as in 3.0.
pub fn nullable(schema: &mut Schema, site: &mut Site<'_>) {
    match schema.get("nullable") {
        Some(Value::Bool(false)) => {
            schema.remove("nullable");
            site.note("nullable", "left out: false is what holds without it");
        }
        Some(_) if site.newer && raw_nullable(site) => {
            site.note("nullable", "kept, though OpenAPI 3.1 does not know it");
        }
        _ => {}
    }
}

fn raw_nullable(site: &Site<'_>) -> bool {
    let place = site.document.pointer(site.pointer);
    place.is_some_and(|schema| schema.get("nullable") == Some(&Value::Bool(true)))
}
