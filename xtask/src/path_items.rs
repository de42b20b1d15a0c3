//! Path items: what a path holds, with its reference followed, and which paths
//! cannot be requested.

use crate::located_error::Fault;
use crate::selected_operation::Selected;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use unitune_diff::keywords::{Kind, METHODS, is_extension_among};
use unitune_diff::pointer;

/// A path's item; what stands beside a reference is laid over its target.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// Its members.
    pub members: Cow<'a, Map<String, Value>>,
    /// Whether a reference brought any of it.
    pub shared: bool,
    /// Members that both a reference and its target have: the former holds.
    pub twice: Vec<String>,
}

/// Returns the item at a path of a document; the error is the reason why there is none.
pub fn item<'a>(document: &'a Value, path: &str) -> Result<Item<'a>, String> {
    let at = pointer::join("/paths", path);
    let found = document.pointer(&at).ok_or("there is no such path")?;
    followed(document, found, &mut vec![at])
}

fn followed<'a>(
    document: &'a Value,
    item: &'a Value,
    seen: &mut Vec<String>,
) -> Result<Item<'a>, String> {
    let Value::Object(own) = item else {
        return Err(format!(
            "a path must be an object, not {}",
            crate::json::brief(item)
        ));
    };
    let Some(reference) = own.get("$ref") else {
        return Ok(Item {
            members: Cow::Borrowed(own),
            shared: false,
            twice: Vec::new(),
        });
    };
    let target = reference
        .as_str()
        .and_then(pointer::of_reference)
        .ok_or_else(|| format!("the reference {reference} leads out of the document"))?;
    if seen.contains(&target) {
        return Err(format!("the reference {reference} leads back to itself"));
    }
    let Some(found) = document.pointer(&target) else {
        return Err(format!("dangling $ref: not found: {reference}"));
    };
    seen.push(target);
    let below = followed(document, found, seen)?;
    let (mut members, mut twice) = (below.members.into_owned(), below.twice);
    for (name, value) in own.iter().filter(|(name, _)| *name != "$ref") {
        let under = members.get(name);
        let laid = match (name.as_str(), under) {
            ("parameters", Some(under)) => parameters(document, value, under),
            (_, under) => {
                if METHODS.contains(&name.as_str()) && under.is_some_and(|under| under != value) {
                    twice.push(name.clone());
                }
                value.clone()
            }
        };
        members.insert(name.clone(), laid);
    }
    Ok(Item {
        members: Cow::Owned(members),
        shared: true,
        twice,
    })
}

/// Returns a list of parameters over another, by place and name.
fn parameters(document: &Value, own: &Value, under: &Value) -> Value {
    let key = |parameter: &Value| {
        let target = parameter.get("$ref").and_then(Value::as_str);
        let target = target.and_then(pointer::of_reference);
        let parameter = target
            .and_then(|t| document.pointer(&t))
            .unwrap_or(parameter);
        let text = |key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        (text("in"), text("name"))
    };
    let (Some(own), Some(under)) = (own.as_array(), under.as_array()) else {
        return own.clone();
    };
    let mut all = own.clone();
    let known: Vec<_> = own.iter().map(key).collect();
    all.extend(under.iter().filter(|p| !known.contains(&key(p))).cloned());
    Value::Array(all)
}

/// Returns the paths of a document; extensions are none.
pub fn all(document: &Value) -> impl Iterator<Item = &str> {
    let paths = document.get("paths").and_then(Value::as_object);
    let names = paths.into_iter().flatten().map(|(path, _)| path.as_str());
    names.filter(|path| !is_extension_among(Kind::PathItem, path))
}

/// Returns paths of a document at which nothing can be read.
#[must_use]
pub fn unreadable(file: &str, document: &Value) -> Vec<Fault> {
    let wrong = |path: &str| {
        let why = item(document, path).err()?;
        Some(Fault::at(file, pointer::join("/paths", path), why))
    };
    all(document).filter_map(wrong).collect()
}

/// Returns what is wrong with operations' paths as such: a fragment in one,
/// which is never sent, or two that mean the same requests. A query in a path
/// is sent as it stands there, before the query of the parameters.
#[must_use]
pub fn wrong(file: &str, operations: &[Selected]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut known: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for Selected { method, path, .. } in operations {
        let mut fault = |message| {
            faults.push(Fault::at(file, pointer::join("/paths", path), message));
        };
        if path.contains('#') {
            fault("a path must not contain '#': a fragment is never sent".to_owned());
        }
        match known.insert((method, nameless(path)), path) {
            Some(other) if other != path => {
                fault(format!("its {method} means the same requests as {other}"));
            }
            _ => {}
        }
    }
    faults
}

/// Returns a path without the names of its parameters.
fn nameless(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.chars() {
        inside &= c != '}';
        if !inside {
            out.push(c);
        }
        inside |= c == '{';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": {
                "/a": {"$ref": "#/components/pathItems/A", "post": {"operationId": "post"},
                       "parameters": [{"in": "query", "name": "q", "x": 1}, {"in": "query", "name": "r"}]},
                "/chain": {"$ref": "#/paths/~1a"},
                "/loop": {"$ref": "#/paths/~1pool"},
                "/pool": {"$ref": "#/paths/~1loop"},
                "/null": null,
                "/gone": {"$ref": "#/components/pathItems/Gone"},
                "x-note": null
            },
            "components": {"pathItems": {"A": {
                "get": {"operationId": "get"},
                "parameters": [{"in": "query", "name": "q"}, {"in": "header", "name": "q"}]
            }}}
        })
    }

    #[test]
    fn what_stands_beside_a_reference_is_laid_over_it() {
        for path in ["/a", "/chain"] {
            let document = document();
            let item = item(&document, path).unwrap();
            assert!(item.shared);
            assert_eq!(
                Value::Object(item.members.into_owned()),
                json!({
                    "get": {"operationId": "get"},
                    "post": {"operationId": "post"},
                    "parameters": [
                        {"in": "query", "name": "q", "x": 1},
                        {"in": "query", "name": "r"},
                        {"in": "header", "name": "q"}
                    ]
                })
            );
        }
    }

    #[test]
    fn a_path_at_which_nothing_can_be_read_is_named() {
        let faults = unreadable("x", &document());
        let mut found: Vec<(Option<&str>, bool)> = faults
            .iter()
            .map(|f| (f.pointer.as_deref(), f.message.contains("itself")))
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                (Some("/paths/~1gone"), false),
                (Some("/paths/~1loop"), true),
                (Some("/paths/~1null"), false),
                (Some("/paths/~1pool"), true),
            ]
        );
    }

    #[test]
    fn paths_that_are_none_are_named() {
        let get = |path: &str| Selected {
            method: "get".to_owned(),
            path: path.to_owned(),
            id: String::new(),
        };
        assert!(wrong("x", &["/a/{x}", "/a/b", "/a/{x}/b", "/a/b?c=d"].map(get)).is_empty());
        for paths in [["/a/{x}", "/a/{y}"], ["/a", "/b#c"]] {
            assert_eq!(wrong("x", &paths.map(get)).len(), 1, "{paths:?}");
        }
    }
}
