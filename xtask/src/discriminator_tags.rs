//! Discriminator tags: the values that a discriminator gives its branches are
//! written into them, as an enumeration of the property. The naming, the normal
//! form and the generator read them there, as in documents that write them so.

use crate::report::Report;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use unitune_diff::keywords::Kind;
use unitune_diff::pointer;
use unitune_diff::walk;

const RULE: &str = "discriminator-values";

/// A discriminator beside a union, or of a base that others extend.
struct Discriminator {
    at: String,
    property: String,
    /// Value → target, as written.
    mapping: Vec<(String, String)>,
    /// Whether it names its values itself.
    mapped: bool,
    /// The branches that are references, as pointers; none of a base.
    branches: Option<Vec<String>>,
}

/// Writes the values of every discriminator of a sliced document into the
/// branches that lack them.
pub fn write(document: &mut Value, report: &mut Report) {
    let mut found = Vec::new();
    walk::nodes(Kind::Document, document, "", &mut |kind, node, at| {
        if kind == Kind::Schema {
            found.extend(read(node, at));
        }
    });
    let mut values: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for discriminator in &found {
        match &discriminator.branches {
            Some(branches) => {
                collect_values(document, discriminator, branches, &mut values, report)
            }
            None => base(discriminator, report),
        }
    }
    for ((branch, property), values) in values {
        let at = pointer::join(&pointer::join(&branch, "properties"), &property);
        let words = values.iter().map(String::as_str).collect::<Vec<_>>();
        let detail = format!(
            "is now one of {}: the discriminator says so",
            words.join(", ")
        );
        report.add(RULE, &at, detail);
        if let Some(schema) = document.pointer_mut(&branch).and_then(Value::as_object_mut) {
            put(schema, &property, &values);
        }
    }
}

fn read(node: &Value, at: &str) -> Option<Discriminator> {
    let own = node.get("discriminator")?;
    let mapping = own.get("mapping").and_then(Value::as_object);
    let union = ["oneOf", "anyOf"].iter().find_map(|k| node.get(*k));
    let branches = union.and_then(Value::as_array).map(|branches| {
        let reference = |branch: &Value| pointer::of_reference(branch.get("$ref")?.as_str()?);
        branches.iter().filter_map(reference).collect()
    });
    let pairs = mapping.into_iter().flatten();
    Some(Discriminator {
        at: pointer::join(at, "discriminator"),
        property: own.get("propertyName")?.as_str()?.to_owned(),
        mapping: pairs
            .filter_map(|(value, to)| Some((value.clone(), to.as_str()?.to_owned())))
            .collect(),
        mapped: mapping.is_some(),
        branches,
    })
}

/// Returns the schema that a mapping means: a reference, or a component's name.
fn target(to: &str) -> String {
    pointer::of_reference(to).unwrap_or_else(|| pointer::join("/components/schemas", to))
}

fn collect_values(
    document: &Value,
    discriminator: &Discriminator,
    branches: &[String],
    values: &mut BTreeMap<(String, String), BTreeSet<String>>,
    report: &mut Report,
) {
    let Discriminator { at, property, .. } = discriminator;
    for (value, to) in &discriminator.mapping {
        if !branches.contains(&target(to)) {
            let at = pointer::join(&pointer::join(at, "mapping"), value);
            report.add(RULE, &at, format!("left out: {to} is no branch"));
        }
    }
    // Without a mapping the components' names are the values; but only where
    // nothing else distinguishes the branches are these values sent.
    let silent = |branch: &String| !declares(document, branch, property, &mut BTreeSet::new());
    if !discriminator.mapped && !branches.iter().all(silent) {
        return;
    }
    for branch in branches.iter().filter(|branch| silent(branch)) {
        let own = discriminator.mapping.iter();
        let mut words: BTreeSet<String> = own
            .filter(|(_, to)| target(to) == *branch)
            .map(|(value, _)| value.clone())
            .collect();
        if words.is_empty() {
            words.extend(pointer::split(branch).map(|(_, name)| name));
        }
        let key = (followed(document, branch), property.clone());
        values.entry(key).or_default().extend(words);
    }
}

/// Reports the mapping of a base that others extend, which one type cannot
/// express.
fn base(discriminator: &Discriminator, report: &mut Report) {
    for (value, to) in &discriminator.mapping {
        let at = pointer::join(&pointer::join(&discriminator.at, "mapping"), value);
        let detail = format!("{to} is read as what it extends: its members are kept as they come");
        report.add(RULE, &at, detail);
    }
}

