//! Compares operations, and from there everything that they reach.

mod bodies;
mod matching;
mod parameters;
mod security;
mod servers;

use super::document::Document;
use super::finding::{Finding, quoted};
use super::level::Directions;
use super::schema::Schemas;
use super::schema::resolve::Node;
use crate::pointer;
use crate::prose::is_prose;
use serde_json::Value;
use std::collections::BTreeSet;

/// One operation, on one side or both.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// `METHOD /path`, of the new document if it is there.
    pub name: String,
    /// The operationId in normal form.
    pub id: String,
    /// The same in the old document.
    pub was: String,
    /// In the old document.
    pub base: Option<Node<'a>>,
    /// In the new document.
    pub head: Option<Node<'a>>,
}

/// What the comparison of two documents has found.
#[derive(Debug)]
pub struct Walk<'a> {
    /// The pairs of schemas.
    pub schemas: Schemas<'a>,
    /// The operations.
    pub operations: Vec<Operation<'a>>,
    /// The pairs of schemas that an operation sends or receives.
    pub roots: Vec<(usize, usize, Directions)>,
    /// What differs outside schemas, with the operations that it touches.
    pub findings: Vec<(Finding, Vec<usize>)>,
}

/// Compares two documents.
#[must_use]
pub fn walk<'a>(base: &'a Document, head: &'a Document) -> Walk<'a> {
    let mut walk = Walk {
        schemas: Schemas::new(base, head),
        operations: Vec::new(),
        roots: Vec::new(),
        findings: Vec::new(),
    };
    walk.document();
    walk.paths();
    for n in 0..walk.operations.len() {
        let operation = walk.operations[n].clone();
        if let (Some(old), Some(new)) = (&operation.base, &operation.head) {
            walk.operation(n, old, new);
        }
    }
    walk.security();
    walk.servers();
    walk.schemas.run();
    walk
}

/// Keywords of an operation that are compared by their own rules.
const KNOWN: &[&str] = &[
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "security",
    "description",
];

impl<'a> Walk<'a> {
    pub(super) fn find(&mut self, finding: Finding, operation: usize) {
        self.findings.push((finding, vec![operation]));
    }

