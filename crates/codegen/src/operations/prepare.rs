//! Turns a normal-form document into one that progenitor expresses without
//! loss: component schemas become opaque (their types are written by `emit`),
//! parameters lose the constraints that would change their type, errors become
//! one type, and the operations that it cannot express are set aside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::{Kind, Model, TypeRef, escape, reference};
use crate::{Error, names};

/// Stand-in component for query parameters of style `deepObject`.
pub(super) const DEEP_OBJECT: &str = "UnituneDeepObject";
/// Stand-in component for every error body.
pub(super) const ERROR_BODY: &str = "UnituneErrorBody";

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The prepared document, and what the public client needs to know besides.
pub(super) struct Prepared {
    pub(super) document: Value,
    /// The servers' URLs, their variables at their defaults.
    pub(super) base_urls: Vec<String>,
    /// Rust function name → the operation.
    pub(super) operations: BTreeMap<String, Operation>,
}

/// An operation that progenitor expresses.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) description: Option<String>,
    /// Rust parameter name → the parameter.
    pub(super) parameters: BTreeMap<String, Parameter>,
}

/// A parameter of an operation.
pub(super) struct Parameter {
    pub(super) wire_name: String,
    pub(super) description: Option<String>,
    pub(super) in_path: bool,
    pub(super) deep_object: bool,
}

pub(super) fn document(document: &Value, model: &Model) -> Result<Prepared, Error> {
    let mut paths = Map::new();
    let mut operations = BTreeMap::new();
    let originals = document.get("paths").and_then(Value::as_object);
    for (path, item) in originals.into_iter().flatten() {
        let mut kept = Map::new();
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let pointer = format!("/paths/{}/{method}", escape(path));
            let place = Place {
                document,
                model,
                pointer: &pointer,
                path,
            };
            if let Some((prepared, facts)) = place.operation(item, operation)? {
                let function = names::snake(&facts.id);
                if operations.insert(function, facts).is_some() {
                    return Err(Error::new(
                        pointer,
                        "another operation has the same operationId",
                    ));
                }
                kept.insert(method.to_owned(), prepared);
            }
        }
        if !kept.is_empty() {
            paths.insert(path.clone(), Value::Object(kept));
        }
    }
    let opaque = || json!({"type": "object"});
    let mut schemas: Map<String, Value> =
        model.types.keys().map(|n| (n.clone(), opaque())).collect();
    schemas.insert(DEEP_OBJECT.to_owned(), opaque());
    schemas.insert(ERROR_BODY.to_owned(), opaque());
    let info = json!({
        "title": document.pointer("/info/title").cloned().unwrap_or_else(|| json!("API")),
        "version": document.pointer("/info/version").cloned().unwrap_or_else(|| json!("0")),
    });
    Ok(Prepared {
        document: json!({
            "openapi": "3.0.3",
            "info": info,
            "paths": paths,
            "components": {"schemas": schemas},
        }),
        base_urls: base_urls(document),
        operations,
    })
}

fn base_urls(document: &Value) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array);
    servers
        .into_iter()
        .flatten()
        .filter_map(|server| {
            let mut url = server.get("url")?.as_str()?.to_owned();
            let variables = server.get("variables").and_then(Value::as_object);
            for (name, variable) in variables.into_iter().flatten() {
                let default = variable.get("default").and_then(Value::as_str);
                url = url.replace(&format!("{{{name}}}"), default.unwrap_or_default());
            }
            Some(url)
        })
        .collect()
}

/// Where in the document an operation stands.
struct Place<'a> {
    document: &'a Value,
    model: &'a Model,
    pointer: &'a str,
    path: &'a str,
}