/// Returns the schema that a reference to a reference means.
fn followed(document: &Value, at: &str) -> String {
    let mut at = at.to_owned();
    for _ in 0..32 {
        let reference = document.pointer(&at).and_then(|schema| schema.get("$ref"));
        match reference
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
        {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// Returns whether a branch has the values of its tag, itself or in a part of it;
/// a branch that is a union, or not an object, cannot have them.
fn declares(document: &Value, branch: &str, property: &str, seen: &mut BTreeSet<String>) -> bool {
    let at = followed(document, branch);
    if !seen.insert(at.clone()) {
        return false;
    }
    document.pointer(&at).is_none_or(|schema| {
        let union = ["oneOf", "anyOf"].iter().any(|k| schema.get(*k).is_some());
        let object = schema.get("type").is_none_or(|name| name == "object");
        union || !object || in_parts(document, schema, property, seen)
    })
}

fn in_parts(document: &Value, schema: &Value, property: &str, seen: &mut BTreeSet<String>) -> bool {
    let own = schema.get("properties").and_then(|p| p.get(property));
    let reference = |schema: &Value| {
        let reference = schema.get("$ref")?.as_str()?;
        Some(followed(document, &pointer::of_reference(reference)?))
    };
    let fixed = own.is_some_and(|own| {
        let target = reference(own).and_then(|at| document.pointer(&at));
        [Some(own), target].into_iter().flatten().any(|schema| {
            ["enum", "const", "oneOf", "anyOf", "allOf"]
                .iter()
                .any(|keyword| schema.get(*keyword).is_some())
        })
    });
    let parts = schema.get("allOf").and_then(Value::as_array);
    fixed
        || parts
            .into_iter()
            .flatten()
            .any(|part| match reference(part) {
                Some(at) => declares(document, &at, property, seen),
                None => in_parts(document, part, property, seen),
            })
}

fn put(schema: &mut Map<String, Value>, property: &str, values: &BTreeSet<String>) {
    let members = schema.entry("properties").or_insert_with(|| json!({}));
    if let Some(members) = members.as_object_mut() {
        let mut tag = json!({"type": "string", "enum": values});
        for annotation in ["description", "deprecated", "x-unitune-boxed"] {
            let own = members.get(property).and_then(|own| own.get(annotation));
            if let Some(own) = own {
                tag[annotation] = own.clone();
            }
        }
        members.insert(property.to_owned(), tag);
    }
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut()
        && !required.iter().any(|name| name == property)
    {
        required.push(json!(property));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(schemas: Value) -> (Value, Vec<String>) {
        let mut document = json!({"components": {"schemas": schemas}});
        let mut report = Report::default();
        write(&mut document, &mut report);
        let places = report.lines.iter().map(|line| line.pointer.clone());
        (document["components"]["schemas"].take(), places.collect())
    }

    fn pet() -> Value {
        json!({"type": "object", "required": ["k"],
               "properties": {"k": {"type": "string"}, "v": {"type": "string"}}})
    }

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn a_mapping_is_written_into_the_branches() {
        let (schemas, places) = written(json!({
            "Cat": pet(), "Dog": pet(), "Alias": reference("Dog"),
            "Pet": {"oneOf": [reference("Cat"), reference("Alias")],
                    "discriminator": {"propertyName": "k", "mapping": {
                        "c": "#/components/schemas/Cat", "kitten": "Cat",
                        "d": "Alias", "x": "Gone"}}}
        }));
        let tag = |name: &str| schemas[name]["properties"]["k"]["enum"].clone();
        assert_eq!(tag("Cat"), json!(["c", "kitten"]));
        assert_eq!(tag("Dog"), json!(["d"]));
        assert_eq!(
            places,
            [
                "/components/schemas/Pet/discriminator/mapping/x",
                "/components/schemas/Cat/properties/k",
                "/components/schemas/Dog/properties/k"
            ]
        );
    }

    #[test]
    fn branches_that_say_their_values_stay_as_they_are() {
        let mut told = pet();
        told["properties"]["k"]["enum"] = json!(["t"]);
        let before = json!({
            "Told": told, "Child": {"allOf": [reference("Told")]},
            "Pet": {"oneOf": [reference("Told"), reference("Child")],
                    "discriminator": {"propertyName": "k", "mapping": {"t": "Told", "c": "Child"}}}
        });
        assert_eq!(written(before.clone()), (before, Vec::new()));
    }

    #[test]
    fn without_a_mapping_the_names_are_the_values() {
        let (schemas, _) = written(json!({
            "Cat": pet(), "Dog": {"allOf": [reference("Base")]}, "Base": pet(),
            "Pet": {"oneOf": [reference("Cat"), reference("Dog")],
                    "discriminator": {"propertyName": "k"}}
        }));
        assert_eq!(schemas["Dog"]["properties"]["k"]["enum"], json!(["Dog"]));
        assert_eq!(schemas["Base"], pet());
    }

    #[test]
    fn who_extends_a_base_is_named() {
        let mut base = pet();
        base["discriminator"] = json!({"propertyName": "k", "mapping": {"c": "Cat"}});
        let (_, places) = written(json!({"Pet": base}));
        assert_eq!(places, ["/components/schemas/Pet/discriminator/mapping/c"]);
    }
}
