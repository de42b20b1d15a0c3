//! Writes shared parameters, bodies, headers and responses out where operations
//! use them, and gives each operation its operationId.

use crate::located_error::{Fault, Faults, Result};
use crate::lower::{Mode, Purpose};
use crate::report::Report;
use crate::selected_operation::Selected;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use unitune_diff::keywords::METHODS;
use unitune_diff::pointer;

/// Writes out what the operations share.
pub fn inline(
    file: &str,
    document: &mut Value,
    selected: &[Selected],
    mode: Mode,
    report: &mut Report,
) -> Result<()> {
    let mut faults = Faults::default();
    let original = document.clone();
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    for (path, item) in paths.iter_mut() {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        let shared = item.remove("parameters");
        for method in METHODS {
            let Some(Value::Object(operation)) = item.get_mut(*method) else {
                continue;
            };
            let at = pointer::join(&pointer::join("/paths", path), method);
            let mut operation_at = OperationContext {
                file,
                document: &original,
                mode,
                report,
                faults: &mut faults,
                at,
            };
            operation_at.parameters(operation, shared.as_ref(), path);
            operation_at.bodies(operation);
            let id = selected
                .iter()
                .find(|s| s.path == *path && s.method == *method)
                .map(|s| s.id.clone());
            if let Some(id) = id {
                operation.insert("operationId".to_owned(), Value::String(id));
            }
        }
    }
    faults.into_result()?;
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        for folder in ["parameters", "requestBodies", "headers", "pathItems"] {
            components.remove(folder);
        }
        if mode.purpose == Purpose::Generate {
            components.remove("responses");
        }
    }
    Ok(())
}

struct OperationContext<'a> {
    file: &'a str,
    document: &'a Value,
    mode: Mode,
    report: &'a mut Report,
    faults: &'a mut Faults,
    at: String,
}

impl OperationContext<'_> {
    fn resolve(&mut self, node: &Value) -> Value {
        let first = node;
        let mut node = node;
        for _ in 0..32 {
            let target = node
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(pointer::of_reference)
                .and_then(|target| self.document.pointer(&target));
            match target {
                Some(target) => node = target,
                None => return node.clone(),
            }
        }
        let message = format!("the reference {} leads back to itself", first["$ref"]);
        self.faults.0.push(Fault::at(self.file, &self.at, message));
        Value::Object(Map::new())
    }

    fn parameters(
        &mut self,
        operation: &mut Map<String, Value>,
        shared: Option<&Value>,
        path: &str,
    ) {
        let list =
            |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let key = |parameter: &Value| {
            (
                parameter
                    .get("in")
                    .and_then(Value::as_str)
                    .unwrap_or("")
                    .to_owned(),
                parameter
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or("")
                    .to_owned(),
            )
        };
        let mut parameters: Vec<Value> = Vec::new();
        let own = list(operation.get("parameters"));
        let own: Vec<Value> = own.iter().map(|p| self.resolve(p)).collect();
        let at = pointer::join(&self.at, "parameters");
        let mut seen = BTreeSet::new();
        for parameter in &own {
            if !seen.insert(key(parameter)) {
                let (place, name) = key(parameter);
                let message = format!("the {place} parameter {name:?} occurs twice");
                self.faults.0.push(Fault::at(self.file, &at, message));
            }
        }
        for parameter in list(shared) {
            let parameter = self.resolve(&parameter);
            if !seen.contains(&key(&parameter)) {
                parameters.push(parameter);
            }
        }
        parameters.extend(own);
        self.match_path(&mut parameters, path, &at);
        for parameter in &mut parameters {
            if let Some(map) = parameter.as_object_mut() {
                self.media(map);
            }
        }
        if parameters.is_empty() {
            operation.remove("parameters");
        } else {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
    }

    /// Checks that every `{name}` of a path is a parameter, and that every path
    /// parameter is in the path.
    fn match_path(&mut self, parameters: &mut Vec<Value>, path: &str, at: &str) {
        let wanted = match template(path) {
            Ok(wanted) => wanted,
            Err(message) => {
                self.faults.0.push(Fault::at(self.file, at, message));
                return;
            }
        };
        let mut found = BTreeSet::new();
        parameters.retain_mut(|parameter| {
            if parameter.get("in").and_then(Value::as_str) != Some("path") {
                return true;
            }
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            if !wanted.contains(&name) {
                let message = format!(
                    "the path {path} has no {{{name}}}, but there is a path parameter of that name"
                );
                if self.mode.mend {
                    self.report.add(
                        "path-parameter",
                        at,
                        format!("{name} is left out: {path} has none"),
                    );
                    return false;
                }
                self.faults.0.push(Fault::at(self.file, at, message));
                return true;
            }
            if parameter.get("required") != Some(&Value::Bool(true)) {
                self.report.add(
                    "path-parameter-required",
                    at,
                    format!("{name} is required, as it is in the path"),
                );
                parameter["required"] = Value::Bool(true);
            }
            found.insert(name);
            true
        });
        for name in wanted.difference(&found) {
            let message = format!(
                "the path {path} has {{{name}}}, but there is no path parameter of that name"
            );
            self.faults.0.push(Fault::at(self.file, at, message));
        }
    }

    fn bodies(&mut self, operation: &mut Map<String, Value>) {
        if let Some(body) = operation.get("requestBody") {
            let mut body = self.resolve(body);
            if let Some(map) = body.as_object_mut() {
                self.media(map);
            }
            operation.insert("requestBody".to_owned(), body);
        }
        let Some(Value::Object(responses)) = operation.get_mut("responses") else {
            return;
        };
        for response in responses.values_mut() {
            let is_shared = response.get("$ref").is_some();
            if is_shared && self.mode.purpose == Purpose::Compare {
                continue;
            }
            *response = self.resolve(response);
            if let Some(map) = response.as_object_mut() {
                self.headers(map);
            }
        }
    }

    fn media(&mut self, holder: &mut Map<String, Value>) {
        let Some(Value::Object(content)) = holder.get_mut("content") else {
            return;
        };
        for media in content.values_mut() {
            let Some(Value::Object(encoding)) = media.get_mut("encoding") else {
                continue;
            };
            for part in encoding.values_mut().filter_map(Value::as_object_mut) {
                self.headers(part);
            }
        }
    }

    fn headers(&mut self, holder: &mut Map<String, Value>) {
        if let Some(Value::Object(headers)) = holder.get_mut("headers") {
            for header in headers.values_mut() {
                *header = self.resolve(header);
            }
        }
    }
}

/// Returns the names in the braces of a path.
fn template(path: &str) -> std::result::Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let mut rest = path;
    while let Some(open) = rest.find(['{', '}']) {
        let wrong = || format!("the braces of the path {path} do not match");
        let after = rest
            .get(open..)
            .and_then(|r| r.strip_prefix('{'))
            .ok_or_else(wrong)?;
        let close = after.find(['{', '}']).ok_or_else(wrong)?;
        let (name, tail) = after.split_at(close);
        rest = tail.strip_prefix('}').ok_or_else(wrong)?;
        if name.is_empty() {
            return Err(format!("the path {path} has a parameter without a name"));
        }
        if !names.insert(name.to_owned()) {
            return Err(format!("the path {path} has {{{name}}} twice"));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read() {
        let names = template("/a/{b}/c:{d}").unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["b", "d"]);
        for wrong in ["/{a", "/a}", "/{}", "/{a{b}}", "/{a}/{a}"] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }
}
