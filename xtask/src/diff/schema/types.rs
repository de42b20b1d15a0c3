//! What a shape is.

use super::resolve::{Flat, Node};
use super::{Schemas, constraints, label};
use crate::diff::level::Ways;
use crate::lower::rules::is_annotation;
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
        self.leftover(id, a, b);
        let members = !a.properties.is_empty() && !b.properties.is_empty();
        match (a.unions.as_slice(), b.unions.as_slice()) {
            ([], []) => {}
            ([], [union]) if !members => {
                return self.plain_and_union(id, (a, from.0), union, true);
            }
            ([union], []) if !members => {
                return self.plain_and_union(id, (b, to.0), union, false);
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
                self.discriminator(id, from, to);
            }
        }
        match (a.kind(), b.kind()) {
            (None, None) => {}
            (old, new) if old == new => {}
            (Some("integer"), Some("number")) => self.widened(id, "any number", "an integer"),
            (Some("number"), Some("integer")) => self.narrowed(id, "an integer", "any number"),
            (None, Some(_)) if a.is_any() => {
                let to = label::schema(&self.head.value, to.0);
                return self.narrowed(id, &to, "anything");
            }
            (Some(_), None) if b.is_any() => {
                let from = label::schema(&self.base.value, from.0);
                return self.widened(id, "anything", &from);
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
                return self.find(id, finding);
            }
        }
        self.values(id, a, b);
        self.constraints(id, a, b);
        self.objects(id, a, b);
        if let (Some(old), Some(new)) = (a.words.get("items"), b.words.get("items")) {
            let child = self.pair(old, new);
            self.child(id, child, Ways::BOTH);
        }
    }

    fn widened(&mut self, id: usize, to: &str, from: &str) {
        let finding = self.here(id, "type-widened").change(from, to);
        self.find(id, finding);
    }

    fn narrowed(&mut self, id: usize, to: &str, from: &str) {
        let finding = self.here(id, "type-narrowed").change(from, to);
        self.find(id, finding);
    }

    /// Keywords that no rule knows must be equal.
    fn leftover(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let both: BTreeSet<&str> = from.words.keys().chain(to.words.keys()).copied().collect();
        for keyword in both {
            let known = KNOWN.contains(&keyword)
                || is_annotation(keyword)
                || constraints::is_bound(keyword);
            let (old, new) = (from.words.get(keyword), to.words.get(keyword));
            if !known && old.map(|n| n.value) != new.map(|n| n.value) {
                self.unclassified(id, keyword, old, new);
            }
        }
        let items = |flat: &Flat<'a>| flat.words.contains_key("items");
        if from.kind() == to.kind() && items(from) != items(to) {
            self.unclassified(id, "items", from.words.get("items"), to.words.get("items"));
        }
    }
}

fn kind(flat: &Flat<'_>) -> String {
    match flat.kind() {
        Some("integer") => "an integer".to_owned(),
        Some("object") => "an object".to_owned(),
        Some("array") => "a list".to_owned(),
        Some(kind) => format!("a {kind}"),
        None => "anything".to_owned(),
    }
}
