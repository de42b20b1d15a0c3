//! What a client generator cannot express is reduced, with a line in the
//! report; the normal form itself keeps it.

use crate::component::referred;
use crate::compose::compose;
use crate::normal::operations_mut;
use crate::pointer;
use crate::report::Report;
use crate::shape::METHODS;
use heck::{ToLowerCamelCase, ToSnakeCase};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

type Operation = Map<String, Value>;

/// One reduction: its name in the report, and what it does to an operation.
struct Reduction {
    id: &'static str,
    apply: fn(&mut Operation) -> Vec<(String, String)>,
}

/// The reductions, in order.
const REDUCTIONS: &[Reduction] = &[
    Reduction {
        id: "operation-name",
        apply: operation_name,
    },
    Reduction {
        id: "cookie-parameter",
        apply: cookies,
    },
    Reduction {
        id: "request-media",
        apply: request,
    },
    Reduction {
        id: "several-answers",
        apply: successes,
    },
    Reduction {
        id: "answer-media",
        apply: answers,
    },
    Reduction {
        id: "several-errors",
        apply: errors,
    },
];

/// Prepares a document in normal form for the generator.
pub fn prepare(document: &mut Value, report: &mut Report) {
    methods(document, report);
    // Nothing is left to do where the whole way was gone.
    compose(document, report);
    aliases(document, report);
    texts(document, report);
    let places: Vec<String> = places(document);
    for (operation, place) in operations_mut(document).into_iter().zip(places) {
        for reduction in REDUCTIONS {
            for (keyword, detail) in (reduction.apply)(operation) {
                report.add(reduction.id, &pointer::join(&place, &keyword), detail);
            }
        }
    }
}

/// Methods that are there for browsers and proxies.
fn methods(document: &mut Value, report: &mut Report) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    for (path, item) in paths.iter_mut() {
        for method in ["options", "trace"] {
            let gone = item.as_object_mut().and_then(|item| item.remove(method));
            if gone.is_some() {
                let at = pointer::join(&pointer::join("/paths", path), method);
                report.add("method", &at, "left out: a client has no use for it");
            }
        }
    }
}

/// Parameters that have no form but their text: lists and objects in a path or
/// a header, JSON in a query, objects of any style but `deepObject` in one.
fn texts(document: &mut Value, report: &mut Report) {
    let schemas = document
        .pointer("/components/schemas")
        .cloned()
        .unwrap_or_default();
    let resolved = |schema: &Value| {
        let mut schema = schema;
        for _ in 0..32 {
            match referred(schema).and_then(|name| schemas.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema.clone()
    };
    let places = places(document);
    for (operation, place) in operations_mut(document).into_iter().zip(places) {
        for parameter in parameters(operation).into_iter().flatten() {
            let schema = parameter.get("schema").map(&resolved).unwrap_or_default();
            let union = ["oneOf", "anyOf"].iter().any(|k| schema.get(*k).is_some());
            let in_query = text(parameter, "in") == "query";
            let held = match text(&schema, "type") {
                _ if parameter.get("content").is_some() => "as its content says",
                "array" if !in_query => "a list",
                "object" if text(parameter, "style") != "deepObject" => "an object",
                _ if union => "a union",
                _ => continue,
            };
            let detail = format!("{} is its text: {held}", text(parameter, "name"));
            report.add(
                "parameter-text",
                &pointer::join(&place, "parameters"),
                detail,
            );
            if let Some(parameter) = parameter.as_object_mut() {
                for keyword in ["content", "style", "explode"] {
                    parameter.remove(keyword);
                }
                let schema = serde_json::json!({"type": "string"});
                parameter.insert("schema".to_owned(), schema);
            }
        }
    }
}

/// Lists and maps of themselves, with no object between: what is inside is
/// anything, because a name for a list cannot stand in its own definition.
fn aliases(document: &mut Value, report: &mut Report) {
    let Some(schemas) = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
    else {
        return;
    };
    let mut cut = Vec::new();
    let mut open: BTreeSet<String> = BTreeSet::new();
    for name in schemas.keys() {
        // A component that is cut cannot be part of another circle.
        let mut path = vec![name.clone()];
        while let Some(next) = path.last().and_then(|last| inside(schemas.get(last)?)) {
            if open.contains(&next) {
                break;
            }
            if let Some(start) = path.iter().position(|other| *other == next) {
                cut.push(path[start].clone());
                open.insert(path[start].clone());
                break;
            }
            path.push(next);
        }
    }
    for name in cut {
        let at = format!("/components/schemas/{name}");
        report.add(
            "recursive-alias",
            &at,
            "what it holds is anything: it holds itself",
        );
        let schema = document.pointer_mut(&at);
        if let Some(schema) = schema.and_then(Value::as_object_mut) {
            for keyword in ["items", "additionalProperties"] {
                if schema.contains_key(keyword) {
                    schema.insert(keyword.to_owned(), serde_json::json!({}));
                }
            }
        }
    }
}

/// The component that a list or map without members holds, or that an alias names.
fn inside(schema: &Value) -> Option<String> {
    if let Some(name) = referred(schema) {
        return Some(name.to_owned());
    }
    let named = ["properties", "oneOf", "anyOf", "allOf", "enum"];
    if named.iter().any(|keyword| schema.get(*keyword).is_some()) {
        return None;
    }
    let held = schema
        .get("items")
        .or_else(|| schema.get("additionalProperties"))?;
    inside(held)
}

fn places(document: &Value) -> Vec<String> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut places = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        for (method, _) in item.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                places.push(pointer::join(&pointer::join("/paths", path), method));
            }
        }
    }
    places
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// An operation whose name is no name of a function.
fn operation_name(operation: &mut Operation) -> Vec<(String, String)> {
    let id = operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    if syn::parse_str::<syn::Ident>(&id.to_snake_case()).is_ok() {
        return Vec::new();
    }
    let name = format!("call {id}").to_lower_camel_case();
    operation.insert("operationId".to_owned(), Value::String(name.clone()));
    vec![(
        "operationId".to_owned(),
        format!("{id:?} is {name} in Rust"),
    )]
}

