//! Writes an allOf as one schema where the generator cannot: unions with members
//! beside them, parts that are no objects, a member that two parts define
//! differently. An allOf of plain objects stays.

mod aliases;

use crate::component_schemas::{reference, referred};
use crate::report::Report;
use crate::visit_schemas::schemas_mut;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use unitune_diff::json_schema::is_annotation;
use unitune_diff::keywords::Kind;
use unitune_diff::walk::nodes;

type Schema = Map<String, Value>;

const RULE: &str = "allof";
const UNIONS: [&str; 2] = ["oneOf", "anyOf"];

/// The largest number of branches of a union that is created here.
const MOST: usize = 24;

/// The number of times that the result is composed again: a member of two parts
/// is an allOf of both.
const ROUNDS: usize = 8;

/// Keywords that narrow values without changing their type.
const LIMITS: &[&str] = &[
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "pattern",
    "uniqueItems",
];

/// Merges the parts of each `allOf` of a lowered document.
pub fn compose(document: &mut Value, report: &mut Report) {
    for _ in 0..ROUNDS {
        // Most documents have nothing to put together, and are not copied.
        if Parts::of(document).fit(document) {
            break;
        }
        let snapshot = document.clone();
        let parts = Parts::of(&snapshot);
        schemas_mut(document, &mut |schema, at| {
            let Some(own) = schema.as_object().filter(|own| !parts.fits(own)) else {
                return;
            };
            let (made, detail) = parts.put_together(own);
            report.add(RULE, at, detail);
            *schema = Value::Object(made);
        });
    }
    schemas_mut(document, &mut |schema, at| others(schema, at, report));
    aliases::open(document, report);
}

/// Records members beyond the named ones: a struct keeps them as they are,
/// without a type.
fn others(schema: &mut Value, at: &str, report: &mut Report) {
    let typed =
        matches!(schema.get("additionalProperties"), Some(Value::Object(o)) if !o.is_empty());
    let members = matches!(schema.get("properties"), Some(Value::Object(m)) if !m.is_empty());
    if typed && members {
        let detail = "their type is left out: members beside the named ones are kept as they come";
        let at = unitune_diff::pointer::join(at, "additionalProperties");
        report.add("other-members", &at, detail);
        schema["additionalProperties"] = Value::Bool(true);
    }
}

/// One of the shapes that a schema allows.
#[derive(Clone, Default)]
struct Shape {
    keywords: Schema,
    /// The component that it is, as long as nothing is added.
    component: Option<String>,
}

/// More shapes than a union should have.
struct TooMany;

struct Parts<'a> {
    schemas: Option<&'a Schema>,
}

impl<'a> Parts<'a> {
    fn of(document: &'a Value) -> Self {
        let schemas = document.pointer("/components/schemas");
        Self {
            schemas: schemas.and_then(Value::as_object),
        }
    }

    /// Returns whether the generator understands every schema of a document.
    fn fit(&self, document: &Value) -> bool {
        let mut all = true;
        nodes(Kind::Document, document, "", &mut |kind, node, _| {
            let schema = node.as_object().filter(|_| kind == Kind::Schema);
            all &= schema.is_none_or(|schema| self.fits(schema));
        });
        all
    }

    fn component(&self, name: &str) -> Option<&Schema> {
        self.schemas?.get(name)?.as_object()
    }

    /// Returns whether the generator understands a schema as it stands.
    fn fits(&self, schema: &Schema) -> bool {
        let Some(Value::Array(parts)) = schema.get("allOf") else {
            return true;
        };
        let own: Vec<&String> = schema
            .keys()
            .filter(|k| !is_annotation(k) && *k != "allOf" && !LIMITS.contains(&k.as_str()))
            .collect();
        if parts.len() == 1 && own.is_empty() && parts[0].get("$ref").is_some() {
            return true;
        }
        let mut members = Map::new();
        self.plain(schema, &mut members, &mut BTreeSet::new())
    }

    /// Returns whether a schema is an object without choices, in all its parts,
    /// that defines no member in two ways.
    fn plain(&self, schema: &Schema, members: &mut Schema, seen: &mut BTreeSet<String>) -> bool {
        if let Some(name) = schema.get("$ref").and_then(|_| named(schema)) {
            return !seen.insert(name.clone())
                || self
                    .component(&name)
                    .is_some_and(|target| self.plain(target, members, seen));
        }
        let object = schema.get("type").is_none_or(|name| name == "object");
        let choice = UNIONS
            .iter()
            .chain(&["enum"])
            .any(|k| schema.contains_key(*k));
        let others = schema
            .get("additionalProperties")
            .and_then(Value::as_object);
        if !object || choice || others.is_some_and(|others| !others.is_empty()) {
            return false;
        }
        let parts = schema.get("allOf").and_then(Value::as_array);
        let parts_fit = parts
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .all(|part| self.plain(part, members, seen));
        let own = schema.get("properties").and_then(Value::as_object);
        parts_fit
            && own.into_iter().flatten().all(|(name, member)| {
                let known = members.insert(name.clone(), member.clone());
                known.is_none_or(|known| core(&known) == core(member))
            })
    }

