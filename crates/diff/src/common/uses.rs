//! How operations use the components that they reach.

use super::target;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A way to use a component on which it depends what is generated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// In parameters or a body.
    Sent,
    /// In responses.
    Received,
    /// In another part of an operation.
    Elsewhere,
    /// As a branch of a union, which may need no type of its own.
    Branch,
    /// As a form, which has none.
    Form,
    /// As anything else, which needs one.
    Plain,
}

/// A component and a use of it.
pub(super) type Used<'a> = (&'a str, Use);

/// The components of a document, with what each refers to.
pub(super) struct Uses<'a> {
    document: &'a Value,
    inside: BTreeMap<&'a str, Vec<Used<'a>>>,
}

impl<'a> Uses<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self {
            document,
            inside: BTreeMap::new(),
        }
    }

    /// Returns how operations of the document use components.
    pub(super) fn of_operations(
        &mut self,
        operations: impl Iterator<Item = &'a Value>,
    ) -> BTreeSet<Used<'a>> {
        let all = operations.map(|operation| self.of_operation(operation));
        all.fold(BTreeSet::new(), |mut all, found| {
            all.extend(found);
            all
        })
    }

    /// Returns how an operation of the document uses components, directly or inside
    /// of others.
    pub(super) fn of_operation(&mut self, operation: &'a Value) -> BTreeSet<Used<'a>> {
        let mut all = BTreeSet::new();
        for (member, value) in operation.as_object().into_iter().flatten() {
            let direction = match member.as_str() {
                "parameters" | "requestBody" => Use::Sent,
                "responses" => Use::Received,
                _ => Use::Elsewhere,
            };
            let mut todo = Vec::new();
            collect(value, Use::Plain, &mut todo);
            while let Some(used) = todo.pop() {
                all.insert(used);
                if all.insert((used.0, direction)) {
                    todo.extend_from_slice(self.inside(used.0));
                }
            }
        }
        all
    }

    fn inside(&mut self, component: &'a str) -> &[Used<'a>] {
        let document = self.document;
        self.inside.entry(component).or_insert_with(|| {
            let mut found = Vec::new();
            if let Some(value) = target(document, component) {
                collect(value, Use::Plain, &mut found);
            }
            found.sort_unstable();
            found.dedup();
            found
        })
    }
}

/// Collects the references in a value, which stands in a place of that use.
fn collect<'a>(value: &'a Value, place: Use, found: &mut Vec<Used<'a>>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match (name.as_str(), child) {
                    ("$ref", Value::String(reference)) => found.push((reference, place)),
                    ("oneOf" | "anyOf", Value::Array(branches)) => {
                        for branch in branches {
                            collect(branch, Use::Branch, found);
                        }
                    }
                    // An allOf of one reference is that reference.
                    ("allOf", Value::Array(parts)) => {
                        for part in parts {
                            collect(part, place, found);
                        }
                    }
                    ("multipart/form-data", Value::Object(media)) => {
                        for part in media.values() {
                            collect(part, Use::Form, found);
                        }
                    }
                    _ => collect(child, Use::Plain, found),
                }
            }
        }
        Value::Array(list) => {
            for child in list {
                collect(child, Use::Plain, found);
            }
        }
        _ => {}
    }
}
