//! Naming: every enum, every object with members and every union becomes a
//! component with a name of its own; identical inline schemas become one.

use crate::component_schemas::{
    canonical, marks, redirect, reference, split, with_annotations, worthy,
};
use crate::located_error::{Fault, Faults, Result};
use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unitune_diff::keywords::METHODS;

/// The input of the naming.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The file with the renames, in messages.
    pub file: &'a str,
    /// Automatic name → name.
    pub renames: &'a BTreeMap<String, String>,
}

/// The result of the naming.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The renames that were used.
    pub used: BTreeSet<String>,
    /// Names with a number, because a better one is not known.
    pub numbered: BTreeSet<String>,
}

/// Names everything that needs a name.
pub fn name(document: &mut Value, names: Names<'_>) -> Result<Named> {
    let mut faults = Faults::default();
    let mut named = Named::default();
    rename_components(document, names, &mut named, &mut faults);
    faults.into_result()?;
    // The name of a part depends on the names of its parents: the naming is repeated
    // until nothing changes.
    let mut mapped = HashMap::new();
    for _ in 0..16 {
        let mut dry = Namer::new(names, mapped.clone());
        dry.document(&mut document.clone());
        if dry.mapped == mapped {
            break;
        }
        mapped = dry.mapped;
    }
    let mut namer = Namer::new(names, mapped);
    namer.document(document);
    namer.faults.into_result()?;
    named.used.extend(namer.named.used);
    named.numbered.extend(namer.named.numbered);
    Ok(named)
}

/// Returns a name as Rust would write it, of the letters and digits that a
/// component's name may hold: others that Rust would take are spelled by their
/// code points.
fn pascal(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !c.is_ascii() && c.is_alphanumeric() {
            plain.push_str(&format!(" u{:04x} ", u32::from(c)));
        } else {
            plain.push(' ');
        }
    }
    let name = plain.to_upper_camel_case();
    match name.chars().next() {
        Some(c) if c.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
        None => "Unnamed".to_owned(),
    }
}

fn rename_components(
    document: &mut Value,
    names: Names<'_>,
    named: &mut Named,
    faults: &mut Faults,
) {
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .map(std::mem::take)
    else {
        return;
    };
    let mut upstream: Vec<String> = schemas.keys().cloned().collect();
    upstream.sort();
    let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut map: BTreeMap<String, String> = BTreeMap::new();
    for old in &upstream {
        let automatic = pascal(old);
        let rename = [old, &automatic]
            .into_iter()
            .find_map(|key| names.renames.get_key_value(key));
        let new = rename.map_or_else(
            || automatic.clone(),
            |(key, new)| {
                named.used.insert(key.clone());
                new.clone()
            },
        );
        targets.entry(new.clone()).or_default().push(old.clone());
        map.insert(old.clone(), new);
    }
    for (new, olds) in &targets {
        let Some((first, others)) = olds.split_first() else {
            continue;
        };
        let known = map.clone();
        let written = |old: &str| canonical(&rewritten(schemas.get(old).cloned(), &known));
        for (n, other) in others.iter().enumerate() {
            if written(first) == written(other) {
                continue;
            }
            if named.used.contains(other) || named.used.contains(&pascal(other)) {
                let message = format!(
                    "[components] {first} and {other} are both to be {new}, but are not the same: give one another name"
                );
                faults.0.push(Fault::file(names.file, message));
            } else {
                let numbered = format!("{new}{}", n + 2);
                named.numbered.insert(numbered.clone());
                map.insert(other.clone(), numbered);
            }
        }
    }
    let mut renamed = Map::new();
    for old in &upstream {
        if let (Some(new), Some(schema)) = (map.get(old), schemas.get(old)) {
            renamed.insert(new.clone(), schema.clone());
        }
    }
    document["components"]["schemas"] = Value::Object(renamed);
    let owned = std::mem::take(document);
    *document = rewritten(Some(owned), &map);
}

fn rewritten(value: Option<Value>, map: &BTreeMap<String, String>) -> Value {
    let mut value = value.unwrap_or_default();
    redirect(&mut value, &mut |old| map.get(old).cloned());
    value
}

