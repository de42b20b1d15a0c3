//! The normal form: one way to write a document, so that a diff shows what
//! changed and nothing else.

mod check;

pub use check::faults;

use crate::component_schemas::{redirect, referred, split, with_annotations};
use crate::json::sorted;
use crate::report::Report;
use crate::visit_schemas::schemas_mut;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use unitune_diff::keywords::METHODS;

/// Brings a named document into normal form, under our title if there is one.
pub fn normalise(document: &mut Value, title: Option<&str>, report: &mut Report) {
    if let Some(title) = title {
        info(document, title);
    }
    annotated_references(document);
    nullable_components(document, report);
    prune(document);
    discriminators(document);
    responses(document);
    schemas_mut(document, &mut |schema, _| {
        for keyword in ["required", "enum"] {
            if let Some(Value::Array(list)) = schema.get_mut(keyword) {
                list.sort_by_key(sort_key);
            }
        }
        let names = schema.get("required").and_then(Value::as_array);
        if names.is_some_and(Vec::is_empty)
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("required");
        }
    });
    for operation in operations_mut(document) {
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            parameters.sort_by_key(|p| {
                let field = |name| p.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
                (field("in"), field("name"))
            });
        }
    }
    *document = sorted(document);
}

/// Sets title, version, and our description if there is one.
fn info(document: &mut Value, title: &str) {
    let given = |name: &str| document.pointer(&format!("/info/{name}")).cloned();
    let mut info = json!({
        "title": title,
        "version": given("version").unwrap_or_else(|| json!("0")),
    });
    if let Some(description) = given("description") {
        info["description"] = description;
    }
    document["info"] = info;
}

/// Returns the text of a document in normal form.
#[must_use]
pub fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// Strings by their text, everything else by its JSON.
fn sort_key(value: &Value) -> (u8, i128, String) {
    match value {
        Value::Number(n) => (0, n.as_i64().map_or(0, i128::from), n.to_string()),
        Value::String(text) => (1, 0, text.clone()),
        other => (2, 0, other.to_string()),
    }
}

/// Returns all operations of a document.
pub fn operations_mut(document: &mut Value) -> Vec<&mut Map<String, Value>> {
    document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut())
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(_, operation)| operation.as_object_mut())
        .collect()
}

fn schemas(document: &Value) -> Option<&Map<String, Value>> {
    document.pointer("/components/schemas")?.as_object()
}

/// Moves annotations beside a reference to an allOf of it, so that the
/// reference stands alone.
fn annotated_references(document: &mut Value) {
    schemas_mut(document, &mut |schema, _| {
        let (annotations, core) = split(schema);
        let is_reference = core.get("$ref").is_some();
        if is_reference && !annotations.is_empty() {
            *schema = with_annotations(annotations, core);
        }
    });
}

/// Moves `nullable` from components to the references to them. A component that
/// is only a reference to another is removed.
fn nullable_components(document: &mut Value, report: &mut Report) {
    for _ in 0..32 {
        let Some(found) = schemas(document) else {
            return;
        };
        let nullable: BTreeSet<String> = found
            .iter()
            .filter(|(_, schema)| schema.get("nullable") == Some(&Value::Bool(true)))
            .map(|(name, _)| name.clone())
            .collect();
        let aliases: BTreeMap<String, String> = found
            .iter()
            .filter(|(name, _)| !nullable.contains(*name))
            .filter_map(|(name, schema)| {
                let only = schema.as_object().is_some_and(|s| {
                    s.keys()
                        .all(|k| matches!(k.as_str(), "$ref" | "allOf" | "description"))
                });
                let target = referred(schema).filter(|target| only && target != name)?;
                Some((name.clone(), target.to_owned()))
            })
            .collect();
        if nullable.is_empty() && aliases.is_empty() {
            return;
        }
        for name in &nullable {
            let at = format!("/components/schemas/{name}");
            report.add("nullable-component", &at, "references to it are `nullable`");
            if let Some(schema) = document.pointer_mut(&at).and_then(Value::as_object_mut) {
                schema.remove("nullable");
            }
        }
        if !nullable.is_empty() {
            let refers = |schema: &Value| referred(schema).is_some_and(|n| nullable.contains(n));
            schemas_mut(document, &mut |schema, _| mark(schema, &refers));
        }
        if !aliases.is_empty() {
            redirect(document, &mut |name| aliases.get(name).cloned());
            if let Some(Value::Object(map)) = document.pointer_mut("/components/schemas") {
                map.retain(|name, _| !aliases.contains_key(name));
            }
            for (name, target) in &aliases {
                let at = format!("/components/schemas/{name}");
                report.add("alias", &at, format!("stands for {target}: left out"));
            }
        }
    }
}

