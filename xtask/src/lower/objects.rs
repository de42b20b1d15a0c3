//! Rules for objects.

use super::rule::{Schema, Site};
use serde_json::{Value, json};

/// Members by pattern.
pub fn patterns(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Object(patterns)) = schema.remove("patternProperties") else {
        return;
    };
    let mut kinds: Vec<Value> = Vec::new();
    for (_, kind) in patterns {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let open = matches!(
        schema.get("additionalProperties"),
        None | Some(Value::Bool(false))
    );
    if kinds.len() == 1 && open && !schema.contains_key("properties") {
        site.note("patternProperties", "is now additionalProperties");
        schema.insert("additionalProperties".to_owned(), kinds.remove(0));
    } else {
        site.note(
            "patternProperties",
            "left out: members by any name are allowed",
        );
        schema.insert("additionalProperties".to_owned(), json!(true));
    }
}

/// `unevaluatedProperties`, in the words of OpenAPI 3.0.
pub fn unevaluated(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(value) = schema.remove("unevaluatedProperties") else {
        return;
    };
    let composed = ["allOf", "oneOf", "anyOf", "$ref"]
        .iter()
        .any(|keyword| schema.contains_key(*keyword));
    if composed || schema.contains_key("additionalProperties") {
        site.note(
            "unevaluatedProperties",
            "left out: OpenAPI 3.0 cannot say it here",
        );
    } else {
        site.note("unevaluatedProperties", "is now additionalProperties");
        schema.insert("additionalProperties".to_owned(), value);
    }
}

/// Members whose schema allows nothing.
pub fn impossible(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Object(members)) = schema.get_mut("properties") else {
        return;
    };
    let names: Vec<String> = members
        .iter()
        .filter(|(_, member)| **member == json!({"not": {}}))
        .map(|(name, _)| name.clone())
        .collect();
    for name in &names {
        members.remove(name);
    }
    for name in names {
        site.note(
            "properties",
            format!("{name} is left out: no value is allowed"),
        );
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|other| other.as_str() != Some(&name));
        }
    }
}

/// Names that stand twice, and a list without names.
pub fn required(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::Array(names)) = schema.get_mut("required") else {
        return;
    };
    let before = names.len();
    let mut unique: Vec<Value> = Vec::new();
    for name in names.drain(..) {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    let after = unique.len();
    *names = unique;
    if after == 0 {
        schema.remove("required");
        site.note("required", "left out: it names nothing");
    } else if after < before {
        site.note("required", "names that stand twice stand once");
    }
}