fn parameters(operation: &mut Operation) -> Option<&mut Vec<Value>> {
    operation.get_mut("parameters")?.as_array_mut()
}

fn cookies(operation: &mut Operation) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    if let Some(list) = parameters(operation) {
        list.retain(|parameter| {
            let cookie = text(parameter, "in") == "cookie";
            if cookie {
                let detail = format!(
                    "{} is left out: a client sends no cookies",
                    text(parameter, "name")
                );
                notes.push(("parameters".to_owned(), detail));
            }
            !cookie
        });
    }
    notes
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

/// Keeps one media type: JSON if it is there, else the first.
fn one_media(holder: Option<&mut Value>) -> Option<String> {
    let content = holder?.get_mut("content")?.as_object_mut()?;
    if content.len() < 2 {
        return None;
    }
    let kept = content
        .keys()
        .find(|media| is_json(media))
        .or_else(|| content.keys().next())?
        .clone();
    let left: Vec<String> = content
        .keys()
        .filter(|media| **media != kept)
        .cloned()
        .collect();
    content.retain(|media, _| *media == kept);
    Some(format!(
        "{} left out: {kept} is what is used",
        left.join(", ")
    ))
}

fn request(operation: &mut Operation) -> Vec<(String, String)> {
    let keyword = || "requestBody".to_owned();
    let mut notes = Vec::new();
    if let Some(detail) = one_media(operation.get_mut("requestBody")) {
        notes.push((keyword(), detail));
    }
    let media = operation
        .get("requestBody")
        .and_then(|body| body.get("content"))
        .and_then(Value::as_object)
        .and_then(|content| content.keys().next());
    if let Some(media) = media.filter(|media| !is_json(media)) {
        let detail = format!("a body of {media}: this operation is written by hand, not generated");
        notes.push((keyword(), detail));
    }
    notes
}

fn responses(operation: &mut Operation) -> Option<&mut Map<String, Value>> {
    operation.get_mut("responses")?.as_object_mut()
}

/// One success: a body before none.
fn successes(operation: &mut Operation) -> Vec<(String, String)> {
    let Some(responses) = responses(operation) else {
        return Vec::new();
    };
    let mut codes: Vec<String> = responses
        .keys()
        .filter(|code| code.starts_with('2'))
        .cloned()
        .collect();
    codes.sort_by_key(|code| (responses[code].get("content").is_none(), code.clone()));
    let Some((kept, left)) = codes.split_first() else {
        return Vec::new();
    };
    left.iter()
        .map(|code| {
            responses.remove(code);
            let detail =
                format!("{code} is left out: an operation answers with one type, that of {kept}");
            ("responses".to_owned(), detail)
        })
        .collect()
}

