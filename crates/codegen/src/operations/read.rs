//! Reads the operations of a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::template::{self, Part};
use super::value::Value;
use crate::model::{Model, escape};
use crate::{Error, names};

/// The methods, as a path's item and as HTTP has them.
const METHODS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
];
/// Functions that every client has.
const FUNCTIONS: [&str; 2] = ["transport", "with_transport"];
/// Arguments of ours, and the function that every options struct has.
const PARAMETERS: [&str; 3] = ["body", "options", "new"];

/// An operation that a function is generated for.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) description: Option<String>,
    /// The function's name.
    pub(super) function: String,
    /// The name of the struct of optional parameters, if there are any.
    pub(super) options: Option<String>,
    /// As HTTP has it.
    pub(super) method: &'static str,
    pub(super) path: Vec<Part>,
    /// Those of the path in its order, of the query, of the headers.
    pub(super) parameters: Vec<Parameter>,
    /// The JSON body, which is always sent.
    pub(super) body: Option<Value>,
    pub(super) success: Success,
}

/// A parameter of an operation.
pub(super) struct Parameter {
    pub(super) wire_name: String,
    pub(super) rust_name: String,
    pub(super) description: Option<String>,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) value: Value,
    /// What stands between the items of a list that is sent as one value.
    pub(super) separator: Option<&'static str>,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// What a success answers with.
pub(super) enum Success {
    Json(Value),
    Bytes,
    Nothing,
}

/// The operations, in the order of their paths. Those with a body that is not
/// JSON are left out: they are written by hand.
pub(super) fn operations(document: &Json, model: &Model) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut functions = BTreeSet::new();
    let mut structs = BTreeSet::new();
    let paths = document.get("paths").and_then(Json::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (key, method) in METHODS {
            let Some(operation) = item.get(key) else {
                continue;
            };
            let pointer = format!("/paths/{}/{key}", escape(path));
            let place = Spot {
                document,
                model,
                pointer: &pointer,
            };
            let Some(mut read) = place.operation(path, method, item, operation)? else {
                continue;
            };
            if !functions.insert(read.function.clone()) {
                return Err(place.error("another operation has the same operationId"));
            }
            read.options = read.options.map(|name| names::unique(name, &mut structs));
            operations.push(read);
        }
    }
    Ok(operations)
}

/// Where in the document an operation stands.
struct Spot<'a> {
    document: &'a Json,
    model: &'a Model,
    pointer: &'a str,
}

