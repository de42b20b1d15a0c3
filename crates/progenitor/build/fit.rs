//! Makes a document fit for progenitor, and lists what that leaves out.

use serde_json::{Map, Value};

/// What is left out of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The operationId.
    pub operation: String,
    /// The parameter, where it is not the whole operation.
    pub parameter: Option<String>,
    /// Why progenitor cannot have it.
    pub reason: &'static str,
}

/// Members of schemas that are taken out, with the values that are meant
/// (none: any) and what typify would make of them.
pub const TAKEN_OUT: [(&str, Option<&str>, &str); 5] = [
    ("default", None, "a field that is always sent"),
    ("format", Some("date"), "a day that has to be in one form"),
    (
        "format",
        Some("date-time"),
        "a time that has to be in one form",
    ),
    ("format", Some("float"), "an `f32`, which loses digits"),
    (
        "format",
        Some("int32"),
        "an `i32`, which rejects larger numbers",
    ),
];

/// Leaves out of a document what progenitor rejects, and of its schemas what
/// would make other requests or reject answers.
pub fn fit(document: &mut Value) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        let Some(operations) = item.as_object_mut() else {
            continue;
        };
        operations.retain(|_, operation| !multipart(operation, &mut left_out));
        for operation in operations.values_mut() {
            deep_objects(operation, &mut left_out);
        }
    }
    for section in ["paths", "components"] {
        if let Some(section) = document.get_mut(section) {
            plain(section);
        }
    }
    left_out.sort_by(|a, b| (&a.operation, &a.parameter).cmp(&(&b.operation, &b.parameter)));
    left_out
}

/// Whether an operation has a multipart body, which is noted.
fn multipart(operation: &Value, left_out: &mut Vec<LeftOut>) -> bool {
    let found = operation
        .pointer("/requestBody/content/multipart~1form-data")
        .is_some();
    if found {
        left_out.push(LeftOut {
            operation: id(operation),
            parameter: None,
            reason: "its body is multipart",
        });
    }
    found
}

/// Takes the parameters of style `deepObject` out of an operation.
fn deep_objects(operation: &mut Value, left_out: &mut Vec<LeftOut>) {
    let id = id(operation);
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    if let Some(parameters) = parameters {
        parameters.retain(|parameter| {
            let deep = parameter.get("style").and_then(Value::as_str) == Some("deepObject");
            if deep {
                left_out.push(LeftOut {
                    operation: id.clone(),
                    parameter: parameter
                        .get("name")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                    reason: "its style is `deepObject`",
                });
            }
            !deep
        });
    }
}

fn id(operation: &Value) -> String {
    let id = operation.get("operationId").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

/// Takes [`TAKEN_OUT`] out of every schema in a part of the document.
fn plain(part: &mut Value) {
    match part {
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                // The names of properties are no keywords.
                match (key.as_str(), value) {
                    ("properties" | "schemas" | "paths", Value::Object(named)) => {
                        named.values_mut().for_each(plain);
                    }
                    (_, value) => plain(value),
                }
            }
            if is_schema(members) {
                members.retain(|key, value| {
                    !TAKEN_OUT.iter().any(|(name, meant, _)| {
                        name == key && meant.is_none_or(|meant| value.as_str() == Some(meant))
                    })
                });
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// Whether this says something of values: everything else that has a `default`
/// is an operation's answers.
fn is_schema(members: &Map<String, Value>) -> bool {
    [
        "type", "enum", "allOf", "oneOf", "anyOf", "$ref", "nullable",
    ]
    .iter()
    .any(|word| members.contains_key(*word))
}
