//! Compares discriminators as they are written: the normal form derives them
//! from the branches, which may have other values.

use super::correspondence::Correspondence;
use super::document::Document;
use super::finding::{Finding, code};
use super::schema::label;
use super::schema::resolve::{Node, flatten, follow};
use crate::keywords::Kind;
use crate::pointer;
use crate::walk;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One branch: the words that stand for it, and the one that it demands.
#[derive(Debug, PartialEq, Eq)]
struct Branch {
    words: BTreeSet<String>,
    own: Option<String>,
}

impl Branch {
    /// Returns whether the branch itself has all of its values.
    fn is_stated(&self) -> bool {
        self.words.len() == 1 && self.words.first() == self.own.as_ref()
    }
}

/// Returns the schemas with a discriminator that something compares.
fn holders(document: &Document) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let written = &document.written.value;
    walk::nodes(Kind::Document, written, "", &mut |kind, node, at| {
        let unused = at.strip_prefix("/components/schemas/").is_some_and(|rest| {
            let name = pointer::unescape(rest.split('/').next().unwrap_or(rest));
            document.unused.contains_key(&name)
        });
        if kind == Kind::Schema && !unused && property(node).is_some() {
            found.insert(at.to_owned());
        }
    });
    found
}

fn property(schema: &Value) -> Option<&str> {
    schema.get("discriminator")?.get("propertyName")?.as_str()
}

/// Returns the branches of a union by their places, distinguished by that member.
fn branches(root: &Value, at: &str, property: &str) -> BTreeMap<String, Branch> {
    let Some(schema) = root.pointer(at) else {
        return BTreeMap::new();
    };
    let holder = Node {
        at: at.to_owned(),
        value: schema,
    };
    let lists = ["oneOf", "anyOf"].into_iter();
    let list = lists.filter_map(|keyword| holder.get(keyword)).next();
    let mapping = schema.pointer("/discriminator/mapping");
    let mapping = mapping.and_then(Value::as_object);
    let mut found = BTreeMap::new();
    for branch in list.map(|list| list.items()).unwrap_or_default() {
        let followed = follow(root, &branch);
        let place = followed.core.at.clone();
        let means = |target: &Value| {
            let text = target.as_str().unwrap_or_default();
            let own = followed.component.is_some_and(|name| name == text);
            own || pointer::of_reference(text).is_some_and(|at| at == place || at == branch.at)
        };
        let words = mapping.into_iter().flatten();
        let words = words.filter(|(_, target)| means(target));
        let mut words: BTreeSet<String> = words.map(|(word, _)| word.clone()).collect();
        if words.is_empty() {
            words.extend(followed.component.map(str::to_owned));
        }
        let own = demanded(root, &followed.core, property);
        found.insert(place, Branch { words, own });
    }
    found
}

/// Returns the one word that a branch demands of a member.
fn demanded(root: &Value, branch: &Node<'_>, property: &str) -> Option<String> {
    let flat = flatten(root, branch);
    let members = flat.properties.get(property)?;
    members.iter().find_map(|member| {
        let schema = follow(root, member).core.value;
        let only = schema.get("enum").and_then(Value::as_array);
        let only = only.filter(|list| list.len() == 1).and_then(|l| l.first());
        let word = schema.get("const").or(only)?;
        word.as_str().map(str::to_owned)
    })
}

/// Returns what differs between the discriminators of two documents.
pub(super) fn discriminators(
    base: &Document,
    head: &Document,
    correspondence: &Correspondence,
) -> Vec<Finding> {
    let roots = (&base.written.value, &head.written.value);
    let (old, new) = (holders(base), holders(head));
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    pairs.extend(
        old.into_iter()
            .map(|at| (at.clone(), correspondence.across(&at))),
    );
    pairs.extend(new.into_iter().map(|at| (correspondence.back(&at), at)));
    let mut found = Vec::new();
    for (old, new) in pairs {
        let schemas = (roots.0.pointer(&old), roots.1.pointer(&new));
        // What comes or goes with its schema is no change of its own.
        let (Some(one), Some(other)) = schemas else {
            continue;
        };
        let is_union = |schema: &Value| ["oneOf", "anyOf"].iter().any(|k| schema.get(k).is_some());
        if is_union(one) != is_union(other) {
            continue;
        }
        let change = match (property(one), property(other)) {
            (None, None) => None,
            (Some(a), Some(b)) if a == b => {
                let both = (branches(roots.0, &old, a), branches(roots.1, &new, b));
                words(&both, correspondence).map(|(rule, from, to)| {
                    let described = |words| format!("{}, with {words}", code(a));
                    (rule, described(from), described(to))
                })
            }
            (a, b) => {
                // All branches demand their word, before and after.
                let is_required = |root: &Value, at: &str, property: Option<&str>| {
                    property.is_none_or(|property| {
                        let all = branches(root, at, property);
                        !all.is_empty() && all.values().all(|branch| branch.own.is_some())
                    })
                };
                let is_stated = is_required(roots.0, &old, a)
                    && is_required(roots.0, &old, b)
                    && is_required(roots.1, &new, a)
                    && is_required(roots.1, &new, b);
                let text = |property: Option<&str>| property.map_or("their shape".to_owned(), code);
                Some((rule(is_stated), text(a), text(b)))
            }
        };
        if let Some((rule, from, to)) = change {
            found.push(
                Finding::new(rule)
                    .at(Some(&old), Some(&new))
                    .named(label::place(roots.1, &new))
                    .change(from, to)
                    .about("discriminator"),
            );
        }
    }
    found
}

fn rule(is_stated: bool) -> &'static str {
    if is_stated {
        "discriminator-restated"
    } else {
        "discriminator-changed"
    }
}

type BranchMaps = (BTreeMap<String, Branch>, BTreeMap<String, Branch>);

/// Returns the words of the branches that stand on both sides, where they
/// differ.
fn words(
    (old, new): &BranchMaps,
    correspondence: &Correspondence,
) -> Option<(&'static str, String, String)> {
    let mut texts = (Vec::new(), Vec::new());
    let mut stated = true;
    for (place, one) in old {
        let Some(other) = new.get(&correspondence.across(place)) else {
            continue;
        };
        // Where the branch's own word changed with it, that is the change.
        if one.words == other.words || (one.is_stated() && other.is_stated()) {
            continue;
        }
        stated &= one.own.is_some() && one.own == other.own;
        let text = |branch: &Branch| {
            let words = branch.words.iter().map(|word| code(word));
            words.collect::<Vec<_>>().join(", ")
        };
        texts.0.push(text(one));
        texts.1.push(text(other));
    }
    let text = |texts: Vec<String>| label::list(&texts, "and");
    (!texts.0.is_empty()).then(|| (rule(stated), text(texts.0), text(texts.1)))
}
