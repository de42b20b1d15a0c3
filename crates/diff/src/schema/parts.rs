//! Compares the parts of an `allOf`: which part corresponds to which, and whether
//! all of them have been compared.

use super::Schemas;
use super::label;
use super::resolve::{Flat, Node};
use crate::finding::{Finding, code, quoted};
use crate::level::Directions;
use serde_json::Value;
use std::collections::BTreeSet;

/// A keyword of the parts, in both documents or in one.
pub(super) enum Both<'f, 'a> {
    /// On both sides.
    Pair(&'f Node<'a>, &'f Node<'a>),
    /// In the old document only.
    Old(&'f Node<'a>),
    /// In the new document only.
    New(&'f Node<'a>),
}

/// Returns which belongs to which: what is equal first, the rest in its order.
pub(super) fn paired<'f, 'a>(old: &[&'f Node<'a>], new: &[&'f Node<'a>]) -> Vec<Both<'f, 'a>> {
    let mut all = Vec::new();
    let mut come: Vec<&'f Node<'a>> = new.to_vec();
    let mut gone = Vec::new();
    for one in old {
        match come.iter().position(|other| other.value == one.value) {
            Some(n) => all.push(Both::Pair(one, come.remove(n))),
            None => gone.push(*one),
        }
    }
    let mut come = come.into_iter();
    for one in gone {
        all.push(match come.next() {
            Some(other) => Both::Pair(one, other),
            None => Both::Old(one),
        });
    }
    all.extend(come.map(Both::New));
    all
}

/// Returns the values that stand on one side only, beside each other.
pub(super) fn apart<'v>(
    old: &[&'v Value],
    new: &[&'v Value],
) -> Vec<(Option<&'v Value>, Option<&'v Value>)> {
    let gone: Vec<&Value> = old.iter().filter(|v| !new.contains(v)).copied().collect();
    let come: Vec<&Value> = new.iter().filter(|v| !old.contains(v)).copied().collect();
    let most = gone.len().max(come.len());
    (0..most)
        .map(|n| (gone.get(n).copied(), come.get(n).copied()))
        .collect()
}

impl<'a> Schemas<'a> {
    /// Keeps in mind which components were put together on both sides: those
    /// of the same name, the rest in its order.
    pub(super) fn put_together(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let only = |list: &[&'a str], other: &[&'a str]| -> Vec<&'a str> {
            let list = list.iter().copied();
            list.filter(|name| !other.contains(name)).collect()
        };
        let both = from.parts.iter().filter(|name| to.parts.contains(name));
        let mut parts: Vec<(&str, &str)> = both.map(|name| (*name, *name)).collect();
        let rest = (only(&from.parts, &to.parts), only(&to.parts, &from.parts));
        parts.extend(rest.0.into_iter().zip(rest.1));
        self.pairs[id].parts = parts;
    }

    /// Compares schemas that all hold at once.
    pub(super) fn schemas(&mut self, id: usize, old: &[&Node<'a>], new: &[&Node<'a>]) {
        for both in paired(old, new) {
            let (rule, root, node) = match both {
                Both::Pair(one, other) => {
                    let child = self.pair(one, other);
                    self.child(id, child, Directions::BOTH);
                    continue;
                }
                Both::Old(one) => ("type-widened", &self.base.value, one),
                Both::New(other) => ("type-narrowed", &self.head.value, other),
            };
            let shape = label::schema(root, node);
            let finding = Finding::new(rule).named(label::place(root, &node.at));
            let finding = if rule == "type-widened" {
                finding.at(Some(&node.at), None).change(shape, "anything")
            } else {
                finding.at(None, Some(&node.at)).change("anything", shape)
            };
            self.find(id, finding);
        }
    }

    /// Reports keywords of parts that changed without an effect: another part
    /// is stricter in both documents.
    pub(super) fn outweighed(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>, before: usize) {
        let words: BTreeSet<&str> = from.words.keys().chain(to.words.keys()).copied().collect();
        for keyword in words.into_iter().filter(|word| !CHILDREN.contains(word)) {
            let several = from.all(keyword).len() > 1 || to.all(keyword).len() > 1;
            let (old, new) = (from.distinct(keyword), to.distinct(keyword));
            let reported = self.pairs[id].findings[before..]
                .iter()
                .any(|finding| finding.speaks_of(bound(keyword)));
            if !several || reported {
                continue;
            }
            for (old, new) in apart(&old, &new) {
                let node = |flat: &Flat<'a>, value: Option<&Value>| {
                    let mut nodes = flat.all(keyword).iter();
                    nodes.find(|n| Some(n.value) == value).map(|n| n.at.clone())
                };
                let (base, head) = (node(from, old), node(to, new));
                let place = label::place(&self.head.value, &self.pairs[id].head.at);
                let finding = Finding::new("all-of-part-changed")
                    .at(base.as_deref(), head.as_deref())
                    .named(format!("{} in a part of {place}", code(keyword)))
                    .change(quoted(old), quoted(new))
                    .about(keyword);
                self.find(id, finding);
            }
        }
    }
}

/// Keywords that are compared one by one.
const CHILDREN: &[&str] = &["items", "additionalProperties", "discriminator"];

/// Returns a flag is compared as a part of its bound.
fn bound(keyword: &str) -> &str {
    match keyword {
        "exclusiveMinimum" => "minimum",
        "exclusiveMaximum" => "maximum",
        other => other,
    }
}
