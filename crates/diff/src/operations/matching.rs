//! Matches the operations of the two documents.

use super::{Operation, Walk};
use crate::finding::{Finding, code};
use crate::keywords::METHODS;
use crate::pointer;
use crate::schema::resolve::Node;
use serde_json::Value;
use std::collections::BTreeMap;

/// An operation of one document.
#[derive(Clone, Debug)]
struct Seen<'a> {
    method: &'static str,
    path: &'a str,
    node: Node<'a>,
}

impl Seen<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Returns the path without the names of its parameters: they are never
    /// sent.
    fn template(&self) -> String {
        template(self.path)
    }
}

/// Returns a path without the names of its parameters.
fn template(path: &str) -> String {
    let steps = path.split('/').map(|step| {
        let mut text = String::new();
        let mut inside = false;
        for c in step.chars() {
            match c {
                '{' => {
                    inside = true;
                    text.push_str("{}");
                }
                '}' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text
    });
    steps.collect::<Vec<_>>().join("/")
}

fn seen(root: &Value) -> Vec<Seen<'_>> {
    let mut all = Vec::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(value) = item.get(*method) {
                let at = pointer::join(&pointer::join("/paths", path), method);
                let node = Node { at, value };
                all.push(Seen { method, path, node });
            }
        }
    }
    all
}

fn id(node: &Node<'_>) -> String {
    let id = node.value.get("operationId").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

impl<'a> Walk<'a> {
    /// Matches the operations, and reports those that came, went or moved.
    pub(super) fn paths(&mut self) {
        let mut old = seen(self.base());
        let mut new = seen(self.head());
        self.match_by(&mut old, &mut new, &|a, b| a.path == b.path);
        self.match_by(&mut old, &mut new, &|a, b| a.template() == b.template());
        self.moved_prefix(&mut old, &mut new);
        self.moved(&mut old, &mut new);
        for gone in old {
            let n = self.add(Some(&gone), None);
            let finding = Finding::new("operation-removed")
                .at(Some(&gone.node.at), None)
                .named(gone.name());
            self.find(finding, n);
        }
        for come in new {
            let n = self.add(None, Some(&come));
            let finding = Finding::new("operation-added")
                .at(None, Some(&come.node.at))
                .named(come.name());
            self.find(finding, n);
        }
    }

    fn add(&mut self, old: Option<&Seen<'a>>, new: Option<&Seen<'a>>) -> usize {
        let newest = new.or(old);
        self.operations.push(Operation {
            name: newest.map(Seen::name).unwrap_or_default(),
            id: newest.map(|seen| id(&seen.node)).unwrap_or_default(),
            was: old.or(new).map(|seen| id(&seen.node)).unwrap_or_default(),
            base: old.map(|seen| seen.node.clone()),
            head: new.map(|seen| seen.node.clone()),
        });
        self.operations.len() - 1
    }

    fn match_by(
        &mut self,
        old: &mut Vec<Seen<'a>>,
        new: &mut Vec<Seen<'a>>,
        same: &dyn Fn(&Seen<'a>, &Seen<'a>) -> bool,
    ) {
        old.retain(|one| {
            let found = new
                .iter()
                .position(|other| one.method == other.method && same(one, other));
            if let Some(n) = found {
                let other = new.remove(n);
                self.add(Some(one), Some(&other));
            }
            found.is_none()
        });
    }

    /// Matches all paths, or nearly all, that moved under a prefix, or out of
    /// it.
    fn moved_prefix(&mut self, old: &mut Vec<Seen<'a>>, new: &mut Vec<Seen<'a>>) {
        let mut moves: BTreeMap<(String, String), Vec<(usize, usize)>> = BTreeMap::new();
        for (i, one) in old.iter().enumerate() {
            for (j, other) in new.iter().enumerate() {
                let (a, b) = (one.template(), other.template());
                let longer = b.strip_suffix(&a).map(|p| (String::new(), p.to_owned()));
                let shorter = || a.strip_suffix(&b).map(|p| (p.to_owned(), String::new()));
                if let Some(prefixes) = longer
                    .or_else(shorter)
                    .filter(|_| one.method == other.method)
                {
                    moves.entry(prefixes).or_default().push((i, j));
                }
            }
        }
        let best = moves
            .into_iter()
            .max_by(|a, b| (a.1.len(), &b.0).cmp(&(b.1.len(), &a.0)))
            .filter(|(_, pairs)| pairs.len() > 1);
        let Some(((from, to), pairs)) = best else {
            return;
        };
        // Operations that did not move rule out a move of all.
        let stayed = self.operations.len();
        let name = match (stayed, pairs.len() * 4 >= (stayed + pairs.len()) * 3) {
            (0, _) => "all paths".to_owned(),
            (_, true) => format!("{} of {} operations", pairs.len(), stayed + pairs.len()),
            (_, false) => return,
        };
        let mut touched = Vec::new();
        for (i, j) in &pairs {
            touched.push(self.add(Some(&old[*i]), Some(&new[*j])));
        }
        let root = |prefix: &str| {
            if prefix.is_empty() {
                "`/`".to_owned()
            } else {
                code(prefix)
            }
        };
        let finding = Finding::new("paths-moved")
            .at(Some("/paths"), Some("/paths"))
            .named(name)
            .change(root(&from), root(&to));
        self.findings.push((finding, touched));
        let mut n = 0;
        old.retain(|_| {
            n += 1;
            pairs.iter().all(|(i, _)| *i != n - 1)
        });
        let mut n = 0;
        new.retain(|_| {
            n += 1;
            pairs.iter().all(|(_, j)| *j != n - 1)
        });
    }

    /// Matches single operations that moved, by the vendor's own operationId.
    fn moved(&mut self, old: &mut Vec<Seen<'a>>, new: &mut Vec<Seen<'a>>) {
        let documents = (self.schemas.base, self.schemas.head);
        old.retain(|one| {
            let key = |seen: &Seen<'a>| (seen.path.to_owned(), seen.method.to_owned());
            let id = documents.0.ids.get(&key(one));
            let found = new.iter().position(|other| {
                let by_id = id.is_some() && documents.1.ids.get(&key(other)) == id;
                let nested = one.path.ends_with(other.path) || other.path.ends_with(one.path);
                one.method == other.method && (by_id || nested)
            });
            let Some(n) = found else { return true };
            let other = new.remove(n);
            let operation = self.add(Some(one), Some(&other));
            let finding = Finding::new("operation-moved")
                .at(Some(&one.node.at), Some(&other.node.at))
                .named(one.name())
                .change(one.name(), other.name());
            self.find(finding, operation);
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn names_of_path_parameters_do_not_count() {
        assert_eq!(template("/a/{id}/b"), template("/a/{job}/b"));
        assert_ne!(template("/a/{id}"), template("/a/id"));
        assert_eq!(template("/a/{id}:run"), "/a/{}:run");
    }
}
