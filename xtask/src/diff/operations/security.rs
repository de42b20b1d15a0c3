//! How clients say who they are.

use super::Walk;
use crate::diff::found::Finding;
use crate::diff::schema::resolve::Node;
use crate::pointer;
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
            format!("`{name}`")
        } else {
            format!("`{name}` ({})", scopes.join(", "))
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
                match come.iter().position(|other| self.same_way(way, other)) {
                    Some(n) => {
                        let other = come.remove(n);
                        let name =
                            |way: &Alternative| way.keys().cloned().collect::<Vec<_>>().join(", ");
                        found.push(at("security-scheme-renamed").change(name(way), name(other)));
                    }
                    None => {
                        found.push(at("security-alternative-removed").named(said(way)));
                    }
                }
            }
            for way in come {
                found.push(at("security-alternative-added").named(said(way)));
            }
        }
        for finding in found {
            self.findings.push((finding, touched.to_vec()));
        }
    }

    /// Whether two ways in differ only in the names of their schemes.
    fn same_way(&self, one: &Alternative, other: &Alternative) -> bool {
        one.len() == other.len()
            && one.iter().zip(other).all(|((a, scopes), (b, others))| {
                let old = meaning(definition(self.base(), a));
                scopes == others && old.is_some() && old == meaning(definition(self.head(), b))
            })
    }
}