    pub(super) fn base(&self) -> &'a Value {
        &self.schemas.base.value
    }

    pub(super) fn head(&self) -> &'a Value {
        &self.schemas.head.value
    }

    /// Has two schemas compared, which an operation sends or receives.
    pub(super) fn schema(
        &mut self,
        operation: usize,
        directions: Directions,
        from: Option<&Node<'a>>,
        to: Option<&Node<'a>>,
    ) {
        match (from, to) {
            (Some(from), Some(to)) => {
                let pair = self.schemas.pair(from, to);
                self.roots.push((operation, pair, directions));
            }
            (None, None) => {}
            (from, to) => {
                let (rule, node, root) = match (from, to) {
                    (Some(node), _) => ("type-widened", node, self.base()),
                    (_, Some(node)) => ("type-narrowed", node, self.head()),
                    (None, None) => return,
                };
                let shape = super::schema::label::schema(root, node);
                let (old, new) = if from.is_some() {
                    (shape.as_str(), "anything")
                } else {
                    ("anything", shape.as_str())
                };
                let finding = Finding::new(rule)
                    .at(from.map(|n| n.at.as_str()), to.map(|n| n.at.as_str()))
                    .named(super::schema::label::place(root, &node.at))
                    .change(old, new)
                    .only(directions);
                self.find(finding, operation);
            }
        }
    }

    /// Reports differences for which there is no rule.
    pub(super) fn leftover(
        &mut self,
        operation: usize,
        from: &Node<'a>,
        to: &Node<'a>,
        known: &[&str],
        directions: Directions,
    ) {
        for (finding, _) in leftover(from, to, known) {
            self.find(finding.only(directions), operation);
        }
    }

    fn operation(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let name = self.operations[n].name.clone();
        let at = |rule: &str| Finding::new(rule).at(Some(&old.at), Some(&new.at));
        let flag = |node: &Node<'a>| node.value.get("deprecated") == Some(&Value::Bool(true));
        match (flag(old), flag(new)) {
            (false, true) => self.find(at("operation-deprecated").named(&name), n),
            (true, false) => self.find(at("operation-undeprecated").named(&name), n),
            _ => {}
        }
        let key = |node: &Node<'a>| -> Option<(String, String)> {
            let (path, method) = pointer::split(&node.at)?;
            Some((pointer::split(path)?.1, method))
        };
        let id = |document: &'a Document, node: &Node<'a>| -> Option<&'a str> {
            document.ids.get(&key(node)?).map(String::as_str)
        };
        let ids = (id(self.schemas.base, old), id(self.schemas.head, new));
        if ids.0 != ids.1 {
            let shown = |id: Option<&str>| id.unwrap_or("(none)").to_owned();
            let finding = at("operation-renamed").change(shown(ids.0), shown(ids.1));
            self.find(finding, n);
        }
        let texts = (old.value.get("description"), new.value.get("description"));
        if texts.0 != texts.1 {
            let finding = at("description-changed")
                .named(&name)
                .change(quoted(texts.0), quoted(texts.1));
            self.find(finding, n);
        }
        self.leftover(n, old, new, KNOWN, Directions::BOTH);
        self.parameters(n, old, new);
        self.request(n, old, new);
        self.responses(n, old, new);
    }

    /// Compares the parts of the document as a whole.
    fn document(&mut self) {
        let version = |root: &'a Value| root.pointer("/info/version");
        let (old, new) = (version(self.base()), version(self.head()));
        if old != new && old.is_some() && new.is_some() {
            let finding = Finding::new("version-changed")
                .at(Some("/info/version"), Some("/info/version"))
                .change(quoted(old), quoted(new));
            self.findings.push((finding, Vec::new()));
        }
        let root = |value: &'a Value| Node {
            at: String::new(),
            value,
        };
        let known = [
            "openapi",
            "info",
            "paths",
            "components",
            "security",
            "servers",
        ];
        let mut found = leftover(&root(self.base()), &root(self.head()), &known);
        let folders = |value: &'a Value| root(value).get("components");
        if let (Some(old), Some(new)) = (folders(self.base()), folders(self.head())) {
            found.extend(leftover(
                &old,
                &new,
                &["schemas", "securitySchemes", "responses"],
            ));
        }
        self.findings.extend(found);
    }
}

/// Returns the members of two nodes that differ and have no rule.
fn leftover(from: &Node<'_>, to: &Node<'_>, known: &[&str]) -> Vec<(Finding, Vec<usize>)> {
    let keys = |node: &Node<'_>| -> BTreeSet<String> {
        let map = node.value.as_object();
        map.into_iter()
            .flat_map(|map| map.keys().cloned())
            .collect()
    };
    let mut found = Vec::new();
    for key in keys(from).union(&keys(to)) {
        let (old, new) = (from.get(key), to.get(key));
        let same = old.as_ref().map(|n| n.value) == new.as_ref().map(|n| n.value);
        if same || known.contains(&key.as_str()) {
            continue;
        }
        let rule = if crate::keywords::is_extension(key) {
            "extension-changed"
        } else if is_prose(key) {
            continue;
        } else {
            super::rules::UNCLASSIFIED
        };
        let finding = Finding::new(rule)
            .at(
                old.as_ref().map(|n| n.at.as_str()),
                new.as_ref().map(|n| n.at.as_str()),
            )
            .named(key.clone())
            .change(
                quoted(old.as_ref().map(|n| n.value)),
                quoted(new.as_ref().map(|n| n.value)),
            )
            .about(key.clone());
        found.push((finding, Vec::new()));
    }
    found
}
