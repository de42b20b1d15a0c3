//! Walks a document by the tables of [`crate::keywords`].
//!
//! ```
//! use unitune_diff::keywords::Kind;
//! use unitune_diff::walk::nodes;
//!
//! let schema = serde_json::json!({"type": "array", "items": {"type": "string"}});
//! let mut places = Vec::new();
//! nodes(Kind::Schema, &schema, "", &mut |_, _, at| places.push(at.to_owned()));
//! assert_eq!(places, ["", "/items"]);
//! ```

use crate::keywords::{self, Kind, Shape, Treatment};
use crate::pointer;
use serde_json::Value;

/// Calls `visit` for every node under `value` (itself included) that is kept,
/// before its children. Values that have the wrong shape are passed over: the
/// lowering reports them.
pub fn nodes<'a>(
    kind: Kind,
    value: &'a Value,
    at: &str,
    visit: &mut dyn FnMut(Kind, &'a Value, &str),
) {
    visit(kind, value, at);
    let Value::Object(map) = value else { return };
    for (name, child) in map {
        let Some(key) = keywords::key(kind, name).filter(|key| key.treatment == Treatment::Keep)
        else {
            continue;
        };
        let at = pointer::join(at, name);
        match (key.shape, child) {
            (Shape::One(kind), _) => nodes(kind, child, &at, visit),
            (Shape::Open, Value::Object(_)) | (Shape::Items, Value::Object(_) | Value::Bool(_)) => {
                nodes(Kind::Schema, child, &at, visit);
            }
            (Shape::Items, Value::Array(list)) => {
                for (n, item) in list.iter().enumerate() {
                    nodes(Kind::Schema, item, &pointer::index(&at, n), visit);
                }
            }
            (Shape::Each(kind), Value::Array(list)) => {
                for (n, item) in list.iter().enumerate() {
                    nodes(kind, item, &pointer::index(&at, n), visit);
                }
            }
            (Shape::Map(kind), Value::Object(members)) => {
                for (name, item) in members {
                    if !keywords::is_extension_among(kind, name) {
                        nodes(kind, item, &pointer::join(&at, name), visit);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Calls `visit` for every node under `value`, children first, and lets it
/// change the node.
pub fn nodes_mut(
    kind: Kind,
    value: &mut Value,
    at: &str,
    visit: &mut dyn FnMut(Kind, &mut Value, &str),
) {
    if let Value::Object(map) = value {
        for (name, child) in map.iter_mut() {
            let Some(key) = keywords::key(kind, name) else {
                continue;
            };
            let at = pointer::join(at, name);
            match (key.shape, child) {
                (Shape::One(kind), child) => nodes_mut(kind, child, &at, visit),
                (Shape::Open | Shape::Items, child @ Value::Object(_)) => {
                    nodes_mut(Kind::Schema, child, &at, visit);
                }
                (Shape::Items, Value::Array(list)) => {
                    for (n, item) in list.iter_mut().enumerate() {
                        nodes_mut(Kind::Schema, item, &pointer::index(&at, n), visit);
                    }
                }
                (Shape::Each(kind), Value::Array(list)) => {
                    for (n, item) in list.iter_mut().enumerate() {
                        nodes_mut(kind, item, &pointer::index(&at, n), visit);
                    }
                }
                (Shape::Map(kind), Value::Object(members)) => {
                    for (name, item) in members.iter_mut() {
                        if !keywords::is_extension_among(kind, name) {
                            nodes_mut(kind, item, &pointer::join(&at, name), visit);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    visit(kind, value, at);
}
