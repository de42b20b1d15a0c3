//! How clients say who they are.

use super::Walk;
use crate::document::Document;
use crate::finding::{Finding, code};
use crate::pointer;
use crate::schema::resolve::Node;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One way in: the schemes that are needed together, with their scopes.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// What holds for an operation, and where it is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Security {
    at: String,
    ways_in: BTreeSet<Alternative>,
}

fn read(root: &Value, operation: &Node<'_>) -> Security {
    let own = operation.value.get("security");
    let (at, list) = match own {
        Some(list) => (pointer::join(&operation.at, "security"), Some(list)),
        None => ("/security".to_owned(), root.get("security")),
    };
    let mut ways_in = BTreeSet::new();
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
        ways_in.insert(alternative.collect());
    }
    if ways_in.is_empty() {
        ways_in.insert(Alternative::new());
    }
    Security { at, ways_in }
}

fn said(alternative: &Alternative) -> String {
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

fn all(ways_in: &BTreeSet<Alternative>) -> String {
    let texts: Vec<String> = ways_in.iter().map(said).collect();
    texts.join(" or ")
}

fn definition<'a>(root: &'a Value, name: &str) -> Option<&'a Value> {
    root.pointer(&pointer::join("/components/securitySchemes", name))
}

/// A scheme without what only describes it.
fn meaning(value: Option<&Value>) -> Option<Value> {
    let mut value = value?.clone();
    if let Some(map) = value.as_object_mut() {
        map.remove("description");
    }
    Some(value)
}

/// Whether one way in asks for all that another one asks for.
fn holds(way: &Alternative, other: &Alternative) -> bool {
    !other.is_empty()
        && other.iter().all(|(name, scopes)| {
            let own = way.get(name);
            own.is_some_and(|own| own.is_superset(scopes))
        })
}

impl Walk<'_> {
    /// Compares the security of all operations: what is said once is reported
    /// once.
    pub(super) fn security(&mut self) {
        let mut changes: BTreeMap<(Security, Security), Vec<usize>> = BTreeMap::new();
        let mut used: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, operation) in self.operations.iter().enumerate() {
            let (Some(old), Some(new)) = (&operation.base, &operation.head) else {
                continue;
            };
            let pair = (read(self.base(), old), read(self.head(), new));
            for name in pair.0.ways_in.iter().flat_map(BTreeMap::keys) {
                if pair.1.ways_in.iter().any(|way| way.contains_key(name)) {
                    used.entry(name.clone()).or_default().push(n);
                }
            }
            if pair.0.ways_in != pair.1.ways_in {
                changes.entry(pair).or_default().push(n);
            }
        }
        self.unused_schemes();
        for ((old, new), touched) in changes {
            self.ways_in(&old, &new, &touched);
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

    /// Schemes that no operation asks for, on either side.
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
                let sides = [
                    operation.base.as_ref().map(|node| read(self.base(), node)),
                    operation.head.as_ref().map(|node| read(self.head(), node)),
                ];
                sides.into_iter().flatten()
            })
            .flat_map(|security| security.ways_in.into_iter().flat_map(BTreeMap::into_keys))
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

    fn ways_in(&mut self, old: &Security, new: &Security, touched: &[usize]) {
        let at = |rule: &str| Finding::new(rule).at(Some(&old.at), Some(&new.at));
        let open = |security: &Security| security.ways_in == BTreeSet::from([Alternative::new()]);
        let mut found = Vec::new();
        if open(old) {
            found.push(at("security-added").change("nothing", all(&new.ways_in)));
        } else if open(new) {
            found.push(at("security-dropped").change(all(&old.ways_in), "nothing"));
        } else {
            let gone: Vec<&Alternative> = old.ways_in.difference(&new.ways_in).collect();
            let mut come: Vec<&Alternative> = new.ways_in.difference(&old.ways_in).collect();
            for way in gone {
                let find = |same: &dyn Fn(&Alternative) -> bool| -> Option<usize> {
                    come.iter().position(|other| same(other))
                };
                let renamed = find(&|other| self.same_way(way, other));
                let demanded = find(&|other| holds(other, way));
                let spared = find(&|other| !other.is_empty() && holds(way, other));
                let (rule, n) = match (renamed, demanded, spared) {
                    (Some(n), _, _) => ("security-scheme-renamed", n),
                    (_, Some(n), _) => ("security-scheme-demanded", n),
                    (_, _, Some(n)) => ("security-scheme-spared", n),
                    _ => {
                        found.push(at("security-alternative-removed").named(said(way)));
                        continue;
                    }
                };
                let other = come.remove(n);
                let name = |way: &Alternative| match rule {
                    "security-scheme-renamed" => way.keys().cloned().collect::<Vec<_>>().join(", "),
                    _ => said(way),
                };
                found.push(at(rule).change(name(way), name(other)));
            }
            for way in come {
                found.push(at("security-alternative-added").named(said(way)));
            }
        }
        for finding in found {
            self.findings.push((finding, touched.to_vec()));
        }
    }

    /// Whether two directions in differ only in the names of their schemes.
    fn same_way(&self, one: &Alternative, other: &Alternative) -> bool {
        one.len() == other.len()
            && one.iter().zip(other).all(|((a, scopes), (b, others))| {
                let old = meaning(definition(self.base(), a));
                scopes == others && old.is_some() && old == meaning(definition(self.head(), b))
            })
    }
}