struct Namer<'a> {
    names: Names<'a>,
    /// Content of a schema → the name it is mapped onto.
    mapped: HashMap<String, String>,
    /// Content of a schema → its name.
    known: HashMap<String, String>,
    /// Name → content.
    taken: BTreeMap<String, (String, String)>,
    /// What was made a component.
    made: BTreeMap<String, Value>,
    named: Named,
    faults: Faults,
}

impl<'a> Namer<'a> {
    fn new(names: Names<'a>, mapped: HashMap<String, String>) -> Self {
        Self {
            names,
            mapped,
            known: HashMap::new(),
            taken: BTreeMap::new(),
            made: BTreeMap::new(),
            named: Named::default(),
            faults: Faults::default(),
        }
    }

    fn document(&mut self, document: &mut Value) {
        let schemas = document
            .pointer("/components/schemas")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let mut roots: Vec<String> = schemas.keys().cloned().collect();
        roots.sort();
        for name in &roots {
            let (_, core) = split(&schemas[name]);
            let content = canonical(&core);
            self.taken
                .insert(name.clone(), (content.clone(), name.clone()));
            if worthy(&core) {
                self.known.entry(content).or_insert_with(|| name.clone());
            }
        }
        for name in roots {
            let mut schema = schemas[&name].clone();
            self.children(&mut schema, &name);
            self.made.insert(name, schema);
        }
        self.responses(document);
        self.operations(document);
        let made = std::mem::take(&mut self.made);
        if !made.is_empty() {
            if !document.get("components").is_some_and(Value::is_object) {
                document["components"] = json!({});
            }
            document["components"]["schemas"] = Value::Object(made.into_iter().collect());
        }
    }

    fn responses(&mut self, document: &mut Value) {
        let responses = document
            .pointer_mut("/components/responses")
            .and_then(Value::as_object_mut);
        let Some(responses) = responses else { return };
        let mut names: Vec<String> = responses.keys().cloned().collect();
        names.sort();
        for name in names {
            self.content(&mut responses[&name], &pascal(&name));
        }
    }