fn answers(operation: &mut Operation) -> Vec<(String, String)> {
    let Some(responses) = responses(operation) else {
        return Vec::new();
    };
    responses
        .iter_mut()
        .filter_map(|(code, response)| {
            let detail = one_media(Some(response))?;
            Some(("responses".to_owned(), format!("{code}: {detail}")))
        })
        .collect()
}

/// Errors are one type of the library's: more than one is worth a line.
fn errors(operation: &mut Operation) -> Vec<(String, String)> {
    let Some(responses) = responses(operation) else {
        return Vec::new();
    };
    let errors: Vec<(&String, &Value)> = responses
        .iter()
        .filter(|(code, _)| !code.starts_with('2'))
        .filter_map(|(code, response)| Some((code, response.get("content")?)))
        .collect();
    let different = errors.windows(2).any(|pair| pair[0].1 != pair[1].1);
    if !different {
        return Vec::new();
    }
    let codes: Vec<&str> = errors.iter().map(|(code, _)| code.as_str()).collect();
    let detail = format!("{} are read as one type of error", codes.join(", "));
    vec![("responses".to_owned(), detail)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn prepared(operation: Value) -> (Value, Vec<String>) {
        let mut document = json!({"paths": {"/a": {"post": operation}}});
        document["paths"]["/a"]["post"]["operationId"] = json!("op");
        let mut report = Report::default();
        prepare(&mut document, &mut report);
        let rules = report
            .lines
            .iter()
            .map(|line| line.rule.to_owned())
            .collect();
        (document["paths"]["/a"]["post"].clone(), rules)
    }

    #[test]
    fn parameters_are_reduced() {
        let (operation, rules) = prepared(json!({"parameters": [
            {"name": "s", "in": "cookie"},
            {"name": "xId", "in": "path"},
            {"name": "body", "in": "query"}
        ]}));
        assert_eq!(
            operation["parameters"],
            json!([{"name": "xId", "in": "path"}, {"name": "body", "in": "query"}])
        );
        assert_eq!(rules, ["cookie-parameter"]);
    }

    #[test]
    fn parameters_without_a_form_are_their_text() {
        let object = json!({"type": "object"});
        let list = json!({"type": "array", "items": {"type": "string"}});
        let text = json!({"type": "string"});
        for (parameter, is_text) in [
            (json!({"in": "query", "schema": object}), true),
            (
                json!({"in": "query", "schema": object, "style": "deepObject"}),
                false,
            ),
            (
                json!({"in": "query", "schema": list, "explode": false}),
                false,
            ),
            (json!({"in": "header", "schema": list}), true),
            (
                json!({"in": "query", "schema": {"oneOf": [text, list]}}),
                true,
            ),
            (
                json!({"in": "query", "content": {"application/json": {"schema": object}}}),
                true,
            ),
        ] {
            let (_, rules) = prepared(json!({"parameters": [parameter]}));
            assert_eq!(rules == ["parameter-text"], is_text, "{parameter}");
        }
    }

    #[test]
    fn operations_have_names_that_functions_can_have() {
        for (id, name) in [("type", "callType"), ("1st", "call1st"), ("fine", "fine")] {
            let mut operation = json!({"operationId": id}).as_object().cloned().unwrap();
            operation_name(&mut operation);
            assert_eq!(operation["operationId"], name);
        }
    }

    #[test]
    fn bodies_and_answers_are_reduced() {
        let (operation, rules) = prepared(json!({
            "requestBody": {"content": {"application/json": {}, "text/plain": {}}},
            "responses": {
                "200": {}, "201": {"content": {"a/b": {}, "application/problem+json": {}}},
                "400": {"content": {"application/json": {"schema": {"type": "string"}}}},
                "500": {"content": {"application/json": {}}}
            }
        }));
        assert_eq!(
            operation["requestBody"],
            json!({"content": {"application/json": {}}})
        );
        assert_eq!(
            operation["responses"]["201"],
            json!({"content": {"application/problem+json": {}}})
        );
        assert!(operation["responses"].get("200").is_none());
        assert_eq!(
            rules,
            [
                "request-media",
                "several-answers",
                "answer-media",
                "several-errors"
            ]
        );
    }

    #[test]
    fn what_is_written_by_hand_is_said() {
        let (_, rules) = prepared(json!({"requestBody": {"content": {"multipart/form-data": {}}}}));
        assert_eq!(rules, ["request-media"]);
    }
}