/// Marks the uses of nullable components inside one schema, whose branches are
/// marked already.
fn mark(schema: &mut Value, refers: &dyn Fn(&Value) -> bool) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    // Inside a union or an allOf the mark stands on the whole.
    let mut nullable = false;
    for keyword in ["oneOf", "anyOf", "allOf"] {
        let Some(Value::Array(branches)) = map.get_mut(keyword) else {
            continue;
        };
        for branch in branches.iter_mut().filter(|branch| refers(branch)) {
            nullable |= keyword != "allOf";
            if let Some(reference) = branch.pointer("/allOf/0/$ref").cloned() {
                *branch = json!({"$ref": reference});
            }
        }
    }
    if nullable {
        map.insert("nullable".to_owned(), Value::Bool(true));
    }
    if refers(schema)
        && let Some(map) = schema.as_object_mut()
    {
        if let Some(reference) = map.remove("$ref") {
            map.insert("allOf".to_owned(), json!([{"$ref": reference}]));
        }
        map.insert("nullable".to_owned(), Value::Bool(true));
    }
}

/// Leaves out the components that no operation reaches.
fn prune(document: &mut Value) {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut todo = Vec::new();
    references(&document["paths"], &mut todo);
    while let Some(reference) = todo.pop() {
        if reached.insert(reference.clone())
            && let Some(target) = reference
                .strip_prefix('#')
                .and_then(|p| document.pointer(p))
        {
            references(target, &mut todo);
        }
    }
    let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for folder in ["schemas", "responses"] {
        if let Some(Value::Object(map)) = components.get_mut(folder) {
            map.retain(|name, _| reached.contains(&format!("#/components/{folder}/{name}")));
        }
    }
    components.retain(|_, folder| folder.as_object().is_none_or(|folder| !folder.is_empty()));
    if components.is_empty()
        && let Some(map) = document.as_object_mut()
    {
        map.remove("components");
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match child {
                    Value::String(reference) if name == "$ref" => found.push(reference.clone()),
                    _ => references(child, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|child| references(child, found)),
        _ => {}
    }
}

/// Adds a discriminator to unions of objects whose branches differ in a
/// required member's value.
fn discriminators(document: &mut Value) {
    let snapshot = document.clone();
    schemas_mut(document, &mut |schema, _| {
        for keyword in ["oneOf", "anyOf"] {
            let Some(Value::Array(branches)) = schema.get(keyword) else {
                continue;
            };
            if branches.len() > 1
                && let Some((name, values)) = telling(branches, &snapshot)
            {
                let mut discriminator = json!({"propertyName": name});
                // Without it, the standard takes the components' names as values.
                let references = branches.iter().map(|branch| branch.get("$ref").cloned());
                if let Some(references) = references.collect::<Option<Vec<_>>>() {
                    let mapping: Map<String, Value> = values.into_iter().zip(references).collect();
                    discriminator["mapping"] = Value::Object(mapping);
                }
                schema["discriminator"] = discriminator;
            }
        }
    });
}

/// Returns the property that distinguishes the branches, and its value in each of
/// them.
fn telling(branches: &[Value], document: &Value) -> Option<(String, Vec<String>)> {
    let resolve = |schema: &Value| -> Option<Value> {
        match referred(schema) {
            Some(name) => schemas(document)?.get(name).cloned(),
            None => Some(schema.clone()),
        }
    };
    let mut common: Option<BTreeMap<String, Vec<String>>> = None;
    for branch in branches {
        let branch = resolve(branch)?;
        let required = branch.get("required")?.as_array()?;
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        for (name, member) in branch.get("properties")?.as_object()? {
            if !required.iter().any(|r| r.as_str() == Some(name)) {
                continue;
            }
            let Some(member) = resolve(member) else {
                continue;
            };
            if let Some([Value::String(value)]) = member
                .get("enum")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
            {
                own.insert(name.clone(), value.clone());
            }
        }
        common = Some(match common {
            None => own.into_iter().map(|(n, v)| (n, vec![v])).collect(),
            Some(known) => known
                .into_iter()
                .filter_map(|(name, mut values)| {
                    let value = own.get(&name).filter(|v| !values.contains(v))?;
                    values.push(value.clone());
                    Some((name, values))
                })
                .collect(),
        });
    }
    common?.into_iter().next()
}

/// Gives every response a description, if the overlay does not.
fn responses(document: &mut Value) {
    for operation in operations_mut(document) {
        let Some(Value::Object(responses)) = operation.get_mut("responses") else {
            continue;
        };
        for (code, response) in responses.iter_mut() {
            describe(response, &format!("Answer with status {code}."));
        }
    }
    if let Some(Value::Object(responses)) = document.pointer_mut("/components/responses") {
        for (name, response) in responses.iter_mut() {
            describe(response, &format!("The shared answer {name}."));
        }
    }
}

fn describe(response: &mut Value, text: &str) {
    if let Some(map) = response.as_object_mut()
        && !map.contains_key("$ref")
    {
        map.entry("description").or_insert_with(|| json!(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_names_its_discriminator() {
        let branch = |value: &str| {
            json!({"type": "object", "required": ["kind"],
                   "properties": {"kind": {"type": "string", "enum": [value]}}})
        };
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"components": {"schemas": {
            "Dog": branch("dog"), "Cat": branch("cat"),
            "Pet": {"oneOf": [reference("Dog"), reference("Cat")]},
        }}});
        discriminators(&mut document);
        assert_eq!(
            document["components"]["schemas"]["Pet"]["discriminator"],
            json!({"propertyName": "kind", "mapping": {
                "dog": "#/components/schemas/Dog", "cat": "#/components/schemas/Cat",
            }})
        );
    }
}
