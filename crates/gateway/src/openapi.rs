//! The document of what is served: made of the table of routes, and of the
//! schemas of the types that are answered.

use serde_json::{Map, Value, json};
use unitune::unify;

use crate::answer::WARNINGS;
use crate::params::{self, Bounds};
use crate::routes::{BASES, Content, ROUTES, Route};

/// The published headers, and what they are for.
const HEADERS: [(&str, &str); 5] = [
    (
        params::PROVIDER_NAME,
        "The provider account to use, by the name that the operator gave it.",
    ),
    (
        params::METADATA,
        "Labels for logs and traces: a JSON object of strings, written as a string.",
    ),
    (
        "x-tfy-vertex-storage-bucket-name",
        "The storage bucket for files, where the account is at Vertex AI.",
    ),
    (
        "x-tfy-provider-model",
        "The model as the provider itself calls it.",
    ),
    (
        "x-tfy-file-purpose",
        "What an uploaded file is for, where the provider needs to know it beforehand.",
    ),
];

/// The whole document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route);
    }
    for (path, answer) in [
        ("/healthz", "The process answers."),
        ("/readyz", "New requests are welcome."),
        ("/openapi.json", "This document."),
    ] {
        paths.insert(path.to_owned(), plain(path, answer));
    }
    paths.insert("/metrics".to_owned(), metrics());
    let bases = BASES.map(|base| match base {
        "" => json!({"url": "/"}),
        base => json!({"url": base}),
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "unitune gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Fine-tuning jobs and files of several provider accounts, in the \
                gateway's terms and under OpenAI's paths.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": bases,
        // Without tokens in its configuration a gateway asks for none.
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
            "responses": {"Error": {
                "description": "What was asked cannot be done.",
                "headers": {
                    "x-request-id": header("The id under which the request is logged."),
                    "retry-after": header("Seconds after which to come again."),
                },
                "content": {"application/json": {"schema": reference("Error")}},
            }},
        },
    })
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn header(description: &str) -> Value {
    json!({"description": description, "schema": {"type": "string"}})
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.operation,
        "description": route.says,
        "parameters": parameters(route),
        "responses": {
            "200": success(route),
            "4XX": {"$ref": "#/components/responses/Error"},
            "5XX": {"$ref": "#/components/responses/Error"},
        },
    });
    let body = match route.body {
        Content::Json(name) => json!({"application/json": {"schema": reference(name)}}),
        Content::Form => json!({"multipart/form-data": {"schema": reference("Upload")}}),
        _ => return operation,
    };
    operation["requestBody"] = json!({"required": true, "content": body});
    operation
}

fn success(route: &Route) -> Value {
    let list = |name: &str| json!({"schema": reference(&format!("{name}List"))});
    let content = match route.answer {
        Content::Nothing | Content::Form => json!({}),
        Content::Json(name) => json!({"application/json": {"schema": reference(name)}}),
        Content::List(name) => json!({"application/json": list(name)}),
        Content::Events(name) => json!({
            "application/json": list(name),
            "text/event-stream": {"schema": {"type": "string"}},
        }),
        Content::Bytes => json!({
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        }),
    };
    json!({
        "description": route.says,
        "headers": {
            "x-request-id": header("The id under which the request is logged."),
            WARNINGS: header("The accounts of which something is missing."),
        },
        "content": content,
    })
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({"name": name, "in": "path", "required": true,
            "schema": {"type": "string", "minLength": 1, "maxLength": 512}}))
    });
    let in_query = route.query.iter().map(|name| query(name, route));
    let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
    parameters.extend(HEADERS.iter().map(|(name, says)| {
        json!({"name": name, "in": "header", "description": says, "schema": {"type": "string"}})
    }));
    if let Content::Events(_) = route.answer {
        parameters.push(json!({"name": "last-event-id", "in": "header",
            "description": "The last event that was seen of a stream: it goes on after it.",
            "schema": {"type": "string"}}));
    }
    parameters
}

fn query(name: &str, route: &Route) -> Value {
    let bounds: Bounds = match route.answer {
        Content::List("Checkpoint") => params::CHECKPOINTS,
        Content::List("File") => params::FILES,
        _ => params::JOBS,
    };
    let (says, schema) = match name {
        "after" => (
            "The id of the last item of the page before.",
            json!({"type": "string"}),
        ),
        "limit" => (
            "How many items a page holds at most.",
            json!({"type": "integer", "minimum": 1, "maximum": bounds.max,
                "default": bounds.default}),
        ),
        "metadata" => {
            return json!({"name": name, "in": "query", "style": "deepObject", "explode": true,
                "description": "Only jobs with all these pairs, as `metadata[key]=value`; or, as \
                    `metadata=null`, only jobs without any.",
                "schema": {"type": ["object", "null"],
                    "additionalProperties": {"type": "string"}}});
        }
        "order" => (
            "Whether the newest or the oldest comes first.",
            json!({"type": "string", "enum": ["asc", "desc"], "default": "desc"}),
        ),
        "stream" => (
            "Whether to go on with events as they happen.",
            json!({"type": "boolean", "default": false}),
        ),
        _ => (
            "Only files that were uploaded for this.",
            json!({"type": "string"}),
        ),
    };
    json!({"name": name, "in": "query", "description": says, "schema": schema})
}

