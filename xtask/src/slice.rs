//! Cutting a document down to the selected operations and the components that
//! they reach.

use crate::fault::{Fault, Faults, Result};
use crate::lower::Mode;
use crate::pointer;
use crate::report::Report;
use crate::shape::{Kind, METHODS};
use crate::walk;
use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A selected operation: its method (lower case), its path and our name for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selected {
    /// `get`, `post`, …
    pub method: String,
    /// The path, as in the document.
    pub path: String,
    /// Our operationId.
    pub id: String,
}

impl Selected {
    /// The operation's place in a document.
    #[must_use]
    pub fn pointer(&self) -> String {
        pointer::join(&pointer::join("/paths", &self.path), &self.method)
    }
}

/// Selects every operation of a document, under its own operationId or one
/// made from method and path.
#[must_use]
pub fn everything(document: &Value) -> Vec<Selected> {
    let mut selected = Vec::new();
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return selected;
    };
    for (path, item) in paths {
        let item = resolve(document, item).unwrap_or(item);
        for method in METHODS {
            let Some(operation) = item.get(*method) else {
                continue;
            };
            let id = match operation.get("operationId").and_then(Value::as_str) {
                Some(id) if id.chars().any(char::is_alphanumeric) => id.to_owned(),
                _ => format!("{method} {path}").to_lower_camel_case(),
            };
            selected.push(Selected {
                method: (*method).to_owned(),
                path: path.clone(),
                id,
            });
        }
    }
    selected.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    // Two names that are one in Rust: the later ones are made from their place.
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for operation in &mut selected {
        let first = seen
            .entry(operation.id.to_snake_case())
            .or_insert_with(|| operation.id.clone());
        if *first != operation.id {
            operation.id = format!("{} {}", operation.method, operation.path).to_lower_camel_case();
        }
    }
    selected
}

fn resolve<'a>(document: &'a Value, node: &'a Value) -> Option<&'a Value> {
    let reference = node.get("$ref")?.as_str()?;
    document.pointer(&pointer::of_reference(reference)?)
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
        let Some(item) = document.pointer(&at) else {
            faults.0.push(missing(file, operation));
            continue;
        };
        let item = match item.get("$ref") {
            None => item,
            Some(_) => match resolve(document, item) {
                Some(target) => target,
                None => {
                    faults.0.push(Fault::at(file, at, "dangling $ref"));
                    continue;
                }
            },
        };
        let (Some(item), Some(found)) = (item.as_object(), item.get(&operation.method)) else {
            faults.0.push(missing(file, operation));
            continue;
        };
        check_id(file, document, operation, found, &mut faults);
        let kept = paths
            .entry(operation.path.clone())
            .or_insert_with(|| Value::Object(without_operations(item)));
        kept[operation.method.as_str()] = found.clone();
    }
    faults.into_result()?;
    let mut sliced = Map::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        if name != "paths" && name != "components" {
            sliced.insert(name.clone(), value.clone());
        }
    }
    sliced.insert("paths".to_owned(), Value::Object(paths));
    let mut sliced = Value::Object(sliced);
    Reach {
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
            "the selected operation {method} {} is not in the document",
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
    if !document.get("paths").is_some_and(Value::is_object) {
        faults
            .0
            .push(Fault::at(file, "/paths", "paths must be an object"));
    }
}

/// An operationId of the document may stand only once.
fn check_id(
    file: &str,
    document: &Value,
    operation: &Selected,
    found: &Value,
    faults: &mut Faults,
) {
    let Some(id) = found.get("operationId").and_then(Value::as_str) else {
        return;
    };
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return;
    };
    for (path, item) in paths {
        for method in METHODS {
            let other = item
                .get(*method)
                .and_then(|o| o.get("operationId"))
                .and_then(Value::as_str);
            if other == Some(id) && !(*path == operation.path && *method == operation.method) {
                let at = pointer::join(&operation.pointer(), "operationId");
                faults.0.push(Fault::at(
                    file,
                    at,
                    format!(
                        "the operationId {id:?} stands at {} too",
                        pointer::join(&pointer::join("/paths", path), method)
                    ),
                ));
            }
        }
    }
}

/// The folder of `components` where a kind of node is kept.
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

/// Collects what a slice reaches.
struct Reach<'a> {
    file: &'a str,
    document: &'a Value,
    mode: Mode,
    report: &'a mut Report,
    faults: Faults,
    /// Names given to what is referred to outside `components`.
    names: BTreeMap<String, String>,
}

impl Reach<'_> {
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
        let mut found = Vec::new();
        walk::nodes(kind, node, at, &mut |kind, node, at| {
            if let Some(Value::String(reference)) = node.get("$ref") {
                found.push((kind, at.to_owned(), reference.clone()));
            }
        });
        let mut reached = Vec::new();
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        for (kind, at, reference) in found {
            let at = pointer::join(&at, "$ref");
            let Some(target) = pointer::of_reference(&reference) else {
                self.faults.0.push(Fault::at(
                    self.file,
                    at,
                    format!("the reference {reference:?} leads out of the document"),
                ));
                continue;
            };
            let Some(target) = self.locate(&target, &at) else {
                self.faults.0.push(Fault::at(
                    self.file,
                    at,
                    format!("dangling $ref: nothing is at {reference:?}"),
                ));
                continue;
            };
            let Some(folder) = folder(kind) else {
                self.faults
                    .0
                    .push(Fault::at(self.file, at, "no $ref may stand here"));
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

    /// The pointer that a reference means. `#/$defs/X` inside a schema that has
    /// its own `$defs` means that one, as generators of schemas write it.
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

    /// The component name of a target: its own, or one made from its place.
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

    /// Keeps the security schemes that the document or an operation asks for.
    fn security(&mut self, sliced: &Value, kept: &mut BTreeMap<(&'static str, String), Value>) {
        let mut lists = vec![("/security".to_owned(), sliced.get("security"))];
        for (path, item) in sliced["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                let at = pointer::join(&pointer::join("/paths", path), method);
                lists.push((
                    pointer::join(&at, "security"),
                    item.get(*method).and_then(|o| o.get("security")),
                ));
            }
        }
        for (at, list) in lists {
            for requirement in list.and_then(Value::as_array).into_iter().flatten() {
                for name in requirement
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(k, _)| k)
                {
                    let place = pointer::join("/components/securitySchemes", name);
                    match self.document.pointer(&place) {
                        Some(scheme) => {
                            kept.insert(("securitySchemes", name.clone()), scheme.clone());
                        }
                        None if self.mode.mend => {
                            let detail = format!("no security scheme is named {name:?}");
                            self.report.add("security-scheme", &at, detail);
                        }
                        None => self.faults.0.push(Fault::at(
                            self.file,
                            &at,
                            format!("no security scheme is named {name:?}"),
                        )),
                    }
                }
            }
        }
    }
}
