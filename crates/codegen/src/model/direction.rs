//! Which components are sent, and which are received.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{OpenAPI, ReferenceOr};

use crate::document::References;

/// Components reachable from responses, and from requests and parameters.
pub(super) fn directions(document: &OpenAPI) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut received = References::default();
    let mut sent = References::default();
    for item in document
        .paths
        .paths
        .values()
        .filter_map(ReferenceOr::as_item)
    {
        sent.parameters(&item.parameters);
        for (_, operation) in item.iter() {
            sent.sent(operation);
            received.received(operation);
        }
    }
    (received.reached(document), sent.reached(document))
}

/// Fields that would make a type hold itself by value.
pub(super) fn cycles(
    edges: &BTreeMap<String, Vec<(String, String)>>,
) -> BTreeSet<(String, String)> {
    let mut boxed = BTreeSet::new();
    for (from, fields) in edges {
        for (field, to) in fields {
            if reaches(edges, to, from) {
                boxed.insert((from.clone(), field.clone()));
            }
        }
    }
    boxed
}

fn reaches(edges: &BTreeMap<String, Vec<(String, String)>>, from: &str, to: &str) -> bool {
    let mut todo = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            todo.extend(
                edges
                    .get(name)
                    .into_iter()
                    .flatten()
                    .map(|(_, n)| n.as_str()),
            );
        }
    }
    false
}
