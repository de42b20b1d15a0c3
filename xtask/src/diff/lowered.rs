//! Brings a document into the normal form that is compared, and notes what the
//! lowering leaves out.

use super::lossy_lowering::lossy;
use crate::generate_rust::catch_panic;
use crate::located_error::{Fault, Result};
use crate::lower::{Mode, Purpose};
use crate::merge_documents::Upstream;
use crate::operation_ids;
use crate::pipeline::{self, Plan};
use crate::report::Report;
use crate::slice::everything;
use heck::ToUpperCamelCase;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use unitune_diff::document::squash;
use unitune_diff::{Document, Written, pointer};

/// What a vendor's operations and schemas are called here.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// (path, method) → operationId.
    pub operations: BTreeMap<(String, String), String>,
    /// Automatic name of a component → its name.
    pub components: BTreeMap<String, String>,
}

impl Naming {
    /// Returns what a schema of the vendor is called here.
    fn name(&self, schema: &str) -> String {
        let automatic = schema.to_upper_camel_case();
        let ours = [schema, &automatic]
            .into_iter()
            .find_map(|name| self.components.get(name));
        ours.cloned().unwrap_or_else(|| schema.to_owned())
    }
}

/// Brings a document into normal form, with our names where they fit.
pub fn lowered(written: Written, naming: &Naming) -> Result<Document> {
    let named = !naming.operations.is_empty() || !naming.components.is_empty();
    if named && let Ok(Ok(document)) = catch_panic(|| document(written.clone(), naming)) {
        return Ok(document);
    }
    let file = written.file.clone();
    catch_panic(|| document(written, &Naming::default()))
        .unwrap_or_else(|panic| Err(Fault::file(file, format!("cannot be read: {panic}")).into()))
}

fn document(written: Written, naming: &Naming) -> Result<Document> {
    let file = written.file.as_str();
    let document = &written.value;
    let selected = operation_ids::with_names(everything(document), &naming.operations);
    let upstream = Upstream {
        file,
        value: document,
    };
    let plan = Plan {
        file,
        source: file,
        title: None,
        documented: &selected,
        handwritten: &[],
        renames: &naming.components,
        overlay: None,
        mode: Mode {
            mend: true,
            purpose: Purpose::Compare,
        },
    };
    let outcome = pipeline::run(&[upstream], plan, &mut Report::default())?;
    let schemas = |root: &Value| -> Map<String, Value> {
        let found = root.pointer("/components/schemas");
        found
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let used = schemas(&outcome.sliced);
    let into = referred_into(document);
    let unused = schemas(document)
        .into_iter()
        .filter(|(name, _)| !used.contains_key(name) && !into.contains(name))
        .collect();
    Ok(Document {
        ids: ids(document),
        named: used
            .keys()
            .map(|name| (squash(&naming.name(name)), name.clone()))
            .collect(),
        unused,
        lossy: lossy(document, &outcome.lowering),
        value: outcome.document,
        written,
    })
}

/// Returns the components that operations reach only by pointers into them.
fn referred_into(document: &Value) -> BTreeSet<String> {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (key, child) in map {
                    match child {
                        Value::String(text) if key == "$ref" => {
                            let rest = text.strip_prefix("#/components/schemas/");
                            let parts = rest.and_then(|rest| rest.split_once('/'));
                            found.extend(parts.map(|(name, _)| pointer::unescape(name)));
                        }
                        _ => collect(child, found),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|child| collect(child, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    collect(&document["paths"], &mut found);
    found
}

fn ids(document: &Value) -> BTreeMap<(String, String), String> {
    let mut ids = BTreeMap::new();
    for operation in everything(document) {
        let item = &document["paths"][&operation.path];
        let target = item
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
            .and_then(|target| document.pointer(&target));
        let own = target
            .unwrap_or(item)
            .get(&operation.method)
            .and_then(|found| found.get("operationId"))
            .and_then(Value::as_str);
        if let Some(id) = own {
            ids.insert((operation.path, operation.method), id.to_owned());
        }
    }
    ids
}
