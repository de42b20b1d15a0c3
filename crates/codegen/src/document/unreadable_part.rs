//! Finds the part of a document that `openapiv3` does not read. Its errors name
//! no place, because it reads most parts as one of several alternatives.

use openapiv3::{
    Components, MediaType, OpenAPI, Operation, Parameter, PathItem, ReferenceOr, RequestBody,
    Response, Schema,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{escape, within};
use crate::Error;

/// What a part of a document is read as.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    Body,
    Response,
    MediaType,
    Schema,
}

/// How a member holds parts.
#[derive(Clone, Copy)]
enum Holds {
    One,
    List,
    Map,
}

/// The parts that a part holds: itself, the member, how, as what.
const MEMBERS: [(Part, &str, Holds, Part); 30] = {
    use Holds::{List, Map, One};
    use Part::{
        Body, Components, Document, MediaType, Operation, Parameter, PathItem, Response, Schema,
    };
    [
        (Document, "paths", Map, PathItem),
        (Document, "components", One, Components),
        (Components, "schemas", Map, Schema),
        (Components, "parameters", Map, Parameter),
        (Components, "requestBodies", Map, Body),
        (Components, "responses", Map, Response),
        (PathItem, "parameters", List, Parameter),
        (PathItem, "get", One, Operation),
        (PathItem, "put", One, Operation),
        (PathItem, "post", One, Operation),
        (PathItem, "delete", One, Operation),
        (PathItem, "options", One, Operation),
        (PathItem, "head", One, Operation),
        (PathItem, "patch", One, Operation),
        (PathItem, "trace", One, Operation),
        (Operation, "parameters", List, Parameter),
        (Operation, "requestBody", One, Body),
        (Operation, "responses", Map, Response),
        (Parameter, "schema", One, Schema),
        (Parameter, "content", Map, MediaType),
        (Body, "content", Map, MediaType),
        (Response, "content", Map, MediaType),
        (MediaType, "schema", One, Schema),
        (Schema, "properties", Map, Schema),
        (Schema, "additionalProperties", One, Schema),
        (Schema, "items", One, Schema),
        (Schema, "oneOf", List, Schema),
        (Schema, "anyOf", List, Schema),
        (Schema, "allOf", List, Schema),
        (Schema, "not", One, Schema),
    ]
};

/// Returns the error of the innermost part that cannot be read.
pub(super) fn locate(document: &Value, whole: &serde_json::Error) -> Error {
    innermost(Part::Document, document, &mut String::new())
        .unwrap_or_else(|| Error::new("", whole.to_string()))
}

fn innermost(part: Part, value: &Value, pointer: &mut String) -> Option<Error> {
    let error = part.check(value).err()?;
    let members = MEMBERS.iter().filter(|(of, ..)| *of == part);
    for (_, key, holds, inner) in members {
        // A member that is no object is the fault of what holds it.
        let Some(member) = value.get(key) else {
            continue;
        };
        let found = within(pointer, key, |at| match (holds, member) {
            (Holds::One, Value::Object(_)) => innermost(*inner, member, at),
            (Holds::List, Value::Array(items)) => items
                .iter()
                .enumerate()
                .find_map(|(i, item)| within(at, &i.to_string(), |at| innermost(*inner, item, at))),
            (Holds::Map, Value::Object(members)) => members
                .iter()
                .filter(|(_, value)| value.is_object())
                .find_map(|(key, value)| {
                    within(at, &escape(key), |at| innermost(*inner, value, at))
                }),
            _ => None,
        });
        if found.is_some() {
            return found;
        }
    }
    Some(Error::new(pointer.as_str(), error.to_string()))
}

impl Part {
    fn check(self, value: &Value) -> Result<(), serde_json::Error> {
        fn read<T: DeserializeOwned>(value: &Value) -> Result<(), serde_json::Error> {
            T::deserialize(value).map(drop)
        }
        match self {
            Self::Document => read::<OpenAPI>(value),
            Self::Components => read::<Components>(value),
            Self::PathItem => read::<ReferenceOr<PathItem>>(value),
            Self::Operation => read::<Operation>(value),
            Self::Parameter => read::<ReferenceOr<Parameter>>(value),
            Self::Body => read::<ReferenceOr<RequestBody>>(value),
            Self::Response => read::<ReferenceOr<Response>>(value),
            Self::MediaType => read::<MediaType>(value),
            Self::Schema => read::<ReferenceOr<Schema>>(value),
        }
    }
}
