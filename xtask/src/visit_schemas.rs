//! Visits every schema of a document.

use serde_json::Value;
use unitune_diff::keywords::Kind;
use unitune_diff::walk;

/// Applies a function to every schema of a document, children first.
pub fn schemas_mut(document: &mut Value, visit: &mut dyn FnMut(&mut Value, &str)) {
    walk::nodes_mut(Kind::Document, document, "", &mut |kind, node, at| {
        if kind == Kind::Schema {
            visit(node, at);
        }
    });
}