impl<'a> Spot<'a> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(self.pointer, message)
    }

    /// The operation, or none where its body is not JSON.
    fn operation(
        &self,
        path: &str,
        method: &'static str,
        item: &'a Json,
        operation: &'a Json,
    ) -> Result<Option<Operation>, Error> {
        let text = |key: &str| operation.get(key).and_then(Json::as_str);
        let id = text("operationId")
            .ok_or_else(|| self.error("the operation has no operationId"))?
            .to_owned();
        let body = match operation.get("requestBody") {
            Some(body) => match self.body(self.followed(body)?)? {
                Some(body) => Some(body),
                None => return Ok(None),
            },
            None => None,
        };
        let declared = self.merged(item.get("parameters"), operation.get("parameters"))?;
        let path = template::parse(path).map_err(|e| self.error(e))?;
        let parameters = self.parameters(&declared, &path)?;
        let has_options = parameters.iter().any(|p| !p.required);
        Ok(Some(Operation {
            description: text("description")
                .or_else(|| text("summary"))
                .map(str::to_owned),
            function: reserved(names::snake(&id), &FUNCTIONS),
            options: has_options.then(|| names::pascal(&format!("{id} options"))),
            method,
            path,
            parameters,
            body,
            success: self.success(operation)?,
            id,
        }))
    }

    /// Follows a `$ref` to a component that is not a schema.
    fn followed(&self, value: &'a Json) -> Result<&'a Json, Error> {
        match value.get("$ref").and_then(Json::as_str) {
            None => Ok(value),
            Some(target) => target
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| self.error(format!("nothing stands at {target:?}"))),
        }
    }

    /// The operation's parameters over those of its path, by place and name.
    fn merged(
        &self,
        shared: Option<&'a Json>,
        own: Option<&'a Json>,
    ) -> Result<BTreeMap<(Place, &'a str), &'a Json>, Error> {
        let mut all = BTreeMap::new();
        for list in [shared, own].into_iter().flatten() {
            for parameter in list.as_array().into_iter().flatten() {
                let parameter = self.followed(parameter)?;
                let text = |key: &str| {
                    let found = parameter.get(key).and_then(Json::as_str);
                    found.ok_or_else(|| self.error(format!("a parameter has no {key:?}")))
                };
                let (place, name) = (text("in")?, text("name")?);
                let place = match place {
                    "path" => Place::Path,
                    "query" => Place::Query,
                    "header" => Place::Header,
                    // A client sends none.
                    "cookie" => continue,
                    other => {
                        let message = format!("the parameter {name:?} stands in {other:?}");
                        return Err(self.error(format!("{message}, which is no place for one")));
                    }
                };
                all.insert((place, name), parameter);
            }
        }
        Ok(all)
    }

    fn parameters(
        &self,
        declared: &BTreeMap<(Place, &'a str), &'a Json>,
        path: &[Part],
    ) -> Result<Vec<Parameter>, Error> {
        let used: Vec<&str> = path
            .iter()
            .filter_map(|part| match part {
                Part::Parameter(name) => Some(name.as_str()),
                Part::Literal(_) => None,
            })
            .collect();
        let in_path = |(place, name): &(Place, &'a str)| (*place == Place::Path).then_some(*name);
        let declared_in_path: BTreeSet<&str> = declared.keys().filter_map(in_path).collect();
        let named: BTreeSet<&str> = used.iter().copied().collect();
        if declared_in_path != named {
            return Err(self.error(format!(
                "the path names the parameters {named:?}, the operation declares \
                 {declared_in_path:?}"
            )));
        }
        let mut taken = BTreeSet::new();
        let mut all = Vec::with_capacity(declared.len());
        for ((place, name), parameter) in declared {
            let mut parameter = self.parameter(*place, name, parameter);
            // Of two parameters with one name in Rust the first has it, in the
            // order of places; the other one's says its place or its signs.
            let others = [format!("{name} in {}", place.name()), spelled_out(name)];
            let own = parameter.rust_name.clone();
            let candidates = std::iter::once(own.clone())
                .chain(others.map(|text| reserved(names::snake(&text), &PARAMETERS)));
            let free = candidates.into_iter().find(|name| !taken.contains(name));
            parameter.rust_name = names::unique(free.unwrap_or(own), &mut taken);
            all.push(parameter);
        }
        all.sort_by_key(|p| (p.place, used.iter().position(|name| *name == p.wire_name)));
        Ok(all)
    }

    fn parameter(&self, place: Place, name: &str, parameter: &Json) -> Parameter {
        let text = |key: &str| parameter.get(key).and_then(Json::as_str);
        let schema = parameter.get("schema").unwrap_or(&Json::Null);
        let value = if text("style") == Some("deepObject") {
            Value::Pairs
        } else {
            Value::of_parameter(schema, self.model)
        };
        let required = parameter.get("required").and_then(Json::as_bool);
        let explode = parameter.get("explode").and_then(Json::as_bool);
        let separator = match (place, text("style").unwrap_or("form"), explode) {
            (Place::Query, "form", Some(false)) => Some(","),
            (Place::Query, "pipeDelimited", None | Some(false)) => Some("|"),
            (Place::Query, "spaceDelimited", None | Some(false)) => Some(" "),
            _ => None,
        };
        Parameter {
            wire_name: name.to_owned(),
            rust_name: reserved(names::snake(name), &PARAMETERS),
            description: text("description").map(str::to_owned),
            place,
            required: place == Place::Path || required == Some(true),
            separator,
            value: match place {
                Place::Query => value,
                Place::Path | Place::Header => value.single(),
            },
        }
    }

    /// What a JSON body holds; none where there is no JSON.
    fn body(&self, body: &Json) -> Result<Option<Value>, Error> {
        if !matches!(body.get("required"), None | Some(Json::Bool(_))) {
            return Err(self.error("whether the body is required is neither true nor false"));
        }
        self.json(body)
    }

    /// What the JSON among a body's or an answer's media types holds.
    fn json(&self, holder: &Json) -> Result<Option<Value>, Error> {
        let content = holder.get("content").and_then(Json::as_object);
        let mut content = content.into_iter().flatten();
        let Some((_, media)) = content.find(|(name, _)| is_json(name)) else {
            return Ok(None);
        };
        let schema = media.get("schema").unwrap_or(&Json::Null);
        let value = Value::of_body(schema, self.model);
        let missing = |name| self.error(format!("there is no component schema {name:?}"));
        value.map(Some).map_err(missing)
    }

    /// What the operation answers with: one of its successes, a body before
    /// none, a status before `default`.
    fn success(&self, operation: &'a Json) -> Result<Success, Error> {
        let declared = operation.get("responses").and_then(Json::as_object);
        let mut successes = Vec::new();
        for (status, response) in declared.into_iter().flatten() {
            if status.starts_with('2') || status == "default" {
                successes.push((status.as_str(), self.followed(response)?));
            }
        }
        let chosen = successes.into_iter().min_by_key(|(status, response)| {
            (*status == "default", response.get("content").is_none())
        });
        let Some((_, response)) = chosen else {
            return Ok(Success::Nothing);
        };
        let content = response.get("content").and_then(Json::as_object);
        Ok(match self.json(response)? {
            Some(value) => Success::Json(value),
            None if content.is_none_or(|c| c.is_empty()) => Success::Nothing,
            None => Success::Bytes,
        })
    }
}

/// A name with its capitals and signs as words: what tells it from names that
/// are the same in Rust.
fn spelled_out(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        match c {
            'A'..='Z' => text.push_str(&format!(" upper {c}")),
            'a'..='z' | '0'..='9' => text.push(c),
            other => text.push_str(&format!(" u{:04x} ", u32::from(other))),
        }
    }
    text
}

/// A name that is none of those which are taken.
fn reserved(mut name: String, taken: &[&str]) -> String {
    if taken.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}