    fn put_together(&self, schema: &Schema) -> (Schema, String) {
        let annotations = schema.iter().filter(|(keyword, _)| is_annotation(keyword));
        let mut made: Schema = annotations.map(|(k, v)| (k.clone(), v.clone())).collect();
        let mut core = schema.clone();
        core.retain(|keyword, _| !is_annotation(keyword));
        let Ok(mut shapes) = self.shapes(&core, &mut Vec::new()) else {
            let mut members = Shape::default();
            self.members(&core, &mut members, &mut BTreeSet::new());
            made.extend(members.keywords);
            made.entry("type").or_insert_with(|| json!("object"));
            let detail = format!("its unions are left out: more than {MOST} combinations");
            return (made, detail);
        };
        let mut unique: Vec<Shape> = Vec::new();
        for shape in shapes.drain(..) {
            if !unique.iter().any(|other| other.keywords == shape.keywords) {
                unique.push(shape);
            }
        }
        let detail = match unique.as_slice() {
            [] => "its parts contradict each other: anything".to_owned(),
            [one] => match &one.component {
                Some(name) => {
                    if made.is_empty() {
                        made.insert("$ref".to_owned(), reference(name)["$ref"].clone());
                    } else {
                        made.insert("allOf".to_owned(), json!([reference(name)]));
                    }
                    "what stands beside the reference only limits it: left out".to_owned()
                }
                None => {
                    made.extend(one.keywords.clone());
                    "its parts are now one schema".to_owned()
                }
            },
            several => {
                let branches = several.iter().map(|shape| match &shape.component {
                    Some(name) => reference(name),
                    None => Value::Object(shape.keywords.clone()),
                });
                made.insert("oneOf".to_owned(), branches.collect());
                format!(
                    "is now a union of {} branches: what stands beside its unions is in each",
                    several.len()
                )
            }
        };
        (made, detail)
    }

    /// Returns the shapes that a schema allows, those of its parts combined.
    fn shapes(&self, schema: &Schema, seen: &mut Vec<String>) -> Result<Vec<Shape>, TooMany> {
        if let Some(name) = schema.get("$ref").and_then(|_| named(schema)) {
            let Some(target) = self.component(&name).filter(|_| !seen.contains(&name)) else {
                return Ok(vec![Shape::default()]);
            };
            seen.push(name.clone());
            let mut shapes = self.shapes(target, seen)?;
            seen.pop();
            if let [only] = shapes.as_mut_slice() {
                only.component = Some(name);
            }
            return Ok(shapes);
        }
        let mut own = schema.clone();
        own.retain(|keyword, _| {
            let composed = ["allOf", "oneOf", "anyOf", "discriminator"];
            !is_annotation(keyword) && !composed.contains(&keyword.as_str())
        });
        let mut shapes = vec![Shape {
            keywords: own,
            component: None,
        }];
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        for part in list("allOf").into_iter().flatten() {
            let part = self.shapes(part.as_object().unwrap_or(&Map::new()), seen)?;
            shapes = combined(&shapes, &part)?;
        }
        for branches in UNIONS.iter().filter_map(|keyword| list(keyword)) {
            let mut any = Vec::new();
            for branch in branches.iter().filter_map(Value::as_object) {
                any.extend(self.shapes(branch, seen)?);
            }
            shapes = combined(&shapes, &any)?;
        }
        Ok(shapes)
    }

    /// Returns the members of the parts that are not unions.
    fn members(&self, schema: &Schema, into: &mut Shape, seen: &mut BTreeSet<String>) {
        let schema = match schema.get("$ref").and_then(|_| named(schema)) {
            Some(name) => match self.component(&name).filter(|_| seen.insert(name.clone())) {
                Some(target) => target,
                None => return,
            },
            None => schema,
        };
        let keep = ["type", "properties", "required"];
        let own = schema.iter().filter(|(k, _)| keep.contains(&k.as_str()));
        let own = Shape {
            keywords: own.map(|(k, v)| (k.clone(), v.clone())).collect(),
            component: None,
        };
        *into = merged(into, &own).unwrap_or_default();
        let parts = schema.get("allOf").and_then(Value::as_array);
        for part in parts.into_iter().flatten().filter_map(Value::as_object) {
            self.members(part, into, seen);
        }
    }
}

