//! The inputs of a call, and the operations as the documents have them.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Parameters by their names in Rust, and the JSON body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    pub parameters: BTreeMap<String, Value>,
    pub body: Option<Value>,
}

impl Input {
    /// A required parameter that is a text.
    pub fn required(&self, name: &str) -> String {
        self.typed(name)
    }

    /// A required parameter, as a client's type.
    pub fn typed<T: DeserializeOwned>(&self, name: &str) -> T {
        self.optional(name)
            .unwrap_or_else(|| panic!("{name} is not given"))
    }

    /// A parameter, if it is there.
    pub fn optional<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.parameters.get(name)?;
        Some(read(name, value))
    }

    /// The body, as a client's type.
    pub fn body<T: DeserializeOwned>(&self) -> T {
        read("the body", self.body.as_ref().expect("there is a body"))
    }
}

fn read<T: DeserializeOwned>(name: &str, value: &Value) -> T {
    T::deserialize(value).unwrap_or_else(|e| panic!("{name}: {e}: {value}"))
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParameterLocation {
    Path,
    Query,
    Header,
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in Rust.
    pub name: String,
    pub location: ParameterLocation,
    pub required: bool,
    pub schema: Value,
}

/// An operation of a document.
#[derive(Debug)]
pub struct Operation {
    /// The function of both clients.
    pub function: String,
    pub parameters: Vec<Parameter>,
    /// The schema of the JSON body.
    pub body: Option<Value>,
    /// The schema of a JSON answer.
    pub answer: Option<Value>,
}

/// The document of a vendor.
pub fn document(vendor: &str) -> Value {
    let folder = env!("CARGO_MANIFEST_DIR");
    let path = format!("{folder}/specs/{vendor}/openapi.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The names of the members of all objects in a document.
pub fn members(document: &Value) -> BTreeSet<String> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let properties = schemas.values().filter_map(|s| s["properties"].as_object());
    properties.flat_map(|p| p.keys().cloned()).collect()
}

/// The operations that progenitor is given, with the schemas of the document.
pub fn fitted_operations(document: &Value) -> Vec<Operation> {
    let mut fitted = document.clone();
    crate::fit::fit(&mut fitted);
    let fitted = operations(&fitted);
    let mut all = operations(document);
    all.retain_mut(|operation| {
        let Some(kept) = fitted.iter().find(|o| o.function == operation.function) else {
            return false;
        };
        let is_kept = |name: &str| kept.parameters.iter().any(|p| p.name == name);
        operation.parameters.retain(|p| is_kept(&p.name));
        true
    });
    all
}

/// The operations of a document.
fn operations(document: &Value) -> Vec<Operation> {
    const JSON: &str = "/content/application~1json/schema";
    let mut operations = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        let shared = item["parameters"].as_array();
        let methods = item.as_object().unwrap().iter();
        for (_, operation) in methods.filter(|(key, _)| *key != "parameters") {
            let own = operation["parameters"].as_array();
            let parameters = shared.into_iter().chain(own).flatten();
            operations.push(Operation {
                function: operation["operationId"].as_str().unwrap().to_snake_case(),
                parameters: parameters.map(parameter).collect(),
                body: operation["requestBody"].pointer(JSON).cloned(),
                answer: operation["responses"]["200"].pointer(JSON).cloned(),
            });
        }
    }
    operations
}

fn parameter(parameter: &Value) -> Parameter {
    Parameter {
        name: parameter["name"].as_str().unwrap().to_snake_case(),
        location: match parameter["in"].as_str() {
            Some("path") => ParameterLocation::Path,
            Some("query") => ParameterLocation::Query,
            Some("header") => ParameterLocation::Header,
            other => panic!("a parameter stands in {other:?}"),
        },
        required: parameter["required"] == true,
        schema: parameter["schema"].clone(),
    }
}

impl Operation {
    /// Whether a parameter has to be given.
    pub fn requires(&self, name: &str) -> bool {
        self.parameters.iter().any(|p| p.name == name && p.required)
    }
}
