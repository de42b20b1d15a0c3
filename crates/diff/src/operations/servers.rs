//! Compares servers: of the document, of a path, of an operation.

use super::Walk;
use crate::document::Document;
use crate::finding::{Finding, code};
use crate::pointer;
use crate::schema::resolve::Node;
use serde_json::Value;
use std::collections::BTreeMap;

struct Server<'a> {
    /// As it is written, with the names of variables.
    url: &'a str,
    at: String,
    value: &'a Value,
}

impl Server<'_> {
    /// Returns the address with the defaults of its variables: what a client
    /// calls by default.
    fn address(&self) -> String {
        let variables = self.value.get("variables").and_then(Value::as_object);
        let mut address = self.url.to_owned();
        for (name, variable) in variables.into_iter().flatten() {
            if let Some(default) = variable.get("default").and_then(Value::as_str) {
                address = address.replace(&format!("{{{name}}}"), default);
            }
        }
        address
    }

    /// Returns what its variables can be, without prose.
    fn variables(&self) -> Value {
        let mut variables = self.value.get("variables").cloned().unwrap_or_default();
        for variable in variables.as_object_mut().into_iter().flatten() {
            if let Some(map) = variable.1.as_object_mut() {
                map.remove("description");
            }
        }
        variables
    }
}

/// Returns the servers of a list that stands at that place.
fn servers<'a>(list: &'a Value, at: &str) -> Vec<Server<'a>> {
    let list = list.as_array().into_iter().flatten().enumerate();
    list.map(|(n, value)| Server {
        url: value.get("url").and_then(Value::as_str).unwrap_or_default(),
        at: pointer::index(at, n),
        value,
    })
    .collect()
}

const DOCUMENT_SERVERS: &str = "/servers";

/// Returns where the servers of an operation stand in the written document: its
/// own, those of its path, or those of the document.
fn holder(document: &Document, operation: &Node<'_>) -> String {
    let root = &document.written.value;
    let path = pointer::split(&operation.at).map(|(path, _)| path);
    let target = path.and_then(|path| {
        let reference = root.pointer(path)?.get("$ref")?.as_str()?;
        pointer::of_reference(reference)
    });
    let method = pointer::split(&operation.at).map(|(_, method)| method);
    let method = method.unwrap_or_default();
    let items = [path.map(str::to_owned), target];
    let mut places = Vec::new();
    for item in items.iter().flatten() {
        places.push(pointer::join(&pointer::join(item, &method), "servers"));
    }
    places.extend(
        items
            .iter()
            .flatten()
            .map(|at| pointer::join(at, "servers")),
    );
    let is_set = |at: &String| {
        let list = root.pointer(at).and_then(Value::as_array);
        list.is_some_and(|list| !list.is_empty())
    };
    places
        .into_iter()
        .find(is_set)
        .unwrap_or(DOCUMENT_SERVERS.to_owned())
}

/// Returns what differs between two lists of servers; the first is the default.
fn differ(old: &[Server<'_>], new: &[Server<'_>]) -> Vec<Finding> {
    let has = |list: &[Server<'_>], url: &str| list.iter().any(|server| server.url == url);
    let gone: Vec<&Server<'_>> = old.iter().filter(|s| !has(new, s.url)).collect();
    let come: Vec<&Server<'_>> = new.iter().filter(|s| !has(old, s.url)).collect();
    let replaced = |one: &Server<'_>, other: &Server<'_>, from: &str, to: &str| {
        Finding::new("server-replaced")
            .at(Some(&one.at), Some(&other.at))
            .change(code(from), code(to))
    };
    // The default moved to another server, and the old one is still there.
    let moved = match (old.first(), new.first()) {
        (Some(one), Some(other)) if one.url != other.url && has(new, one.url) => Some((one, other)),
        _ => None,
    };
    let mut found = Vec::new();
    if let ([one], [other]) = (gone.as_slice(), come.as_slice()) {
        found.push(replaced(one, other, one.url, other.url));
    } else {
        for one in gone {
            let finding = Finding::new("server-removed").at(Some(&one.at), None);
            found.push(finding.named(code(one.url)));
        }
        let first = |server: &Server<'_>| moved.is_some_and(|(_, to)| to.at == server.at);
        for other in come.into_iter().filter(|server| !first(server)) {
            let finding = Finding::new("server-added").at(None, Some(&other.at));
            found.push(finding.named(code(other.url)));
        }
    }
    if let Some((one, other)) = moved {
        let finding = Finding::new("servers-reordered").at(Some(&one.at), Some(&other.at));
        found.push(finding.change(code(one.url), code(other.url)));
    }
    for (i, one) in old.iter().enumerate() {
        for (j, other) in new.iter().enumerate().filter(|(_, s)| s.url == one.url) {
            let (from, to) = (one.address(), other.address());
            if i == 0 && j == 0 && from != to {
                found.push(replaced(one, other, &from, &to));
            } else if one.variables() != other.variables() {
                let finding = Finding::new("server-variables-changed");
                let finding = finding.at(Some(&one.at), Some(&other.at));
                found.push(finding.named(code(one.url)));
            }
        }
    }
    found
}

impl Walk<'_> {
    /// Compares the servers: every operation is reached through those of the
    /// document, unless it or its path has its own.
    pub(super) fn servers(&mut self) {
        let documents = (self.schemas.base, self.schemas.head);
        let mut lists: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        lists.insert(
            (DOCUMENT_SERVERS.to_owned(), DOCUMENT_SERVERS.to_owned()),
            Vec::new(),
        );
        for (n, operation) in self.operations.iter().enumerate() {
            if let (Some(old), Some(new)) = (&operation.base, &operation.head) {
                let places = (holder(documents.0, old), holder(documents.1, new));
                lists.entry(places).or_default().push(n);
            }
        }
        // Without any server, the document's own address is the server.
        let here = serde_json::json!([{"url": "/"}]);
        for ((from, to), touched) in lists {
            let own = from == DOCUMENT_SERVERS && to == DOCUMENT_SERVERS;
            let list = |document: &'_ Document, at: &str| -> Value {
                let found = document.written.value.pointer(at);
                let listed = found.filter(|list| list.as_array().is_some_and(|l| !l.is_empty()));
                let none = if own { Value::Null } else { here.clone() };
                listed.cloned().unwrap_or(none)
            };
            let values = (list(documents.0, &from), list(documents.1, &to));
            let (old, new) = (servers(&values.0, &from), servers(&values.1, &to));
            for finding in differ(&old, &new) {
                self.findings
                    .push((finding.written_place(), touched.clone()));
            }
        }
    }
}