    fn operations(&mut self, document: &mut Value) {
        let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
            return;
        };
        let mut order: Vec<String> = paths.keys().cloned().collect();
        order.sort();
        for path in order {
            for method in METHODS {
                let Some(operation) = paths[&path].get_mut(*method) else {
                    continue;
                };
                let id = operation.get("operationId").and_then(Value::as_str);
                let id = pascal(id.unwrap_or(method));
                self.operation(operation, &id);
            }
        }
    }

    fn operation(&mut self, operation: &mut Value, id: &str) {
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            for parameter in parameters {
                let own = parameter.get("name").and_then(Value::as_str).unwrap_or("");
                let automatic = format!("{id}{}", pascal(own));
                if let Some(schema) = parameter.get_mut("schema") {
                    self.place(schema, &automatic);
                }
                self.content(parameter, &automatic);
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            self.content(body, &format!("{id}Request"));
        }
        let Some(Value::Object(responses)) = operation.get_mut("responses") else {
            return;
        };
        let mut codes: Vec<String> = responses.keys().cloned().collect();
        codes.sort();
        for code in codes {
            let kind = if code.starts_with('2') {
                "Response"
            } else {
                "Error"
            };
            let automatic = format!("{id}{kind}");
            let Some(response) = responses.get_mut(&code) else {
                continue;
            };
            if let Some(Value::Object(headers)) = response.get_mut("headers") {
                for (header, value) in headers.iter_mut() {
                    if let Some(schema) = value.get_mut("schema") {
                        self.place(schema, &format!("{automatic}{}", pascal(header)));
                    }
                }
            }
            self.content(response, &automatic);
        }
    }

    fn content(&mut self, holder: &mut Value, automatic: &str) {
        if let Some(Value::Object(content)) = holder.get_mut("content") {
            for media in content.values_mut() {
                if let Some(schema) = media.get_mut("schema") {
                    self.place(schema, automatic);
                }
            }
        }
    }

    /// Names one inline schema, if it needs a name, and what is in it.
    fn place(&mut self, schema: &mut Value, automatic: &str) {
        let (annotations, mut core) = split(schema);
        if !worthy(&core) {
            self.children(schema, automatic);
            return;
        }
        let content = canonical(&core);
        // Put together, the parts may read as other words: `VerbD` + `E`.
        let (name, new) = self.choose(&content, &pascal(automatic));
        if new {
            self.children(&mut core, &name);
            self.made.insert(name.clone(), core);
        }
        *schema = with_annotations(annotations, reference(&name));
    }

    /// Returns the name of a content, and whether it is a new component.
    fn choose(&mut self, content: &str, automatic: &str) -> (String, bool) {
        let renamed = self.names.renames.get(automatic);
        if let Some(new) = renamed {
            self.named.used.insert(automatic.to_owned());
            self.mapped
                .entry(content.to_owned())
                .or_insert_with(|| new.clone());
        }
        if let Some(name) = self.known.get(content) {
            let name = name.clone();
            if let Some(new) = renamed.filter(|new| **new != name && !self.taken.contains_key(*new))
            {
                // A component of the document has this content: it is the one.
                let message = format!(
                    "[components] {automatic} is to be {new}, but is the same as {name}: rename that"
                );
                self.faults.0.push(Fault::file(self.names.file, message));
            }
            return (name, false);
        }
        let mapped = self.mapped.get(content).cloned();
        let wanted = mapped.clone().unwrap_or_else(|| automatic.to_owned());
        let mut name = wanted.clone();
        let mut n = 1;
        while let Some((_, other)) = self.taken.get(&name).filter(|(other, _)| other != content) {
            if mapped.is_some() && n == 1 {
                let message = format!(
                    "[components] {automatic} and {other} are both to be {name}, but are not the same: give one another name"
                );
                self.faults.0.push(Fault::file(self.names.file, message));
            }
            n += 1;
            name = format!("{wanted}{n}");
            self.named.numbered.insert(name.clone());
        }
        if automatic.contains("Branch") && ends_in_branch(automatic) && name == automatic {
            self.named.numbered.insert(name.clone());
        }
        self.taken
            .insert(name.clone(), (content.to_owned(), automatic.to_owned()));
        self.known.insert(content.to_owned(), name.clone());
        (name, true)
    }

    /// Names what is inside a schema whose own name is `name`.
    fn children(&mut self, schema: &mut Value, name: &str) {
        let Some(schema) = schema.as_object_mut() else {
            return;
        };
        if let Some(Value::Object(members)) = schema.get_mut("properties") {
            let mut order: Vec<String> = members.keys().cloned().collect();
            order.sort();
            for member in order {
                self.place(&mut members[&member], &format!("{name}{}", pascal(&member)));
            }
        }
        if let Some(items @ Value::Object(_)) = schema.get_mut("items") {
            self.place(items, &format!("{name}Item"));
        }
        if let Some(value @ Value::Object(_)) = schema.get_mut("additionalProperties") {
            self.place(value, &format!("{name}Value"));
        }
        if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
            for part in parts {
                if part.get("oneOf").is_some() || part.get("anyOf").is_some() {
                    self.place(part, &format!("{name}Union"));
                } else {
                    self.children(part, name);
                }
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(Value::Array(branches)) = schema.get_mut(keyword) else {
                continue;
            };
            let marks = marks(branches);
            for (n, branch) in branches.iter_mut().enumerate() {
                if !worthy(branch) {
                    self.children(branch, name);
                    continue;
                }
                let automatic = match &marks[n] {
                    Some(mark) => format!("{name}{}", pascal(mark)),
                    None => format!("{name}Branch{}", n + 1),
                };
                self.place(branch, &automatic);
            }
        }
    }
}

fn ends_in_branch(name: &str) -> bool {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
        .ends_with("Branch")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_a_name_that_a_component_can_have() {
        for (text, name) in [
            ("a_b-c", "ABC"),
            ("1a", "N1a"),
            ("größe", "GrU00f6U00dfE"),
            ("日本", "U65e5U672c"),
            ("список", "U0441U043fU0438U0441U043eU043a"),
            ("🦀", "Unnamed"),
            ("a\u{200b}b", "AB"),
        ] {
            assert_eq!(pascal(text), name);
        }
    }
}
