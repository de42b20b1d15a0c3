//! The rule for keywords beside a reference.

use super::rule::{Schema, Site};
use serde_json::{Value, json};
use unitune_diff::json_schema::is_annotation;

/// `{$ref, nullable}` → `{allOf: [{$ref}], nullable}`; what repeats or
/// contradicts the target's type is left out.
pub fn siblings(schema: &mut Schema, site: &mut Site<'_>) {
    let Some(Value::String(reference)) = schema.get("$ref").cloned() else {
        return;
    };
    if schema.len() == 1 {
        return;
    }
    if let Some(own) = schema.remove("type") {
        let target = site.target(&reference).and_then(|t| t.get("type")).cloned();
        match target {
            Some(target) if target != own => {
                site.note("type", format!("left out: what is referred to is {target}"));
            }
            _ => site.note("type", "left out: what is referred to says it"),
        }
    }
    schema.remove("$ref");
    let own = json!({"$ref": reference});
    let mut branches = vec![own.clone()];
    let rest: Schema = schema
        .iter()
        .filter(|(keyword, _)| !is_annotation(keyword) && *keyword != "allOf")
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect();
    if let Some(Value::Array(others)) = schema.remove("allOf") {
        branches.extend(others.into_iter().filter(|other| *other != own));
    }
    if !rest.is_empty() {
        let names: Vec<&str> = rest.keys().map(String::as_str).collect();
        site.note(
            "$ref",
            format!("{} stand in an allOf with it", names.join(", ")),
        );
        for keyword in rest.keys() {
            schema.remove(keyword);
        }
        branches.push(Value::Object(rest));
    } else if schema.is_empty() && branches.len() == 1 {
        schema.insert("$ref".to_owned(), json!(reference));
        return;
    } else {
        let names: Vec<&str> = schema.keys().map(String::as_str).collect();
        let names = names.join(", ");
        site.note("$ref", format!("is now in an allOf, beside {names}"));
    }
    schema.insert("allOf".to_owned(), Value::Array(branches));
}