impl Place<'_> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(self.pointer, message)
    }

    /// The prepared operation, or none where it is multipart: those are
    /// written by hand.
    fn operation(
        &self,
        item: &Value,
        operation: &Value,
    ) -> Result<Option<(Value, Operation)>, Error> {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .ok_or_else(|| self.error("the operation has no operationId"))?;
        let body = match operation.get("requestBody") {
            Some(body) => match self.body(self.followed(body)?)? {
                Body::Json(body) => Some(body),
                Body::Unsupported => return Ok(None),
            },
            None => None,
        };
        let mut taken = BTreeSet::from(["body".to_owned()]);
        let mut prepared = Vec::new();
        let mut facts = BTreeMap::new();
        let own = operation.get("parameters");
        for parameter in self.merged(item.get("parameters"), own)? {
            let (value, fact) = self.parameter(parameter)?;
            let rust_name = names::snake(&fact.wire_name);
            if !taken.insert(rust_name.clone()) {
                return Err(
                    self.error(format!("two parameters become the Rust name {rust_name:?}"))
                );
            }
            facts.insert(rust_name, fact);
            prepared.push(value);
        }
        let in_path = |f: &Parameter| f.in_path.then(|| f.wire_name.clone());
        let declared: BTreeSet<String> = facts.values().filter_map(in_path).collect();
        let used = placeholders(self.path);
        if declared != used {
            return Err(self.error(format!(
                "the path names the parameters {used:?}, the operation declares {declared:?}"
            )));
        }
        let mut value = json!({
            "operationId": id,
            "parameters": prepared,
            "responses": self.responses(operation)?,
        });
        if let Some(body) = body {
            value["requestBody"] = body;
        }
        let text = |key: &str| operation.get(key).and_then(Value::as_str);
        let description = text("description").or_else(|| text("summary"));
        let facts = Operation {
            id: id.to_owned(),
            description: description.map(str::to_owned),
            parameters: facts,
        };
        Ok(Some((value, facts)))
    }

    /// Follows a `$ref` to a component that is not a schema.
    fn followed<'v>(&'v self, value: &'v Value) -> Result<&'v Value, Error> {
        match value.get("$ref").and_then(Value::as_str) {
            None => Ok(value),
            Some(target) => target
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| self.error(format!("nothing stands at {target:?}"))),
        }
    }

    /// The operation's parameters over those of its path.
    fn merged<'v>(
        &'v self,
        shared: Option<&'v Value>,
        own: Option<&'v Value>,
    ) -> Result<Vec<&'v Value>, Error> {
        let mut all: BTreeMap<(String, String), &Value> = BTreeMap::new();
        for list in [shared, own].into_iter().flatten() {
            for parameter in list.as_array().into_iter().flatten() {
                let parameter = self.followed(parameter)?;
                let text = |key: &str| {
                    let found = parameter.get(key).and_then(Value::as_str);
                    found
                        .map(str::to_owned)
                        .ok_or_else(|| self.error(format!("a parameter has no {key:?}")))
                };
                all.insert((text("in")?, text("name")?), parameter);
            }
        }
        Ok(all
            .into_iter()
            .filter(|((place, _), _)| place != "cookie")
            .map(|(_, parameter)| parameter)
            .collect())
    }

    fn parameter(&self, parameter: &Value) -> Result<(Value, Parameter), Error> {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let place = text("in").unwrap_or_default();
        let name = text("name").unwrap_or_default();
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let deep_object = text("style") == Some("deepObject");
        let schema = if deep_object {
            json!({"$ref": format!("#/components/schemas/{DEEP_OBJECT}")})
        } else {
            self.parameter_schema(schema)
        };
        let required =
            place == "path" || parameter.get("required").and_then(Value::as_bool) == Some(true);
        let value = json!({"in": place, "name": name, "required": required, "schema": schema});
        let fact = Parameter {
            wire_name: name.to_owned(),
            description: text("description").map(str::to_owned),
            in_path: place == "path",
            deep_object,
        };
        Ok((value, fact))
    }

    /// A parameter's type without the constraints that would make it another.
    fn parameter_schema(&self, schema: &Value) -> Value {
        if let Some(name) = reference(schema) {
            return match self.model.get(name).map(|ty| &ty.kind) {
                Some(Kind::Alias(target)) => self.alias_schema(target),
                Some(Kind::Enum(_)) => json!({"$ref": format!("#/components/schemas/{name}")}),
                // A union or an object in a query: as its text.
                _ => json!({"type": "string"}),
            };
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("integer") => json!({"type": "integer", "format": "int64"}),
            Some("number") => json!({"type": "number", "format": "double"}),
            Some("boolean") => json!({"type": "boolean"}),
            Some("array") => {
                let items = self.parameter_schema(schema.get("items").unwrap_or(&Value::Null));
                json!({"type": "array", "items": items})
            }
            _ => json!({"type": "string"}),
        }
    }

    fn alias_schema(&self, target: &TypeRef) -> Value {
        match target {
            TypeRef::Integer | TypeRef::Unsigned => json!({"type": "integer", "format": "int64"}),
            TypeRef::Number => json!({"type": "number", "format": "double"}),
            TypeRef::Boolean => json!({"type": "boolean"}),
            TypeRef::Array(item) | TypeRef::Lenient(item) => {
                json!({"type": "array", "items": self.alias_schema(item)})
            }
            TypeRef::Component(name) => {
                self.parameter_schema(&json!({"$ref": format!("#/components/schemas/{name}")}))
            }
            _ => json!({"type": "string"}),
        }
    }

    fn body(&self, body: &Value) -> Result<Body, Error> {
        let content = body.get("content").and_then(Value::as_object);
        let Some((_, media)) = content
            .into_iter()
            .flatten()
            .find(|(name, _)| is_json(name))
        else {
            return Ok(Body::Unsupported);
        };
        let schema = self.body_schema(media.get("schema").unwrap_or(&Value::Null));
        let required = body.get("required").cloned().unwrap_or(json!(true));
        Ok(Body::Json(json!({
            "required": required,
            "content": {"application/json": {"schema": schema}},
        })))
    }

    fn body_schema(&self, schema: &Value) -> Value {
        if let Some(name) = reference(schema) {
            return json!({"$ref": format!("#/components/schemas/{name}")});
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("array") => {
                let items = self.body_schema(schema.get("items").unwrap_or(&Value::Null));
                json!({"type": "array", "items": items})
            }
            Some("string") => json!({"type": "string"}),
            Some("integer") => json!({"type": "integer", "format": "int64"}),
            Some("number") => json!({"type": "number", "format": "double"}),
            Some("boolean") => json!({"type": "boolean"}),
            _ => json!({}),
        }
    }

    /// One success and, for all errors, the body that `transport` makes.
    fn responses(&self, operation: &Value) -> Result<Value, Error> {
        let declared = operation.get("responses").and_then(Value::as_object);
        let mut successes = Vec::new();
        for (status, response) in declared.into_iter().flatten() {
            if status.starts_with('2') || status == "default" {
                successes.push((status.as_str(), self.followed(response)?));
            }
        }
        // A body before none, a status before `default`.
        successes.sort_by_key(|(status, response)| {
            (*status == "default", response.get("content").is_none())
        });
        let content = match successes.first() {
            Some((_, response)) => self.success(response),
            None => json!({}),
        };
        let error = json!({
            "description": "",
            "content": {"application/json": {
                "schema": {"$ref": format!("#/components/schemas/{ERROR_BODY}")},
            }},
        });
        Ok(json!({
            "2XX": {"description": "", "content": content},
            "4XX": error,
            "5XX": error,
        }))
    }

    fn success(&self, response: &Value) -> Value {
        let content = response.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|c| !c.is_empty()) else {
            return json!({});
        };
        match content.iter().find(|(name, _)| is_json(name)) {
            Some((_, media)) => {
                let schema = self.body_schema(media.get("schema").unwrap_or(&Value::Null));
                json!({"application/json": {"schema": schema}})
            }
            None => json!({"application/octet-stream": {}}),
        }
    }
}

enum Body {
    Json(Value),
    Unsupported,
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

/// The names in braces of a path template.
fn placeholders(path: &str) -> BTreeSet<String> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}
