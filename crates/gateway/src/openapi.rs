//! The OpenAPI document: made from the table of operations and the schemas of
//! the unified types.

use serde_json::{Map, Value, json};
use unitune::unify;

use crate::api_error::SHOULD_RETRY;
use crate::operations::{Content, Operation};
use crate::params::{self, Bounds};
use crate::response::WARNINGS;

/// The published headers and their descriptions, but for the labels.
const HEADERS: [(&str, &str); 4] = [
    (
        params::PROVIDER_NAME,
        "The provider account to use, by the name that the operator gave it.",
    ),
    (
        params::BUCKET,
        "The storage bucket for files, where the provider needs one.",
    ),
    (
        params::PROVIDER_MODEL,
        "The model as the provider itself calls it.",
    ),
    (
        params::FILE_PURPOSE,
        "What an uploaded file is for, where the provider needs to know it beforehand.",
    ),
];

/// Returns the document, OpenAPI 3.1, of these operations at these base paths.
/// With several accounts and no default, a request that creates something has to
/// name one.
pub fn document<'o>(
    operations: impl Iterator<Item = &'o Operation>,
    bases: &[&str],
    must_name_account: bool,
) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = describe(operation, must_name_account);
    }
    for (path, answer) in [
        ("/healthz", "The process answers."),
        ("/readyz", "New requests are welcome."),
        ("/openapi.json", "This document."),
    ] {
        paths.insert(path.to_owned(), plain(path, answer));
    }
    paths.insert("/metrics".to_owned(), metrics());
    let servers = bases.iter().map(|base| match *base {
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
        "servers": servers.collect::<Vec<_>>(),
        // Without tokens in its configuration, a gateway requires none.
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas(),
            "responses": {"Error": {
                "description": "The request failed.",
                "headers": {
                    "x-request-id": header("The id under which the request is logged."),
                    "retry-after": header("Seconds after which to retry."),
                    SHOULD_RETRY: header("`false` where the request must not be repeated by \
                        itself: it may have created something already, or it fails again."),
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

fn describe(operation: &Operation, must_name_account: bool) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "description": operation.description,
        "parameters": parameters(operation, must_name_account),
        "responses": {
            "200": success(operation),
            "4XX": {"$ref": "#/components/responses/Error"},
            "5XX": {"$ref": "#/components/responses/Error"},
        },
    });
    let body = match operation.body {
        Content::Json(name) => json!({"application/json": {"schema": reference(name)}}),
        Content::Form => json!({"multipart/form-data": {"schema": reference("Upload")}}),
        _ => return described,
    };
    described["requestBody"] = json!({"required": true, "content": body});
    described
}

fn success(operation: &Operation) -> Value {
    let list = |name: &str| json!({"schema": reference(&format!("{name}List"))});
    let content = match operation.response {
        Content::Empty | Content::Form => json!({}),
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
        "description": operation.description,
        "headers": {
            "x-request-id": header("The id under which the request is logged."),
            WARNINGS: header("The accounts of which something is missing."),
        },
        "content": content,
    })
}

fn parameters(operation: &Operation, must_name_account: bool) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({"name": name, "in": "path", "required": true,
            "schema": id_schema()}))
    });
    let in_query = operation.query.iter().map(|name| query(name, operation));
    let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
    let creates = operation.creation().is_some();
    parameters.extend(HEADERS.iter().map(|(name, description)| {
        let required = *name == params::PROVIDER_NAME && creates && must_name_account;
        json!({"name": name, "in": "header", "description": description, "required": required,
            "schema": {"type": "string", "pattern": "^[ -~]*$", "minLength": u8::from(required)}})
    }));
    parameters.push(json!({"name": params::METADATA, "in": "header",
        "description": "Labels for logs and traces: a JSON object of strings.",
        "content": {"application/json": {"schema": {
            "type": "object", "additionalProperties": {"type": "string"}}}}}));
    if let Content::Events(_) = operation.response {
        parameters.push(json!({"name": "last-event-id", "in": "header",
            "description": "The last event that was received of a stream, which continues after it.",
            "schema": {"type": "string"}}));
    }
    parameters
}

