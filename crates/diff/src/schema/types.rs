//! Compares types.

use super::parts::apart;
use super::resolve::{Flat, Node};
use super::{Schemas, constraints, label};
use crate::json_schema::is_annotation;
use serde_json::Value;
use std::collections::BTreeSet;

/// Keywords that are compared by their own rules.
const KNOWN: &[&str] = &[
    "type",
    "format",
    "enum",
    "items",
    "additionalProperties",
    "discriminator",
];

impl<'a> Schemas<'a> {
    /// Compares two shapes.
    pub(super) fn shapes(
        &mut self,
        id: usize,
        from: (&Node<'a>, &Flat<'a>),
        to: (&Node<'a>, &Flat<'a>),
    ) {
        let (a, b) = (from.1, to.1);
        self.put_together(id, a, b);
        let before = self.pairs[id].findings.len();
        if self.compared(id, from, to) {
            self.outweighed(id, a, b, before);
        }
    }

    /// Compares two shapes as far as they can be; whether it came to the end.
    fn compared(
        &mut self,
        id: usize,
        from: (&Node<'a>, &Flat<'a>),
        to: (&Node<'a>, &Flat<'a>),
    ) -> bool {
        let (a, b) = (from.1, to.1);
        self.leftover(id, a, b);
        let members = !a.properties.is_empty() && !b.properties.is_empty();
        match (a.unions.as_slice(), b.unions.as_slice()) {
            ([], []) => {}
            ([], [union]) if !members => {
                self.beside_union(id, a, b);
                self.plain_and_union(id, (a, from.0), union, true);
                return false;
            }
            ([union], []) if !members => {
                self.beside_union(id, a, b);
                self.plain_and_union(id, (b, to.0), union, false);
                return false;
            }
            (old, new) => {
                for (one, other) in old.iter().zip(new) {
                    self.unions(id, one, other);
                }
                for _ in new.iter().skip(old.len()) {
                    self.narrowed(id, "one of several shapes, too", "of one shape");
                }
                for _ in old.iter().skip(new.len()) {
                    self.widened(id, "of one shape", "one of several shapes, too");
                }
            }
        }
        let several = a.kinds().len() > 1 || b.kinds().len() > 1;
        match (a.kind(), b.kind()) {
            _ if several && a.kinds() != b.kinds() => {
                let finding = self
                    .here(id, "type-changed")
                    .change(kind(a), kind(b))
                    .about("type");
                self.find(id, finding);
                return false;
            }
            (None, None) => {}
            (old, new) if old == new => {}
            (Some("integer"), Some("number")) => self.widened(id, "any number", "an integer"),
            (Some("number"), Some("integer")) => self.narrowed(id, "an integer", "any number"),
            (None, Some(_)) if a.is_any() => {
                let to = label::shape(&self.head.value, to.0);
                self.narrowed(id, &to, "anything");
                return false;
            }
            (Some(_), None) if b.is_any() => {
                let from = label::shape(&self.base.value, from.0);
                self.widened(id, "anything", &from);
                return false;
            }
            (None, Some(_)) if !a.unions.is_empty() => {}
            (Some(_), None) if !b.unions.is_empty() => {}
            _ => {
                let old = label::schema(&self.base.value, from.0);
                let new = label::schema(&self.head.value, to.0);
                let (old, new) = if old == new {
                    (kind(a), kind(b))
                } else {
                    (old, new)
                };
                let finding = self.here(id, "type-changed").change(old, new);
                self.find(id, finding);
                return false;
            }
        }
        self.values(id, a, b);
        self.constraints(id, a, b);
        self.objects(id, a, b);
        let items = (a.schemas("items"), b.schemas("items"));
        if !items.0.is_empty() && !items.1.is_empty() {
            self.schemas(id, &items.0, &items.1);
        }
        true
    }

    fn widened(&mut self, id: usize, to: &str, from: &str) {
        let finding = self.here(id, "type-widened").change(from, to);
        self.find(id, finding);
    }

    fn narrowed(&mut self, id: usize, to: &str, from: &str) {
        let finding = self.here(id, "type-narrowed").change(from, to);
        self.find(id, finding);
    }

    /// Compares keywords beside a union with a plain schema in the other
    /// document: they are not part of the branches, so no other rule compares
    /// them.
    fn beside_union(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let union = if from.unions.is_empty() { to } else { from };
        let words = union.words.keys().copied();
        let words = words.filter(|word| !["type", "discriminator"].contains(word));
        for keyword in words.collect::<Vec<_>>() {
            if from.distinct(keyword) != to.distinct(keyword) {
                let nodes = (from.all(keyword).first(), to.all(keyword).first());
                self.unclassified(id, keyword, nodes.0, nodes.1);
            }
        }
    }

    /// Keywords without a rule must be equal.
    fn leftover(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let both: BTreeSet<&str> = from.words.keys().chain(to.words.keys()).copied().collect();
        for keyword in both {
            let known = KNOWN.contains(&keyword)
                || is_annotation(keyword)
                || constraints::is_bound(keyword);
            if known {
                continue;
            }
            let (old, new) = (from.distinct(keyword), to.distinct(keyword));
            for (old, new) in apart(&old, &new) {
                let node = |flat: &Flat<'a>, value: Option<&Value>| {
                    let mut nodes = flat.all(keyword).iter();
                    nodes.find(|node| Some(node.value) == value).cloned()
                };
                let (old, new) = (node(from, old), node(to, new));
                self.unclassified(id, keyword, old.as_ref(), new.as_ref());
            }
        }
        let (old, new) = (from.all("items").first(), to.all("items").first());
        if from.kind() == to.kind() && old.is_some() != new.is_some() {
            self.unclassified(id, "items", old, new);
        }
    }
}

/// Returns the type of a shape, or the types that its parts demand at once.
fn kind(flat: &Flat<'_>) -> String {
    let one = |kind: &str| match kind {
        "integer" => "an integer".to_owned(),
        "object" => "an object".to_owned(),
        "array" => "a list".to_owned(),
        kind => format!("a {kind}"),
    };
    let kinds: BTreeSet<&str> = flat.kinds().into_iter().chain(flat.kind()).collect();
    if kinds.is_empty() {
        return "anything".to_owned();
    }
    let texts: Vec<String> = kinds.into_iter().map(one).collect();
    texts.join(" and ")
}
