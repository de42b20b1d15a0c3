//! Component schemas: references to them, which schemas become one, and what
//! distinguishes the branches of a union.

use serde_json::{Map, Value, json};
use unitune_diff::json_schema::is_annotation;
use unitune_diff::pointer;

const SCHEMAS: &str = "#/components/schemas/";

/// Sends references to components elsewhere.
pub fn redirect(value: &mut Value, to: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map.iter_mut() {
                if let ("$ref", Value::String(reference)) = (name.as_str(), &mut *child) {
                    let new = reference
                        .strip_prefix(SCHEMAS)
                        .and_then(|old| to(&pointer::unescape(old)));
                    if let Some(new) = new {
                        *reference = format!("{SCHEMAS}{}", pointer::escape(&new));
                    }
                } else {
                    redirect(child, to);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|child| redirect(child, to)),
        _ => {}
    }
}

/// Returns a reference to a component schema.
#[must_use]
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("{SCHEMAS}{name}")})
}

/// Returns the component that a schema refers to, plainly or in an allOf of
/// one.
#[must_use]
pub fn referred(schema: &Value) -> Option<&str> {
    let plain = schema.get("$ref").or_else(|| match schema.get("allOf") {
        Some(Value::Array(all)) if all.len() == 1 => all[0].get("$ref"),
        _ => None,
    });
    plain?.as_str()?.strip_prefix(SCHEMAS)
}

/// Returns the text of a value with its keys sorted, and of lists whose order
/// means nothing with their elements sorted.
pub fn canonical(value: &Value) -> String {
    fn lists(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (name, child) in map.iter_mut() {
                    match child {
                        Value::Array(list)
                            if (name == "required" || name == "enum")
                                && list.iter().all(Value::is_string) =>
                        {
                            list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                        }
                        _ => lists(child),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(lists),
            _ => {}
        }
    }
    let mut value = crate::json::sorted(value);
    lists(&mut value);
    value.to_string()
}

/// Returns a schema's annotations, and the rest of it.
pub fn split(schema: &Value) -> (Map<String, Value>, Value) {
    let mut annotations = Map::new();
    let mut core = Map::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        if is_annotation(keyword) {
            annotations.insert(keyword.clone(), value.clone());
        } else {
            core.insert(keyword.clone(), value.clone());
        }
    }
    (annotations, Value::Object(core))
}

/// Returns a reference, with annotations beside it if there are any.
pub fn with_annotations(mut annotations: Map<String, Value>, reference: Value) -> Value {
    if annotations.is_empty() {
        return reference;
    }
    annotations.insert("allOf".to_owned(), json!([reference]));
    Value::Object(annotations)
}

/// Returns whether a schema is to have a name.
pub fn worthy(schema: &Value) -> bool {
    let members = matches!(schema.get("properties"), Some(Value::Object(m)) if !m.is_empty());
    let several = matches!(schema.get("allOf"), Some(Value::Array(all)) if all.len() > 1);
    members
        || several
        || ["enum", "oneOf", "anyOf"]
            .iter()
            .any(|keyword| schema.get(*keyword).is_some())
}

/// Returns what distinguishes the branches of a union: the single value of an
/// enum, or that of a required member.
pub fn marks(branches: &[Value]) -> Vec<Option<String>> {
    let only = |schema: &Value| match schema.get("enum") {
        Some(Value::Array(values)) if values.len() == 1 => values[0].as_str().map(str::to_owned),
        _ => None,
    };
    let found: Vec<Option<String>> = branches
        .iter()
        .map(|branch| {
            only(branch).or_else(|| {
                let members = branch.get("properties")?.as_object()?;
                let required = branch.get("required")?.as_array()?;
                let mut marks: Vec<(&String, String)> = members
                    .iter()
                    .filter(|(name, _)| required.iter().any(|r| r.as_str() == Some(name)))
                    .filter_map(|(name, member)| Some((name, only(member)?)))
                    .collect();
                marks.sort();
                marks.into_iter().next().map(|(_, mark)| mark)
            })
        })
        .collect();
    found
        .iter()
        .map(|mark| {
            let unique = found.iter().filter(|other| *other == mark).count() == 1;
            mark.clone().filter(|_| unique)
        })
        .collect()
}
