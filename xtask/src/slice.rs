//! Reduces a document to the selected operations and the components that they
//! use.

use crate::json::brief;
use crate::located_error::{Fault, Faults, Result};
use crate::lower::{Mode, Purpose};
use crate::operation_ids::{self, Unnamed};
use crate::path_items;
use crate::report::Report;
use crate::selected_operation::Selected;
use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use unitune_diff::keywords::{Kind, METHODS};
use unitune_diff::pointer;
use unitune_diff::walk;

/// Selects every operation of a document, under its own operationId or one
/// made from method and path.
#[must_use]
pub fn everything(document: &Value) -> Vec<Selected> {
    let mut found = Vec::new();
    for path in path_items::all(document) {
        let Ok(item) = path_items::item(document, path) else {
            continue;
        };
        for method in METHODS {
            let Some(operation) = item.members.get(*method) else {
                continue;
            };
            let own = operation.get("operationId").and_then(Value::as_str);
            let own = own.filter(|id| id.chars().any(char::is_alphanumeric));
            found.push(Unnamed {
                method: (*method).to_owned(),
                path: path.to_owned(),
                own: own.map(str::to_owned),
            });
        }
    }
    operation_ids::named(found)
}

/// Cuts `document` down to `selected`. What is kept stays where it was.
pub fn slice(
    file: &str,
    document: &Value,
    selected: &[Selected],
    mode: Mode,
    report: &mut Report,
) -> Result<Value> {
    let mut faults = Faults::default();
    check_version(file, document, &mut faults);
    let mut paths: Map<String, Value> = Map::new();
    for operation in selected {
        let at = pointer::join("/paths", &operation.path);
        if document.pointer(&at).is_none() {
            faults.0.push(missing(file, operation));
            continue;
        }
        let item = match path_items::item(document, &operation.path) {
            Ok(item) => item,
            Err(why) => {
                faults.0.push(Fault::at(file, at, why));
                continue;
            }
        };
        let Some(found) = item.members.get(&operation.method) else {
            faults.0.push(missing(file, operation));
            continue;
        };
        // A comparison gives names to what has one operationId.
        if mode.purpose == Purpose::Generate && !item.shared {
            check_id(file, document, operation, (found, selected), &mut faults);
        }
        let kept = paths.entry(operation.path.clone()).or_insert_with(|| {
            for method in &item.twice {
                let detail = "the one that the path refers to is left out: it has its own";
                report.add("path-reference", &pointer::join(&at, method), detail);
            }
            Value::Object(without_operations(&item.members))
        });
        kept[operation.method.as_str()] = found.clone();
    }
    faults.0.extend(path_items::wrong(file, selected));
    faults.into_result()?;
    let mut sliced = Map::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        if name != "paths" && name != "components" {
            sliced.insert(name.clone(), value.clone());
        }
    }
    sliced.insert("paths".to_owned(), Value::Object(paths));
    let mut sliced = Value::Object(sliced);
    Reachable {
        file,
        document,
        mode,
        report,
        faults: Faults::default(),
        names: BTreeMap::new(),
    }
    .components(&mut sliced)?;
    Ok(sliced)
}

fn missing(file: &str, operation: &Selected) -> Fault {
    let method = operation.method.to_uppercase();
    Fault::at(
        file,
        operation.pointer(),
        format!(
            "the selected operation {method} {} is not in the document: if the vendor has \
             removed it, remove it from [operations] of source.toml, then the overlay's actions \
             for it",
            operation.path
        ),
    )
}

fn without_operations(item: &Map<String, Value>) -> Map<String, Value> {
    item.iter()
        .filter(|(name, _)| !METHODS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn check_version(file: &str, document: &Value, faults: &mut Faults) {
    match document.get("openapi") {
        Some(Value::String(version))
            if version.starts_with("3.0.") || version.starts_with("3.1.") => {}
        Some(other) => faults.0.push(Fault::at(
            file,
            "/openapi",
            format!("version {other} is not one of 3.0.x and 3.1.x"),
        )),
        None => faults.0.push(Fault::at(
            file,
            "",
            "not an OpenAPI 3 document: the keyword openapi is missing",
        )),
    }
    // A document of 3.1 may describe nothing but webhooks or components.
    let newer = ["webhooks", "components"]
        .iter()
        .any(|keyword| document.get(*keyword).is_some());
    match document.get("paths") {
        Some(Value::Object(_)) => {}
        None if newer && version(document).starts_with("3.1.") => {}
        _ => faults
            .0
            .push(Fault::at(file, "/paths", "paths must be an object")),
    }
    if document.get("components").is_some_and(|c| !c.is_object()) {
        let message = "components must be an object";
        faults.0.push(Fault::at(file, "/components", message));
    }
}

fn version(document: &Value) -> &str {
    document
        .get("openapi")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Checks that an operationId is unique among the selected operations. A path that is a
/// reference repeats the operations of its target.
fn check_id(
    file: &str,
    document: &Value,
    operation: &Selected,
    (found, selected): (&Value, &[Selected]),
    faults: &mut Faults,
) {
    let Some(id) = found.get("operationId").and_then(Value::as_str) else {
        return;
    };
    for other in selected.iter().filter(|other| *other != operation) {
        let place = other.pointer();
        let same = document
            .pointer(&place)
            .and_then(|other| other.get("operationId"))
            .and_then(Value::as_str)
            == Some(id);
        if same {
            let at = pointer::join(&operation.pointer(), "operationId");
            let message = format!("the operationId {id:?} is also that of {place}");
            faults.0.push(Fault::at(file, at, message));
        }
    }
}

/// Returns the folder of `components` where a kind of node is kept.
fn folder(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Schema => "schemas",
        Kind::Response => "responses",
        Kind::Parameter => "parameters",
        Kind::RequestBody => "requestBodies",
        Kind::Header => "headers",
        Kind::SecurityScheme => "securitySchemes",
        Kind::PathItem => "pathItems",
        _ => return None,
    })
}

/// Collects the places of the schemas that have an anchor.
fn anchored(value: &Value, name: &str, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if map.get("$anchor").and_then(Value::as_str) == Some(name) {
                found.push(at.to_owned());
            }
            for (key, child) in map {
                anchored(child, name, &pointer::join(at, key), found);
            }
        }
        Value::Array(list) => {
            for (n, child) in list.iter().enumerate() {
                anchored(child, name, &pointer::index(at, n), found);
            }
        }
        _ => {}
    }
}

