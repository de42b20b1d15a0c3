//! Compares the names of schemas.

use super::Schemas;
use super::resolve::{Followed, flatten, follow};
use crate::document::{Document, squash};
use crate::finding::Finding;
use crate::pointer;
use serde_json::Value;

fn has(document: &Document, component: &str) -> bool {
    let schemas = document.value.pointer("/components/schemas");
    schemas.is_some_and(|schemas| schemas.get(component).is_some())
}

/// Returns whether a component is a branch of the union that a schema is.
fn is_branch(root: &Value, union: &Followed<'_>, component: &str) -> bool {
    let flat = flatten(root, &union.core);
    let mut branches = flat.unions.iter().flat_map(|union| &union.branches);
    branches.any(|branch| follow(root, branch).component == Some(component))
}

fn at(component: &str) -> String {
    pointer::join("/components/schemas", component)
}

impl<'a> Schemas<'a> {
    /// Compares the names of the schemas that two places refer to.
    pub(super) fn names(&mut self, id: usize, from: &Followed<'a>, to: &Followed<'a>) {
        let named = |document: &Document, followed: &Followed<'a>| {
            followed.component.filter(|name| document.names(name))
        };
        let (old, new) = (named(self.base, from), named(self.head, to));
        let finding = match (old, new) {
            (None, None) => return,
            (Some(old), Some(new)) if old == new => return,
            // A union that comes down to one of its branches, or the other way
            // round, is reported as that.
            (Some(old), Some(new))
                if is_branch(&self.base.value, from, new)
                    || is_branch(&self.head.value, to, old) =>
            {
                return;
            }
            (Some(old), Some(new)) => {
                let stays = has(self.head, old);
                let known = has(self.base, new);
                match (stays, known) {
                    (false, false) => Finding::new("schema-renamed")
                        .at(Some(&at(old)), Some(&at(new)))
                        .change(old, new),
                    (true, false) => self.here(id, "schema-split").change(old, new),
                    (false, true) => self.here(id, "schema-merged").change(old, new),
                    (true, true) => self.here(id, "schema-replaced").change(old, new),
                }
            }
            // A name that only the generator made is no name of the vendor's.
            (None, Some(new)) if from.component.is_some() || self.is_scalar(to) => {
                self.here(id, "schema-named").change("", new)
            }
            (Some(old), None) if to.component.is_some() || self.is_scalar(from) => {
                self.here(id, "schema-inlined").change(old, "")
            }
            _ => return,
        };
        if squash(&finding.from) != squash(&finding.to) || finding.from.is_empty() {
            self.find(id, finding);
        }
    }

    /// Returns whether two names mean one schema: it kept its name, or changed
    /// it.
    pub(super) fn same_schema(&self, old: &str, new: &str) -> bool {
        let renamed = self.base.names(old)
            && self.head.names(new)
            && !has(self.head, old)
            && !has(self.base, new);
        renamed || squash(old) == squash(new)
    }

    /// Returns whether a schema is one that never gets a name by itself.
    fn is_scalar(&self, followed: &Followed<'a>) -> bool {
        followed.core.value.get("properties").is_none()
            && ["oneOf", "anyOf", "allOf"]
                .iter()
                .all(|word| followed.core.value.get(word).is_none())
    }
}
