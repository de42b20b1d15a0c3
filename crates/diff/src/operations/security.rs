//! Compares security requirements and schemes.

use super::Walk;
use crate::document::Document;
use crate::finding::{Finding, code};
use crate::pointer;
use crate::schema::resolve::Node;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One alternative in: the schemes that are needed together, with their scopes.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// The security requirements of an operation, and their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Security {
    at: String,
    alternatives: BTreeSet<Alternative>,
}

fn read(root: &Value, operation: &Node<'_>) -> Security {
    let own = operation.value.get("security");
    let (at, list) = match own {
        Some(list) => (pointer::join(&operation.at, "security"), Some(list)),
        None => ("/security".to_owned(), root.get("security")),
    };
    let mut alternatives = BTreeSet::new();
    for one in list.and_then(Value::as_array).into_iter().flatten() {
        let schemes = one.as_object().into_iter().flatten();
        let alternative = schemes.map(|(name, scopes)| {
            let scopes = scopes.as_array().into_iter().flatten();
            let scopes = scopes
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            (name.clone(), scopes)
        });
        alternatives.insert(alternative.collect());
    }
    if alternatives.is_empty() {
        alternatives.insert(Alternative::new());
    }
    Security { at, alternatives }
}

fn describe(alternative: &Alternative) -> String {
    if alternative.is_empty() {
        return "no key".to_owned();
    }
    let schemes = alternative.iter().map(|(name, scopes)| {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        if scopes.is_empty() {
            code(name)
        } else {
            format!("{} ({})", code(name), scopes.join(", "))
        }
    });
    schemes.collect::<Vec<_>>().join(" with ")
}

fn all(alternatives: &BTreeSet<Alternative>) -> String {
    let texts: Vec<String> = alternatives.iter().map(describe).collect();
    texts.join(" or ")
}

fn definition<'a>(root: &'a Value, name: &str) -> Option<&'a Value> {
    root.pointer(&pointer::join("/components/securitySchemes", name))
}

/// Returns a scheme without what only describes it.
fn meaning(value: Option<&Value>) -> Option<Value> {
    let mut value = value?.clone();
    if let Some(map) = value.as_object_mut() {
        map.remove("description");
    }
    Some(value)
}

/// Returns whether one alternative requires all that another one requires.
fn holds(alternative: &Alternative, other: &Alternative) -> bool {
    !other.is_empty()
        && other.iter().all(|(name, scopes)| {
            let own = alternative.get(name);
            own.is_some_and(|own| own.is_superset(scopes))
        })
}

