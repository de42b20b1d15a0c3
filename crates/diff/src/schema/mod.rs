//! Comparing schemas: a graph of pairs of places, each with what differs
//! there, so that a shared schema is compared once.

mod annotations;
mod branches;
mod constraints;
pub mod label;
mod names;
mod objects;
mod parts;
pub mod resolve;
pub mod similar;
mod types;
mod values;

use super::common::common_references;
use super::document::Document;
use super::finding::Finding;
use super::level::Directions;
use crate::pointer;
use resolve::{Node, flatten, follow};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Two places that hold the same thing, one in each document.
#[derive(Debug)]
pub struct Pair<'a> {
    /// In the old document.
    pub base: Node<'a>,
    /// In the new document.
    pub head: Node<'a>,
    /// Whether a new or removed default is reported by the references to the pair.
    default_is_reported_elsewhere: bool,
    /// Whether annotations are reported by the references to the pair.
    bare: bool,
    /// The components that are put together here, old and new.
    pub parts: Vec<(&'a str, &'a str)>,
    /// What differs here.
    pub findings: Vec<Finding>,
    /// The pairs that this one holds or refers to, and the directions in which
    /// they are reached.
    pub children: Vec<(usize, Directions)>,
}

/// All pairs of two documents.
#[derive(Debug)]
pub struct Schemas<'a> {
    /// The old document.
    pub base: &'a Document,
    /// The new document.
    pub head: &'a Document,
    /// The pairs.
    pub pairs: Vec<Pair<'a>>,
    known: HashMap<(String, String), usize>,
    /// References that mean the same in both documents.
    common: BTreeSet<String>,
    next: usize,
}

impl<'a> Schemas<'a> {
    /// Creates a comparison without any pairs.
    #[must_use]
    pub fn new(base: &'a Document, head: &'a Document) -> Self {
        Self {
            base,
            head,
            pairs: Vec::new(),
            known: HashMap::new(),
            common: common_references(base, head),
            next: 0,
        }
    }

    /// Returns the pair of two places.
    pub fn pair(&mut self, base: &Node<'a>, head: &Node<'a>) -> usize {
        let key = (base.at.clone(), head.at.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.pairs.len();
        self.known.insert(key, id);
        self.pairs.push(Pair {
            base: base.clone(),
            head: head.clone(),
            default_is_reported_elsewhere: false,
            bare: false,
            parts: Vec::new(),
            findings: Vec::new(),
            children: Vec::new(),
        });
        id
    }

    /// Compares all pairs that are known, and those that they lead to.
    pub fn run(&mut self) {
        while self.next < self.pairs.len() {
            let id = self.next;
            self.next += 1;
            self.compare(id);
        }
    }

    fn compare(&mut self, id: usize) {
        let (base, head) = (self.pairs[id].base.clone(), self.pairs[id].head.clone());
        if base.at == head.at && self.common.contains(&format!("#{}", base.at)) {
            // Nothing differs here or below; who reaches it may matter.
            return self.pass(id, &base, &head);
        }
        let (from, to) = (
            follow(&self.base.value, &base),
            follow(&self.head.value, &head),
        );
        let apart = !from.outer.is_empty() || !to.outer.is_empty();
        if apart {
            self.names(id, &from, &to);
        }
        if let (Some(old), Some(new), true) = (from.component, to.component, apart) {
            // Both refer to a schema that is compared for itself.
            let child = self.pair(&from.core, &to.core);
            self.child(id, child, Directions::BOTH);
            if self.same_schema(old, new) {
                self.annotations(id, &|keyword| {
                    (from.outer_annotation(keyword), to.outer_annotation(keyword))
                });
            } else {
                // What stood outside may stand inside now; another schema has
                // a description of its own.
                self.pairs[child].bare = true;
                self.annotations(id, &|keyword| match keyword {
                    "description" => (from.outer_annotation(keyword), to.outer_annotation(keyword)),
                    _ => (from.annotation(keyword), to.annotation(keyword)),
                });
            }
            return;
        }
        if !self.pairs[id].bare {
            self.annotations(id, &|keyword| {
                (from.annotation(keyword), to.annotation(keyword))
            });
        }
        let flat = (
            flatten(&self.base.value, &from.core),
            flatten(&self.head.value, &to.core),
        );
        self.shapes(id, (&from.core, &flat.0), (&to.core, &flat.1));
    }

    /// Passes a pair of equal schemas on to the schemas that they refer to.
    fn pass(&mut self, id: usize, base: &Node<'a>, head: &Node<'a>) {
        let mut todo = vec![(base.value, head.value)];
        while let Some((one, other)) = todo.pop() {
            if let Some(Value::String(reference)) = one.get("$ref") {
                let at = pointer::of_reference(reference).unwrap_or_default();
                let values = (self.base.value.pointer(&at), self.head.value.pointer(&at));
                if let (Some(old), Some(new)) = values {
                    let node = |value| Node {
                        at: at.clone(),
                        value,
                    };
                    let child = self.pair(&node(old), &node(new));
                    self.child(id, child, Directions::BOTH);
                }
            }
            match (one, other) {
                (Value::Object(one), Value::Object(other)) => {
                    todo.extend(one.values().zip(other.values()));
                }
                (Value::Array(one), Value::Array(other)) => todo.extend(one.iter().zip(other)),
                _ => {}
            }
        }
    }

    fn child(&mut self, parent: usize, child: usize, directions: Directions) {
        self.pairs[parent].children.push((child, directions));
    }

    fn find(&mut self, id: usize, finding: Finding) {
        self.pairs[id].findings.push(finding);
    }

    /// Returns a finding at the places of a pair, called after the new one.
    fn here(&self, id: usize, rule: &str) -> Finding {
        let pair = &self.pairs[id];
        Finding::new(rule)
            .at(Some(&pair.base.at), Some(&pair.head.at))
            .named(label::place(&self.head.value, &pair.head.at))
    }

    /// Reports changes without a rule: the value of a keyword in both
    /// documents.
    fn unclassified(
        &mut self,
        id: usize,
        keyword: &str,
        from: Option<&Node<'_>>,
        to: Option<&Node<'_>>,
    ) {
        let place = label::place(&self.head.value, &self.pairs[id].head.at);
        let value = |node: Option<&Node<'_>>| -> Option<Value> { node.map(|n| n.value.clone()) };
        let finding = Finding::new(super::rules::UNCLASSIFIED)
            .at(from.map(|n| n.at.as_str()), to.map(|n| n.at.as_str()))
            .named(format!("{} of {place}", super::finding::code(keyword)))
            .change(
                super::finding::quoted(value(from).as_ref()),
                super::finding::quoted(value(to).as_ref()),
            )
            .about(keyword);
        self.find(id, finding);
    }
}
