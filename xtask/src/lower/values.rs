//! Rules for bounds, encodings and defaults.

use super::brief;
use super::rule::{Schema, Site};
use serde_json::{Value, json};
use unitune_diff::json_schema::type_of;

/// `exclusiveMinimum: 0` → `minimum: 0, exclusiveMinimum: true`.
pub fn exclusive(schema: &mut Schema, site: &mut Site<'_>) {
    for (exclusive, inclusive, tighter) in [
        (
            "exclusiveMinimum",
            "minimum",
            (|a, b| a >= b) as fn(f64, f64) -> bool,
        ),
        ("exclusiveMaximum", "maximum", |a, b| a <= b),
    ] {
        match schema.get(exclusive).cloned() {
            Some(Value::Number(bound)) => {
                let other = schema.get(inclusive).and_then(Value::as_f64);
                let binds = match (bound.as_f64(), other) {
                    (Some(bound), Some(other)) => tighter(bound, other),
                    _ => true,
                };
                if binds {
                    site.note(exclusive, format!("is now {inclusive}: {bound}, exclusive"));
                    schema.insert(inclusive.to_owned(), Value::Number(bound));
                    schema.insert(exclusive.to_owned(), Value::Bool(true));
                } else {
                    site.note(exclusive, format!("left out: {inclusive} is tighter"));
                    schema.remove(exclusive);
                }
            }
            Some(Value::Bool(flag)) if !flag || !schema.contains_key(inclusive) => {
                site.note(exclusive, "left out: it says nothing here");
                schema.remove(exclusive);
            }
            _ => {}
        }
    }
}

/// `contentEncoding: base64` → `format: byte`; a media type → `format: binary`.
pub fn content(schema: &mut Schema, site: &mut Site<'_>) {
    let encoding = schema.remove("contentEncoding");
    let media = schema.remove("contentMediaType");
    let (keyword, format) = match (&encoding, &media) {
        (None, None) => return,
        (Some(Value::String(name)), _) if name.starts_with("base64") => {
            ("contentEncoding", Some("byte"))
        }
        (Some(_), _) => ("contentEncoding", None),
        (None, Some(Value::String(name))) if name == "application/octet-stream" => {
            ("contentMediaType", Some("binary"))
        }
        (None, Some(_)) => ("contentMediaType", None),
    };
    match format {
        Some(format) if !schema.contains_key("format") => {
            site.note(keyword, format!("is now format {format}"));
            schema.insert("format".to_owned(), json!(format));
            if !schema.contains_key("type") {
                schema.insert("type".to_owned(), json!("string"));
            }
        }
        _ => site.note(keyword, "left out: OpenAPI 3.0 does not look inside text"),
    }
}

/// A default that its own schema does not allow.
pub fn default(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(value) = schema.get("default").cloned() else {
        return;
    };
    if value.is_null() {
        site.note("default", "left out: null is what is meant without it");
        schema.remove("default");
        return;
    }
    if !fits(&value, schema, site, 0) {
        site.note(
            "default",
            format!("left out: {} is not of the schema's type", brief(&value)),
        );
        schema.remove("default");
    }
}

fn fits(value: &Value, schema: &Schema, site: &Site<'_>, depth: usize) -> bool {
    if depth > 16 {
        return true;
    }
    let branch_fits = |branch: &Value| match branch {
        Value::Object(branch) => fits(value, branch, site, depth + 1),
        _ => true,
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return site
            .target(reference)
            .is_none_or(|target| fits(value, target, site, depth + 1));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        return false;
    }
    let right_type = match schema.get("type") {
        Some(Value::String(name)) => is_a(value, name),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .any(|n| is_a(value, n)),
        _ => true,
    };
    let union = ["oneOf", "anyOf"]
        .iter()
        .all(|keyword| match schema.get(*keyword) {
            Some(Value::Array(branches)) => branches.iter().any(branch_fits),
            _ => true,
        });
    let all = match schema.get("allOf") {
        Some(Value::Array(branches)) => branches.iter().all(branch_fits),
        _ => true,
    };
    let items = match (value, schema.get("items")) {
        (Value::Array(list), Some(Value::Object(items))) => {
            list.iter().all(|item| fits(item, items, site, depth + 1))
        }
        _ => true,
    };
    right_type && union && all && items
}

/// Returns whether a value is of a type.
pub fn is_a(value: &Value, name: &str) -> bool {
    let own = type_of(value);
    own == name || (own == "integer" && name == "number")
}