impl Walk<'_> {
    /// Compares the security of all operations: a change for all of them is reported
    /// once.
    pub(super) fn security(&mut self) {
        let mut changes: BTreeMap<(Security, Security), Vec<usize>> = BTreeMap::new();
        let mut used: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, operation) in self.operations.iter().enumerate() {
            let (Some(old), Some(new)) = (&operation.base, &operation.head) else {
                continue;
            };
            let pair = (read(self.base(), old), read(self.head(), new));
            for name in pair.0.alternatives.iter().flat_map(BTreeMap::keys) {
                if pair
                    .1
                    .alternatives
                    .iter()
                    .any(|alternative| alternative.contains_key(name))
                {
                    used.entry(name.clone()).or_default().push(n);
                }
            }
            if pair.0.alternatives != pair.1.alternatives {
                changes.entry(pair).or_default().push(n);
            }
        }
        self.unused_schemes();
        for ((old, new), touched) in changes {
            self.alternatives(&old, &new, &touched);
        }
        for (name, mut touched) in used {
            touched.dedup();
            let (old, new) = (
                definition(self.base(), &name),
                definition(self.head(), &name),
            );
            if meaning(old) != meaning(new) {
                let at = pointer::join("/components/securitySchemes", &name);
                let finding = Finding::new("security-scheme-changed")
                    .at(Some(&at), Some(&at))
                    .named(&name);
                self.findings.push((finding, touched));
            }
        }
    }

    /// Compares schemes that no operation requires, in either document.
    fn unused_schemes(&mut self) {
        let folder = "/components/securitySchemes";
        let documents = (self.schemas.base, self.schemas.head);
        let schemes = |document: &'_ Document| -> BTreeMap<String, Value> {
            let written = document.written.value.pointer(folder);
            let map = written.and_then(Value::as_object).into_iter().flatten();
            map.map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let (old, new) = (schemes(documents.0), schemes(documents.1));
        let asked: BTreeSet<String> = self
            .operations
            .iter()
            .flat_map(|operation| {
                let both = [
                    operation.base.as_ref().map(|node| read(self.base(), node)),
                    operation.head.as_ref().map(|node| read(self.head(), node)),
                ];
                both.into_iter().flatten()
            })
            .flat_map(|security| {
                security
                    .alternatives
                    .into_iter()
                    .flat_map(BTreeMap::into_keys)
            })
            .collect();
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| !asked.contains(*name)) {
            let (one, other) = (meaning(old.get(name)), meaning(new.get(name)));
            let rule = match (&one, &other) {
                _ if one == other => continue,
                (None, _) => "unused-security-scheme-added",
                (_, None) => "unused-security-scheme-removed",
                _ => "unused-security-scheme-changed",
            };
            let at = pointer::join(folder, name);
            let side = |value: Option<Value>| value.map(|_| at.as_str());
            let finding = Finding::new(rule)
                .at(side(one), side(other))
                .named(name)
                .about(name)
                .written_place();
            self.findings.push((finding, Vec::new()));
        }
    }

    fn alternatives(&mut self, old: &Security, new: &Security, touched: &[usize]) {
        let at = |rule: &str| Finding::new(rule).at(Some(&old.at), Some(&new.at));
        let open =
            |security: &Security| security.alternatives == BTreeSet::from([Alternative::new()]);
        let mut found = Vec::new();
        if open(old) {
            found.push(at("security-added").change("nothing", all(&new.alternatives)));
        } else if open(new) {
            found.push(at("security-removed").change(all(&old.alternatives), "nothing"));
        } else {
            let gone: Vec<&Alternative> = old.alternatives.difference(&new.alternatives).collect();
            let mut come: Vec<&Alternative> =
                new.alternatives.difference(&old.alternatives).collect();
            for alternative in gone {
                let find = |same: &dyn Fn(&Alternative) -> bool| -> Option<usize> {
                    come.iter().position(|other| same(other))
                };
                let renamed = find(&|other| self.same_alternative(alternative, other));
                let demanded = find(&|other| holds(other, alternative));
                let spared = find(&|other| !other.is_empty() && holds(alternative, other));
                let (rule, n) = match (renamed, demanded, spared) {
                    (Some(n), _, _) => ("security-scheme-renamed", n),
                    (_, Some(n), _) => ("security-requirement-tightened", n),
                    (_, _, Some(n)) => ("security-requirement-loosened", n),
                    _ => {
                        found.push(at("security-alternative-removed").named(describe(alternative)));
                        continue;
                    }
                };
                let other = come.remove(n);
                let name = |alternative: &Alternative| match rule {
                    "security-scheme-renamed" => {
                        alternative.keys().cloned().collect::<Vec<_>>().join(", ")
                    }
                    _ => describe(alternative),
                };
                found.push(at(rule).change(name(alternative), name(other)));
            }
            for alternative in come {
                found.push(at("security-alternative-added").named(describe(alternative)));
            }
        }
        for finding in found {
            self.findings.push((finding, touched.to_vec()));
        }
    }

    /// Returns whether two directions in differ only in the names of their
    /// schemes.
    fn same_alternative(&self, one: &Alternative, other: &Alternative) -> bool {
        one.len() == other.len()
            && one.iter().zip(other).all(|((a, scopes), (b, others))| {
                let old = meaning(definition(self.base(), a));
                scopes == others && old.is_some() && old == meaning(definition(self.head(), b))
            })
    }
}