/// What stands beside the surface, at the root only.
fn plain(path: &str, answer: &str) -> Value {
    let id = path.trim_start_matches('/').trim_end_matches(".json");
    json!({
        "servers": [{"url": "/"}],
        "get": {
            "operationId": id,
            "security": [{}],
            "responses": {
                "200": {"description": answer,
                    "content": {"application/json": {"schema": {"type": "object"}}}},
                "503": {"$ref": "#/components/responses/Error"},
            },
        },
    })
}

fn metrics() -> Value {
    json!({
        "servers": [{"url": "/"}],
        "get": {
            "operationId": "metrics",
            "responses": {
                "200": {"description": "Counters for Prometheus.",
                    "content": {"application/openmetrics-text": {"schema": {"type": "string"}}}},
                "4XX": {"$ref": "#/components/responses/Error"},
            },
        },
    })
}

/// The schemas of the unified types, each definition as a component, and what
/// is written by hand around them.
fn schemas() -> Value {
    let mut components = Map::new();
    for (_, mut schema) in unify::schemas() {
        let Some(members) = schema.as_object_mut() else {
            continue;
        };
        members.remove("$schema");
        let title = members.remove("title");
        let definitions = members.remove("$defs");
        for (name, definition) in definitions
            .as_ref()
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            components.insert(name.clone(), relocated(definition));
        }
        if let Some(title) = title.as_ref().and_then(Value::as_str) {
            components.insert(title.to_owned(), relocated(&schema));
        }
    }
    // A file's name is a text or absent, as the gateway's schema has it.
    if let Some(file) = components.get_mut("File") {
        file["properties"]["filename"]["type"] = json!("string");
        if let Some(required) = file["required"].as_array_mut() {
            required.retain(|name| name != "filename");
        }
    }
    for name in ["Job", "Event", "Checkpoint", "File"] {
        components.insert(format!("{name}List"), list_of(name));
    }
    let handwritten = [
        (
            "Warning",
            json!({"type": "object", "description": "Something that a list could not show.",
            "required": ["account", "account_failed", "job", "message"],
            "properties": {
                "account": {"type": "string"},
                "account_failed": {"type": "boolean"},
                "job": {"type": ["string", "null"]},
                "message": {"type": "string"},
            }}),
        ),
        (
            "Upload",
            json!({"type": "object", "description": "A file to upload; the other fields are best sent first.",
            "required": ["purpose", "file"],
            "properties": {
                "purpose": {"type": "string"},
                "expires_after[anchor]": {"type": "string", "enum": ["created_at"],
                    "description": "The moment that the file's time counts from; OpenAI only."},
                "expires_after[seconds]": {"type": "integer", "minimum": 3600, "maximum": 2592000,
                    "description": "When the file is to be deleted; OpenAI only."},
                "file": {"type": "string", "format": "binary"},
            }}),
        ),
        (
            "DeletedFile",
            json!({"type": "object", "description": "Confirms that a file is gone.",
            "required": ["id", "object", "deleted"],
            "properties": {
                "id": {"type": "string"},
                "object": {"const": "file"},
                "deleted": {"const": true},
            }}),
        ),
        (
            "Error",
            json!({"type": "object", "description": "OpenAI's error body.", "required": ["error"],
            "properties": {"error": {"type": "object",
                "required": ["message", "type", "param", "code"],
                "properties": {
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "null"]},
                }}}}),
        ),
    ];
    for (name, schema) in handwritten {
        components.insert(name.to_owned(), schema);
    }
    Value::Object(components)
}

fn list_of(name: &str) -> Value {
    json!({
        "type": "object",
        "description": "One page.",
        "required": ["object", "data", "first_id", "last_id", "has_more"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": reference(name)},
            "first_id": {"type": ["string", "null"]},
            "last_id": {"type": ["string", "null"]},
            "has_more": {"type": "boolean"},
            "warnings": {"type": "array", "items": reference("Warning")},
        },
    })
}

/// With references to components in place of those to definitions.
fn relocated(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let moved = members.iter().map(|(name, value)| match value {
                Value::String(target) if name == "$ref" => {
                    let target = target.replace("#/$defs/", "#/components/schemas/");
                    (name.clone(), Value::String(target))
                }
                value => (name.clone(), relocated(value)),
            });
            Value::Object(moved.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(relocated).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference of a document.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.push(target.clone());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = document();
        let mut described: Vec<&str> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        let mut served: Vec<&str> = ROUTES.iter().map(|route| route.operation).collect();
        served.extend(["healthz", "readyz", "openapi", "metrics"]);
        described.sort_unstable();
        served.sort_unstable();
        assert_eq!(described, served);
    }

    #[test]
    fn published_parameters_are_all_there() {
        let published: Value =
            serde_json::from_str(include_str!("../../../specs/truefoundry/openapi.json")).unwrap();
        let ours = document();
        let names = |document: &Value, path: &str, method: &str| -> Vec<String> {
            let list = &document["paths"][path][method]["parameters"];
            let list = list.as_array().into_iter().flatten();
            list.filter_map(|p| p["name"].as_str())
                .map(str::to_owned)
                .collect()
        };
        for (path, methods) in published["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let ours = names(&ours, path, method);
                for name in names(&published, path, method) {
                    assert!(ours.contains(&name), "{method} {path}: {name}");
                }
            }
        }
    }
}