/// Collects the components that the selected operations use.
struct Reachable<'a> {
    file: &'a str,
    document: &'a Value,
    mode: Mode,
    report: &'a mut Report,
    faults: Faults,
    /// Names given to what is referred to outside `components`.
    names: BTreeMap<String, String>,
}

impl Reachable<'_> {
    fn components(mut self, sliced: &mut Value) -> Result<()> {
        let mut kept: BTreeMap<(&'static str, String), Value> = BTreeMap::new();
        self.security(sliced, &mut kept);
        let mut todo = self.rewrite(Kind::Document, sliced, "");
        let mut seen = BTreeSet::new();
        while let Some((kind, target)) = todo.pop() {
            let Some(folder) = folder(kind) else {
                continue;
            };
            let name = self.name(kind, &target);
            if !seen.insert((folder, name.clone())) {
                continue;
            }
            let Some(found) = self.document.pointer(&target) else {
                continue;
            };
            let mut found = found.clone();
            todo.extend(self.rewrite(kind, &mut found, &target));
            kept.insert((folder, name), found);
        }
        self.faults.into_result()?;
        let mut components = json!({});
        for ((folder, name), value) in kept {
            components[folder][name.as_str()] = value;
        }
        sliced["components"] = components;
        Ok(())
    }

    /// Finds the references under a node, checks that they lead somewhere, and
    /// points those that lead outside `components` to the component that their
    /// target becomes.
    fn rewrite(&mut self, kind: Kind, node: &mut Value, at: &str) -> Vec<(Kind, String)> {
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        walk::nodes(
            kind,
            node,
            at,
            &mut |kind, node, at| match node.get("$ref") {
                Some(Value::String(reference)) => {
                    found.push((kind, at.to_owned(), reference.clone()));
                }
                Some(other) => wrong.push((pointer::join(at, "$ref"), other.clone())),
                None => {}
            },
        );
        for (at, other) in wrong {
            let message = format!("a $ref must be text, not {}", brief(&other));
            self.faults.0.push(Fault::at(self.file, at, message));
        }
        let mut reached = Vec::new();
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        for (kind, at, reference) in found {
            let at = pointer::join(&at, "$ref");
            let target = match self.target(&reference, &at) {
                Ok(target) => target,
                Err(message) => {
                    self.faults.0.push(Fault::at(self.file, at, message));
                    continue;
                }
            };
            let Some(folder) = folder(kind) else {
                self.faults.0.push(Fault::at(
                    self.file,
                    at,
                    "a $ref is not allowed here: write its target out",
                ));
                continue;
            };
            let ours = format!(
                "#/components/{folder}/{}",
                pointer::escape(&self.name(kind, &target))
            );
            if ours != reference {
                self.report
                    .add("deep-ref", &at, format!("{reference} is now {ours}"));
                renamed.insert(at, ours);
            }
            reached.push((kind, target));
        }
        walk::nodes_mut(kind, node, at, &mut |_, node, at| {
            if let Some(ours) = renamed.get(&pointer::join(at, "$ref")) {
                node["$ref"] = Value::String(ours.clone());
            }
        });
        reached
    }

    /// Returns the pointer that a reference means; the error is the reason why it means
    /// none.
    fn target(&self, reference: &str, at: &str) -> std::result::Result<String, String> {
        if reference == "#" {
            return Err("this refers to the whole document, which is no part of one".to_owned());
        }
        if let Some(target) = pointer::of_reference(reference) {
            return self
                .locate(&target, at)
                .ok_or_else(|| format!("dangling $ref: not found: {reference:?}"));
        }
        let Some(name) = reference.strip_prefix('#') else {
            return Err(format!(
                "the reference {reference:?} leads out of the document"
            ));
        };
        let mut found = Vec::new();
        anchored(self.document, name, "", &mut found);
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(format!("dangling $ref: no schema has the $anchor {name:?}")),
            _ => Err(format!("several schemas have the $anchor {name:?}")),
        }
    }

    /// Returns the pointer that a path of keys means. `#/$defs/X` inside a
    /// schema that has its own `$defs` means that one, as generators of schemas
    /// write it.
    fn locate(&self, target: &str, at: &str) -> Option<String> {
        if self.document.pointer(target).is_some() {
            return Some(target.to_owned());
        }
        if !(target.starts_with("/$defs/") || target.starts_with("/definitions/")) {
            return None;
        }
        let mut base = at;
        while let Some((parent, _)) = base.rsplit_once('/') {
            let candidate = format!("{parent}{target}");
            if self.document.pointer(&candidate).is_some() {
                return Some(candidate);
            }
            base = parent;
        }
        None
    }

    /// Returns the component name of a target: its own, or one made from its
    /// place.
    fn name(&mut self, kind: Kind, target: &str) -> String {
        let folder = folder(kind).unwrap_or_default();
        let own = format!("/components/{folder}/");
        if let Some(name) = target.strip_prefix(&own).filter(|name| !name.contains('/')) {
            return pointer::unescape(name);
        }
        if let Some(name) = self.names.get(target) {
            return name.clone();
        }
        let steps: Vec<String> = target
            .split('/')
            .map(pointer::unescape)
            .filter(|step| {
                !matches!(
                    step.as_str(),
                    "" | "components"
                        | "schemas"
                        | "properties"
                        | "$defs"
                        | "definitions"
                        | "paths"
                        | "content"
                        | "schema"
                        | "application/json"
                )
            })
            .collect();
        let base = steps.join(" ").to_upper_camel_case();
        let taken = |name: &str| {
            self.names.values().any(|other| other == name)
                || self.document.pointer(&format!("{own}{name}")).is_some()
        };
        let mut name = base.clone();
        let mut n = 1;
        while taken(&name) {
            n += 1;
            name = format!("{base}{n}");
        }
        self.names.insert(target.to_owned(), name.clone());
        name
    }

    /// Keeps the security schemes that the document or an operation requires.
    fn security(&mut self, sliced: &mut Value, kept: &mut BTreeMap<(&'static str, String), Value>) {
        let mut lists = vec!["/security".to_owned()];
        for (path, item) in sliced["paths"].as_object().into_iter().flatten() {
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
            lists.extend(methods.map(|method| {
                let at = pointer::join(&pointer::join("/paths", path), method);
                pointer::join(&at, "security")
            }));
        }
        for at in lists {
            let Some(Value::Array(list)) = sliced.pointer_mut(&at) else {
                continue;
            };
            for requirement in list.iter_mut().filter_map(Value::as_object_mut) {
                requirement.retain(|name, _| self.scheme(name, &at, kept));
            }
        }
    }

    /// Keeps one security scheme, a reference followed. False for one that has
    /// no place in the document.
    fn scheme(
        &mut self,
        name: &str,
        at: &str,
        kept: &mut BTreeMap<(&'static str, String), Value>,
    ) -> bool {
        let own = pointer::join("/components/securitySchemes", name);
        let mut place = own.clone();
        let mut found = self.document.pointer(&place);
        for step in 0.. {
            let next = found.and_then(|scheme| scheme.get("$ref"));
            let Some(next) = next else { break };
            let target = next.as_str().and_then(pointer::of_reference);
            found = target.as_ref().and_then(|t| self.document.pointer(t));
            if found.is_none() || step > 32 {
                let message = format!("the reference {next} leads to no security scheme");
                self.faults
                    .0
                    .push(Fault::at(self.file, pointer::join(&place, "$ref"), message));
                return true;
            }
            place = target.unwrap_or_default();
        }
        let Some(scheme) = found else {
            let message = format!("no security scheme is named {name:?}");
            if self.mode.mend {
                self.report.add("security-scheme", at, message);
            } else {
                self.faults.0.push(Fault::at(self.file, at, message));
            }
            return true;
        };
        if !name
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c))
        {
            let message =
                "a component's name may hold letters, digits, dots, dashes and underscores";
            self.faults.0.push(Fault::at(self.file, own, message));
            return true;
        }
        if place != own {
            let detail = format!("is now what it refers to, {place}");
            self.report.add("security-reference", &own, detail);
        }
        if scheme.get("type").and_then(Value::as_str) == Some("mutualTLS") {
            let detail = "left out: OpenAPI 3.0 knows no certificates of clients";
            self.report.add("mutual-tls", &own, detail);
            return false;
        }
        kept.insert(("securitySchemes", name.to_owned()), scheme.clone());
        true
    }
}
