//! Reads the operations of a document.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use openapiv3::{
    MediaType, OpenAPI, Operation as Declared, Parameter as DeclaredParameter,
    ParameterSchemaOrContent, PathItem, QueryStyle, ReferenceOr, RequestBody,
};

use super::template::{self, Part};
use super::value::Value;
use crate::document::{Node, component, escape};
use crate::model::Model;
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
    pub(super) place: Location,
    pub(super) required: bool,
    pub(super) value: Value,
    /// What stands between the items of a list that is sent as one value.
    pub(super) separator: Option<&'static str>,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Location {
    Path,
    Query,
    Header,
}

impl Location {
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

/// Returns the operations, in the order of their paths. Those with a body that
/// is not JSON are left out: they are handwritten.
pub(super) fn operations(document: &OpenAPI, model: &Model) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    let mut functions = BTreeSet::new();
    let mut structs = BTreeSet::new();
    let paths: BTreeMap<_, _> = document.paths.iter().collect();
    for (path, item) in paths {
        let ReferenceOr::Item(item) = item else {
            let pointer = format!("/paths/{}", escape(path));
            return Err(Error::new(pointer, "the path is a reference"));
        };
        for (key, operation) in item.iter() {
            let pointer = format!("/paths/{}/{key}", escape(path));
            let place = OperationLocation {
                document,
                model,
                pointer: &pointer,
            };
            let Some(mut read) = place.operation(path, key, item, operation)? else {
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
struct OperationLocation<'a> {
    document: &'a OpenAPI,
    model: &'a Model,
    pointer: &'a str,
}

impl<'a> OperationLocation<'a> {
    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(self.pointer, message)
    }

    /// Returns the operation; `None` if its body is not JSON.
    fn operation(
        &self,
        path: &str,
        key: &str,
        item: &'a PathItem,
        operation: &'a Declared,
    ) -> Result<Option<Operation>, Error> {
        let id = operation.operation_id.clone();
        let id = id.ok_or_else(|| self.error("the operation has no operationId"))?;
        let method = METHODS.iter().find(|(name, _)| *name == key);
        let (_, method) = method.ok_or_else(|| self.error(format!("{key:?} is no method")))?;
        let body = match &operation.request_body {
            Some(body) => match self.body(body)? {
                Some(body) => Some(body),
                None => return Ok(None),
            },
            None => None,
        };
        let declared = self.merged(&item.parameters, &operation.parameters)?;
        let path = template::parse(path).map_err(|e| self.error(e))?;
        let parameters = self.parameters(&declared, &path)?;
        let has_options = parameters.iter().any(|p| !p.required);
        let description = operation.description.clone();
        Ok(Some(Operation {
            description: description.or_else(|| operation.summary.clone()),
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

    /// Returns what stands at a place, through references to `section`.
    fn followed<T>(
        &self,
        at: &'a ReferenceOr<T>,
        section: &str,
        of: fn(&'a openapiv3::Components) -> &'a IndexMap<String, ReferenceOr<T>>,
    ) -> Result<&'a T, Error> {
        let components = self.document.components.as_ref().map(of);
        component(at, (section, components), self.pointer)
    }

    /// Returns the operation's parameters over those of its path, by place and
    /// name.
    fn merged(
        &self,
        shared: &'a [ReferenceOr<DeclaredParameter>],
        own: &'a [ReferenceOr<DeclaredParameter>],
    ) -> Result<BTreeMap<(Location, &'a str), &'a DeclaredParameter>, Error> {
        let mut all = BTreeMap::new();
        for parameter in shared.iter().chain(own) {
            let parameter = self.followed(parameter, "parameters", |c| &c.parameters)?;
            let place = match parameter {
                DeclaredParameter::Path { .. } => Location::Path,
                DeclaredParameter::Query { .. } => Location::Query,
                DeclaredParameter::Header { .. } => Location::Header,
                // A client sends none.
                DeclaredParameter::Cookie { .. } => continue,
            };
            let name = parameter.parameter_data_ref().name.as_str();
            all.insert((place, name), parameter);
        }
        Ok(all)
    }

    fn parameters(
        &self,
        declared: &BTreeMap<(Location, &'a str), &'a DeclaredParameter>,
        path: &[Part],
    ) -> Result<Vec<Parameter>, Error> {
        let used: Vec<&str> = path
            .iter()
            .filter_map(|part| match part {
                Part::Parameter(name) => Some(name.as_str()),
                Part::Literal(_) => None,
            })
            .collect();
        let in_path =
            |(place, name): &(Location, &'a str)| (*place == Location::Path).then_some(*name);
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
        let mut ordered: Vec<_> = declared.iter().collect();
        ordered.sort_by_key(|((place, name), _)| {
            let (foreign, capitals) = names::precedence(name);
            (foreign, *place, capitals)
        });
        for ((place, name), parameter) in ordered {
            let mut parameter = self.parameter(*place, name, parameter);
            // Of two parameters with one name in Rust the one that is spelled so has it,
            // or else the first in the order of places; the other one's name contains its
            // place or its signs.
            let others = [format!("{name} in {}", place.name()), spelled_out(name)];
            let own = parameter.rust_name.clone();
            let candidates =
                std::iter::once(own.clone()).chain(others.map(|text| rust_name(&text)));
            let free = candidates.into_iter().find(|name| !taken.contains(name));
            parameter.rust_name = names::unique(free.unwrap_or(own), &mut taken);
            all.push(parameter);
        }
        all.sort_by_key(|p| {
            let position = used.iter().position(|name| *name == p.wire_name);
            (p.place, position, p.wire_name.clone())
        });
        Ok(all)
    }

    fn parameter(&self, place: Location, name: &str, parameter: &DeclaredParameter) -> Parameter {
        let data = parameter.parameter_data_ref();
        let style = match parameter {
            DeclaredParameter::Query { style, .. } => Some(style),
            _ => None,
        };
        let value = match (style, &data.format) {
            (Some(QueryStyle::DeepObject), _) => Value::Pairs,
            (_, ParameterSchemaOrContent::Schema(schema)) => {
                Value::of_parameter(Node::from(schema), self.model)
            }
            (_, ParameterSchemaOrContent::Content(_)) => Value::Text,
        };
        let separator = match (style, data.explode) {
            (Some(QueryStyle::Form), Some(false)) => Some(","),
            (Some(QueryStyle::PipeDelimited), None | Some(false)) => Some("|"),
            (Some(QueryStyle::SpaceDelimited), None | Some(false)) => Some(" "),
            _ => None,
        };
        Parameter {
            wire_name: name.to_owned(),
            rust_name: rust_name(name),
            description: data.description.clone(),
            place,
            required: place == Location::Path || data.required,
            separator,
            value: match place {
                Location::Query => value,
                Location::Path | Location::Header => value.single(),
            },
        }
    }

    /// Returns the content of a JSON body; `None` if there is no JSON.
    fn body(&self, body: &'a ReferenceOr<RequestBody>) -> Result<Option<Value>, Error> {
        let body = self.followed(body, "requestBodies", |c| &c.request_bodies)?;
        self.json(&body.content)
    }

    /// Returns the content of the JSON among the media types of a body or
    /// response.
    fn json(&self, content: &IndexMap<String, MediaType>) -> Result<Option<Value>, Error> {
        let mut json = content.iter().filter(|(name, _)| is_json(name));
        let Some((_, media)) = json.next() else {
            return Ok(None);
        };
        let schema = Node::from(media.schema.as_ref());
        let value = Value::of_body(schema, self.model);
        let missing = |name| self.error(format!("there is no component schema {name:?}"));
        value.map(Some).map_err(missing)
    }

    /// Returns the content of a successful response: of several, one with a
    /// body comes first, and a status before `default`.
    fn success(&self, operation: &'a Declared) -> Result<Success, Error> {
        let declared = &operation.responses;
        let statuses = declared.responses.iter();
        let statuses = statuses.map(|(status, response)| (status.to_string(), response));
        let named: BTreeMap<_, _> = statuses.filter(|(s, _)| s.starts_with('2')).collect();
        let named = named.into_values().map(|response| (false, response));
        let default = declared.default.iter().map(|response| (true, response));
        let mut successes = Vec::new();
        for (is_default, response) in named.chain(default) {
            let response = self.followed(response, "responses", |c| &c.responses)?;
            successes.push((is_default, response));
        }
        let chosen = successes.into_iter();
        let chosen =
            chosen.min_by_key(|(default, response)| (*default, response.content.is_empty()));
        let Some((_, response)) = chosen else {
            return Ok(Success::Nothing);
        };
        Ok(match self.json(&response.content)? {
            Some(value) => Success::Json(value),
            None if response.content.is_empty() => Success::Nothing,
            None => Success::Bytes,
        })
    }
}

/// Returns a name with its capitals and signs as words, which distinguishes it
/// from names that are the same in Rust.
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

/// Returns the Rust name of a parameter that shares it with no other one.
pub(super) fn rust_name(wire: &str) -> String {
    reserved(names::snake(wire), &PARAMETERS)
}

/// Returns a name that is not one of those that are taken.
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
