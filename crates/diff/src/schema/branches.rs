//! Compares unions, matched by branch rather than by position.

use super::resolve::{Flat, Node, Union, follow};
use super::{Schemas, label, similar};
use crate::level::Directions;
use serde_json::Value;

/// Branches that have less in common than this are two branches.
const THRESHOLD: f64 = 0.35;

impl<'a> Schemas<'a> {
    /// Returns how much a schema of the old document is one of the new
    /// document.
    pub(super) fn likeness(&self, from: &Node<'_>, to: &Node<'_>) -> f64 {
        similar::branches((&self.base.value, &self.head.value), from, to)
    }

    /// Returns the branches that refer to schemas of the same name.
    fn by_name(&self, from: &Union<'a>, to: &Union<'a>) -> Vec<(usize, usize)> {
        let names = |root: &'a Value, union: &Union<'a>| -> Vec<Option<&'a str>> {
            let branches = union.branches.iter();
            branches
                .map(|branch| follow(root, branch).component)
                .collect()
        };
        let (old, new) = (names(&self.base.value, from), names(&self.head.value, to));
        let mut matched: Vec<(usize, usize)> = Vec::new();
        for (i, name) in old.iter().enumerate().filter(|(_, name)| name.is_some()) {
            let same = |(j, other): &(usize, &Option<&str>)| {
                *other == name && matched.iter().all(|(_, y)| y != j)
            };
            if let Some((j, _)) = new.iter().enumerate().find(same) {
                matched.push((i, j));
            }
        }
        matched
    }

    /// Compares two unions.
    pub(super) fn unions(&mut self, id: usize, from: &Union<'a>, to: &Union<'a>) {
        let mut matched = self.by_name(from, to);
        let free = |list: &[(usize, usize)], i: usize, j: usize| {
            list.iter().all(|(x, y)| *x != i && *y != j)
        };
        let mut scores = Vec::new();
        for (i, one) in from.branches.iter().enumerate() {
            for (j, other) in to.branches.iter().enumerate() {
                if !free(&matched, i, j) {
                    continue;
                }
                let score = self.likeness(one, other);
                if score >= THRESHOLD {
                    scores.push((score, i.abs_diff(j), i, j));
                }
            }
        }
        scores.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then_with(|| (a.1, a.2, a.3).cmp(&(b.1, b.2, b.3)))
        });
        for (_, _, i, j) in scores {
            if free(&matched, i, j) {
                matched.push((i, j));
            }
        }
        matched.sort_unstable();
        for (i, j) in &matched {
            let child = self.pair(&from.branches[*i], &to.branches[*j]);
            self.child(id, child, Directions::BOTH);
        }
        if matched.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            let finding = self.here(id, "union-reordered");
            self.find(id, finding);
        }
        if from.keyword != to.keyword {
            let finding = self
                .here(id, "union-kind-changed")
                .change(from.keyword, to.keyword);
            self.find(id, finding);
        }
        for (i, branch) in from.branches.iter().enumerate() {
            if matched.iter().all(|(x, _)| *x != i) {
                let name = label::schema(&self.base.value, branch);
                let finding = self
                    .here(id, "union-branch-removed")
                    .at(Some(&branch.at), None)
                    .change(&name, "")
                    .about(name.trim_matches('`'));
                self.find(id, finding);
            }
        }
        for (j, branch) in to.branches.iter().enumerate() {
            if matched.iter().all(|(_, y)| *y != j) {
                let name = label::schema(&self.head.value, branch);
                let finding = self
                    .here(id, "union-branch-added")
                    .at(None, Some(&branch.at))
                    .change("", &name)
                    .about(name.trim_matches('`'));
                self.find(id, finding);
            }
        }
    }

    /// Compares a plain schema with a union, or the other way round.
    pub(super) fn plain_and_union(
        &mut self,
        id: usize,
        (plain, node): (&Flat<'a>, &Node<'a>),
        union: &Union<'a>,
        grows: bool,
    ) {
        let pair = &self.pairs[id];
        let from = label::schema(&self.base.value, &pair.base);
        let to = label::schema(&self.head.value, &pair.head);
        // A union with a name is described by its branches: its name is not informative.
        let spelled = |root: &Value| {
            let branches = union.branches.iter();
            let texts: Vec<String> = branches.map(|b| label::schema(root, b)).collect();
            label::list(&texts, "or")
        };
        let roots = (&self.base.value, &self.head.value);
        let whole = if grows {
            (roots.1, &pair.head)
        } else {
            (roots.0, &pair.base)
        };
        let named = follow(whole.0, whole.1).component.is_some();
        let (from, to) = match (grows, named || from == to) {
            (true, true) => (from, spelled(roots.1)),
            (false, true) => (spelled(roots.0), to),
            (_, false) => (from, to),
        };
        let place = label::place(whole.0, &whole.1.at);
        let (from, to) = match grows {
            true if from == place => (shape_of(plain), to),
            false if to == place => (from, shape_of(plain)),
            _ => (from, to),
        };
        if plain.is_any() {
            let rule = if grows {
                "type-narrowed"
            } else {
                "type-widened"
            };
            let finding = self.here(id, rule).named(place).change(from, to);
            self.find(id, finding);
            return;
        }
        let score = |branch: &Node<'a>| {
            if grows {
                self.likeness(node, branch)
            } else {
                self.likeness(branch, node)
            }
        };
        let best = union
            .branches
            .iter()
            .map(|branch| (score(branch), branch))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, branch)) = best.filter(|(score, _)| *score >= 0.4) else {
            let finding = self.here(id, "type-changed").named(place);
            self.find(id, finding.change(from, to));
            return;
        };
        let rule = if grows {
            "became-union"
        } else {
            "no-longer-union"
        };
        let finding = self.here(id, rule).named(place).change(from, to);
        self.find(id, finding);
        let child = if grows {
            self.pair(node, branch)
        } else {
            self.pair(branch, node)
        };
        if child != id {
            // What annotates the whole is compared as a whole.
            self.pairs[child].bare = true;
            self.child(id, child, Directions::BOTH);
        }
    }
}

fn shape_of(flat: &Flat<'_>) -> String {
    match flat.kind() {
        Some("object") => "one object".to_owned(),
        Some(kind) => format!("a {kind}"),
        None => "anything".to_owned(),
    }
}