fn named(schema: &Schema) -> Option<String> {
    let plain = json!({"$ref": schema.get("$ref")?});
    referred(&plain).map(unitune_diff::pointer::unescape)
}

/// Returns a schema without its annotations.
fn core(schema: &Value) -> Value {
    crate::component_schemas::split(schema).1
}

fn combined(left: &[Shape], right: &[Shape]) -> Result<Vec<Shape>, TooMany> {
    let mut all = Vec::new();
    for a in left {
        all.extend(right.iter().filter_map(|b| merged(a, b)));
        if all.len() > MOST {
            return Err(TooMany);
        }
    }
    Ok(all)
}

/// Returns what two shapes allow together; none where no value is of both.
fn merged(a: &Shape, b: &Shape) -> Option<Shape> {
    for (one, other) in [(a, b), (b, a)] {
        // A type that the other one has, and limits, add nothing to it.
        let nothing = one.keywords.iter().all(|(keyword, value)| {
            LIMITS.contains(&keyword.as_str())
                || (keyword == "type" && other.keywords.get("type") == Some(value))
                || (keyword == "items" && value == &json!({}))
        });
        if nothing && (other.component.is_some() || one.keywords.is_empty()) {
            return Some(other.clone());
        }
    }
    let mut keywords = a.keywords.clone();
    for (keyword, theirs) in &b.keywords {
        let Some(ours) = keywords.get(keyword).cloned() else {
            keywords.insert(keyword.clone(), theirs.clone());
            continue;
        };
        let both = match keyword.as_str() {
            _ if ours == *theirs => continue,
            "type" => narrower(&ours, theirs)?,
            "enum" => shared(&ours, theirs)?,
            "required" => together(&ours, theirs),
            "properties" => members(&ours, theirs),
            "items" => part_of_both(&ours, theirs),
            "additionalProperties" => match (&ours, theirs) {
                (Value::Object(_), Value::Object(_)) => part_of_both(&ours, theirs),
                (Value::Object(_), _) => ours,
                _ => theirs.clone(),
            },
            // Limits do not affect the type: the first one's are enough.
            _ => continue,
        };
        keywords.insert(keyword.clone(), both);
    }
    let values = keywords.get("enum").and_then(Value::as_array);
    if let (Some(values), Some(Value::String(name))) = (values, keywords.get("type")) {
        let fitting = |value: &Value| crate::lower::is_a(value, name);
        let fitting: Vec<Value> = values.iter().filter(|v| fitting(v)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        keywords.insert("enum".to_owned(), Value::Array(fitting));
    }
    Some(Shape {
        keywords,
        component: None,
    })
}

/// Returns the type that is of both: whole numbers are numbers.
fn narrower(a: &Value, b: &Value) -> Option<Value> {
    match (a.as_str()?, b.as_str()?) {
        ("integer", "number") | ("number", "integer") => Some(json!("integer")),
        _ => None,
    }
}

fn shared(a: &Value, b: &Value) -> Option<Value> {
    let b = b.as_array()?;
    let both: Vec<&Value> = a.as_array()?.iter().filter(|v| b.contains(v)).collect();
    (!both.is_empty()).then(|| json!(both))
}

fn together(a: &Value, b: &Value) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for name in [a, b].into_iter().filter_map(Value::as_array).flatten() {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    Value::Array(all)
}

fn members(a: &Value, b: &Value) -> Value {
    let mut all = a.as_object().cloned().unwrap_or_default();
    for (name, theirs) in b.as_object().into_iter().flatten() {
        let both = match all.get(name) {
            Some(ours) if core(ours) != core(theirs) => part_of_both(ours, theirs),
            Some(ours) => ours.clone(),
            None => theirs.clone(),
        };
        all.insert(name.clone(), both);
    }
    Value::Object(all)
}

/// Returns a schema of what is of two; the next round puts it together. What
/// annotates one of them annotates the whole.
fn part_of_both(a: &Value, b: &Value) -> Value {
    let (mut annotations, a) = crate::component_schemas::split(a);
    let (more, b) = crate::component_schemas::split(b);
    for (keyword, value) in more {
        annotations.entry(keyword).or_insert(value);
    }
    let empty = json!({});
    match (a == empty, b == empty) {
        (true, true) => {}
        (true, false) | (false, true) => {
            let one = if a == empty { b } else { a };
            if one.get("$ref").is_none() {
                annotations.extend(one.as_object().cloned().unwrap_or_default());
            } else {
                annotations.insert("allOf".to_owned(), json!([one]));
            }
        }
        _ => {
            annotations.insert("allOf".to_owned(), json!([a, b]));
        }
    }
    Value::Object(annotations)
}

#[cfg(test)]
mod tests;