fn query(name: &str, operation: &Operation) -> Value {
    let bounds: Bounds = match operation.response {
        Content::List("Checkpoint") => params::CHECKPOINTS,
        Content::List("File") => params::FILES,
        _ => params::JOBS,
    };
    let (description, schema) = match name {
        "after" => (
            "The id of the last item of the page before.",
            json!({"anyOf": [id_schema(), {"const": ""}]}),
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
                    "propertyNames": {"minLength": 1},
                    "additionalProperties": {"type": "string"}}});
        }
        "order" => (
            "Whether the newest or the oldest comes first.",
            json!({"type": "string", "enum": ["asc", "desc"], "default": "desc"}),
        ),
        "stream" => (
            "Whether to stream events as they happen.",
            json!({"type": "boolean", "default": false}),
        ),
        _ => (
            "Only files that were uploaded for this.",
            json!({"type": "string"}),
        ),
    };
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn id_schema() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": params::ID_LIMIT,
        "pattern": params::id_pattern()})
}

/// Describes an operation for operators, which is at the root only.
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

/// Returns the schemas of the unified types, each definition as a component,
/// and the handwritten schemas around them.
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
    // A job that its provider gives no time for has 0, as the gateway's schema has it.
    if let Some(job) = components.get_mut("Job") {
        job["properties"]["created_at"]["type"] = json!("integer");
        job["properties"]["created_at"]["description"] =
            json!("When the job was created, in Unix seconds; 0 where no time is known.");
    }
    for name in ["model", "training_file"] {
        if let Some(request) = components.get_mut("CreateRequest") {
            request["properties"][name]["minLength"] = json!(1);
        }
    }
    for name in ["Job", "Event", "Checkpoint", "File"] {
        components.insert(format!("{name}List"), list_of(name));
    }
    let handwritten = [
        (
            "Warning",
            json!({"type": "object", "description": "Something that a list could not show, or that its reader has to know.",
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
                "account": {"type": "string",
                    "description": "The provider account to upload to, for clients that cannot send the header."},
                "expires_after[anchor]": {"type": "string", "enum": ["created_at"],
                    "description": "The time that the expiry counts from, where the provider deletes files."},
                "expires_after[seconds]": {"type": "integer", "minimum": 3600, "maximum": 2592000,
                    "description": "When the file is to be deleted, where the provider deletes files."},
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

/// Replaces references to definitions with references to components.
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
    use crate::router::{document, operations};

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
        let document = document(true);
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn what_names_an_account_is_required_where_none_is_the_default() {
        let required = |must_name: bool, path: &str, method: &str| {
            let document = document(must_name);
            let parameters = document["paths"][path][method]["parameters"].clone();
            let mut parameters = parameters.as_array().unwrap().iter();
            let header = parameters.find(|p| p["name"] == params::PROVIDER_NAME);
            header.unwrap()["required"] == true
        };
        for (must_name, path, method, expected) in [
            (true, "/files", "post", true),
            (true, "/fine_tuning/jobs", "post", true),
            (true, "/files", "get", false),
            (false, "/files", "post", false),
        ] {
            assert_eq!(
                required(must_name, path, method),
                expected,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn requests_that_the_code_rejects_are_not_described() {
        let document = document(true);
        let request = &document["components"]["schemas"]["CreateRequest"];
        for name in ["model", "training_file"] {
            assert_eq!(request["properties"][name]["minLength"], 1, "{name}");
        }
        let list = &document["paths"]["/fine_tuning/jobs"]["get"]["parameters"];
        let find = |name: &str| list.as_array().unwrap().iter().find(|p| p["name"] == name);
        let labels = find(params::METADATA).unwrap();
        assert!(labels["content"]["application/json"]["schema"].is_object());
        let after = jsonschema::draft202012::new(&find("after").unwrap()["schema"]).unwrap();
        for (text, is_valid) in [("", true), ("ftjob-1", true), ("a\n", false), ("..", false)] {
            assert_eq!(after.is_valid(&json!(text)), is_valid, "{text:?}");
        }
        let metadata = &find("metadata").unwrap()["schema"];
        let metadata = jsonschema::draft202012::new(metadata).unwrap();
        assert!(metadata.is_valid(&json!({"a": "b"})) && !metadata.is_valid(&json!({"": "b"})));
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = document(true);
        let mut described: Vec<&str> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        let mut served: Vec<&str> = operations().map(|operation| operation.id).collect();
        served.extend(["healthz", "readyz", "openapi", "metrics"]);
        described.sort_unstable();
        served.sort_unstable();
        assert_eq!(described, served);
    }
}
