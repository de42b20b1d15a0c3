//! Rules for `type`, `const`, `enum` and `nullable`.

use super::brief;
use super::rule::{Schema, Site, apply};
use super::values::is_a;
use serde_json::{Value, json};
use unitune_diff::json_schema::type_of;

/// Keywords that apply to one type only.
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
        Some(name @ ("boolean" | "integer" | "array" | "object")) => {
            let name = name.to_owned();
            if !misplaced(schema, &name, &mut unique, site) {
                return;
            }
        }
        _ => {}
    }
    schema.insert("enum".to_owned(), Value::Array(unique));
}

/// Values that are not of their type; false when there is no enum any more.
fn misplaced(
    schema: &mut Schema,
    name: &str,
    values: &mut Vec<Value>,
    site: &mut Site<'_>,
) -> bool {
    let of = |value: &Value| value.is_null() || is_a(value, name);
    if values.iter().all(of) {
        return true;
    }
    if name == "integer" && values.iter().all(|v| v.is_null() || is_a(v, "number")) {
        site.note("type", "integer is now number: so are its values");
        schema.insert("type".to_owned(), json!("number"));
        return true;
    }
    if !values.iter().any(|value| !value.is_null() && of(value)) {
        schema.remove("enum");
        let items = schema.get("items");
        let free = items.is_none_or(|items| items.is_object() && items.get("enum").is_none());
        if name == "array" && free && !schema.contains_key("prefixItems") {
            site.note("enum", "now applies to the items: its values are no arrays");
            let mut items = items
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            items.insert("enum".to_owned(), Value::Array(std::mem::take(values)));
            apply(&mut items, site);
            schema.insert("items".to_owned(), Value::Object(items));
        } else {
            site.note(
                "enum",
                format!("left out: none of its values is of type {name}"),
            );
        }
        return false;
    }
    values.retain(|value| {
        if !of(value) {
            let detail = format!("{} is left out: it is not of type {name}", brief(value));
            site.note("enum", detail);
        }
        of(value)
    });
    true
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
    for (keyword, why) in [
        ("oneOf", "the branches of the union say their types"),
        ("anyOf", "the branches of the union say their types"),
        ("allOf", "the parts of the allOf say their types"),
        ("$ref", "what is referred to says its type"),
    ] {
        if schema.contains_key(keyword) {
            site.note("type", format!("left out: {why}"));
            return;
        }
    }
    site.note(
        "type",
        format!("{} is now a oneOf", brief(&Value::Array(list))),
    );
    valued(schema, &mut names, site);
    let branches: Vec<Schema> = names.iter().map(|name| branch(schema, name)).collect();
    for (_, keywords) in KEYWORDS_OF {
        for keyword in *keywords {
            schema.remove(*keyword);
        }
    }
    schema.remove("enum");
    // The rules that come before this one have not seen the branches; those
    // that come after it will not: they see the union.
    let branches = branches.into_iter().map(|mut branch| {
        apply(&mut branch, site);
        Value::Object(branch)
    });
    let branches = branches.collect();
    schema.insert("oneOf".to_owned(), Value::Array(branches));
}

/// Values that are of none of several types, and types that no value is of.
fn valued(schema: &mut Schema, names: &mut Vec<String>, site: &mut Site<'_>) {
    let Some(Value::Array(values)) = schema.get("enum").cloned() else {
        return;
    };
    let (fitting, others): (Vec<Value>, Vec<Value>) = values
        .into_iter()
        .partition(|value| names.iter().any(|name| is_a(value, name)));
    if fitting.is_empty() {
        site.note("enum", "left out: its values are of none of the types");
        schema.remove("enum");
        return;
    }
    for value in others {
        let detail = format!("{} is left out: it is of none of the types", brief(&value));
        site.note("enum", detail);
    }
    names.retain(|name| {
        let there = fitting.iter().any(|value| is_a(value, name));
        if !there {
            site.note("type", format!("{name} is left out: no value is of it"));
        }
        there
    });
    schema.insert("enum".to_owned(), Value::Array(fitting));
}

/// Returns the part of a schema about one of its types.
fn branch(schema: &Schema, name: &str) -> Schema {
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
    if name == "array" && !branch.contains_key("items") && !branch.contains_key("prefixItems") {
        branch.insert("items".to_owned(), json!({}));
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        let fitting: Vec<&Value> = values.iter().filter(|value| is_a(value, name)).collect();
        branch.insert("enum".to_owned(), json!(fitting));
    }
    branch
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

/// `nullable: false` has no effect; `nullable` in 3.1 means the same as in 3.0.
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
