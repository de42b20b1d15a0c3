//! Compares the members of objects.

use super::annotations::visible;
use super::parts::{Both, paired};
use super::resolve::{Flat, Followed, Node, follow};
use super::{Schemas, label, similar};
use crate::finding::{Finding, code, quoted};
use crate::level::Directions;
use serde_json::Value;

/// The rule of an object for further members.
#[derive(Clone, Copy)]
enum AdditionalMembers {
    Any,
    None,
    Of,
}

/// Returns the rule of all parts together, and the schemas that all of
/// them hold to.
fn further<'a>(flat: &Flat<'a>) -> AdditionalMembers {
    let all = flat.all("additionalProperties");
    if all.iter().any(|node| node.value == &Value::Bool(false)) {
        return AdditionalMembers::None;
    }
    match typed(flat).is_empty() {
        true => AdditionalMembers::Any,
        false => AdditionalMembers::Of,
    }
}

/// Returns the schemas of members that are not named.
fn typed<'f, 'a>(flat: &'f Flat<'a>) -> Vec<&'f Node<'a>> {
    let schemas = flat.schemas("additionalProperties").into_iter();
    schemas
        .filter(|node| node.value.as_object().is_some_and(|map| !map.is_empty()))
        .collect()
}

/// Returns the schemas without repetitions.
fn distinct<'f, 'a>(schemas: &'f [Node<'a>]) -> Vec<&'f Node<'a>> {
    let mut found: Vec<&Node<'a>> = Vec::new();
    for schema in schemas {
        if found.iter().all(|known| known.value != schema.value) {
            found.push(schema);
        }
    }
    found
}

/// A member of one side.
#[derive(Clone, Copy)]
struct Member<'a, 'f> {
    name: &'a str,
    schemas: &'f [Node<'a>],
    required: bool,
}

impl<'a, 'f> Member<'a, 'f> {
    fn of(flat: &'f Flat<'a>, name: &'a str, schemas: &'f [Node<'a>]) -> Self {
        let required = flat.required.contains(name);
        Self {
            name,
            schemas,
            required,
        }
    }

    fn at(&self) -> Option<&'f str> {
        self.schemas.first().map(|node| node.at.as_str())
    }
}

impl<'a> Schemas<'a> {
    /// Compares the members of a pair.
    pub(super) fn objects(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        self.further(id, from, to);
        let mut gone = Vec::new();
        for (name, schemas) in &from.properties {
            let old = Member::of(from, name, schemas);
            match to.properties.get_key_value(name) {
                Some((name, schemas)) => self.member(id, old, Member::of(to, name, schemas)),
                None => gone.push(old),
            }
        }
        let mut come: Vec<Member<'a, '_>> = to
            .properties
            .iter()
            .filter(|(name, _)| !from.properties.contains_key(*name))
            .map(|(name, schemas)| Member::of(to, name, schemas))
            .collect();
        for old in gone {
            if let Some(n) = self.rename(old, &come) {
                let new = come.remove(n);
                let finding = self
                    .here(id, "property-renamed")
                    .at(old.at(), new.at())
                    .change(old.name, new.name)
                    .about(new.name);
                self.find(id, finding);
                self.member(id, old, new);
            } else {
                let rule = if old.required {
                    "required-property-removed"
                } else {
                    "property-removed"
                };
                let finding = self.alone(rule, old, true);
                self.find(id, finding);
            }
        }
        for new in come {
            let rule = if new.required {
                "required-property-added"
            } else {
                "property-added"
            };
            let finding = self.alone(rule, new, false);
            self.find(id, finding);
        }
        // Required names without a schema of their own.
        let undeclared = |flat: &Flat<'a>, other: &Flat<'a>, name: &&'a str| {
            !flat.properties.contains_key(name) && !other.properties.contains_key(name)
        };
        let differ = from.required.symmetric_difference(&to.required);
        for name in differ.filter(|name| undeclared(from, to, name)) {
            let rule = if to.required.contains(name) {
                "property-became-required"
            } else {
                "property-became-optional"
            };
            let place = label::place(&self.head.value, &self.pairs[id].head.at);
            let finding = self
                .here(id, rule)
                .named(format!("{} in {place}", code(name)))
                .about(*name);
            self.find(id, finding);
        }
    }

    /// Returns a member that stands on one side only.
    fn alone(&self, rule: &str, member: Member<'a, '_>, old: bool) -> Finding {
        let root = if old {
            &self.base.value
        } else {
            &self.head.value
        };
        let at = member.at().unwrap_or_default();
        let flag = |keyword: &str| {
            let node = member.schemas.first();
            node.is_some_and(|node| follow(root, node).flag(keyword))
        };
        let finding = Finding::new(rule)
            .named(label::place(root, at))
            .about(member.name)
            .only(visible(flag, flag));
        if old {
            finding.at(Some(at), None)
        } else {
            finding.at(None, Some(at))
        }
    }

    /// Returns the new member that an old one has become: the same shape under
    /// a name that is nearly the same.
    fn rename(&self, old: Member<'a, '_>, come: &[Member<'a, '_>]) -> Option<usize> {
        let shape = |root: &Value, member: &Member<'a, '_>| -> Option<Value> {
            Some(similar::shape(root, member.schemas.first()?, 4))
        };
        let wanted = shape(&self.base.value, &old)?;
        let mut best: Option<(f32, usize)> = None;
        for (n, new) in come.iter().enumerate() {
            if !similar::renamed(old.name, new.name)
                || shape(&self.head.value, new).as_ref() != Some(&wanted)
            {
                continue;
            }
            let score = similar::names(old.name, new.name);
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, n));
            }
        }
        best.map(|(_, n)| n)
    }

    /// Compares a member that exists in both documents.
    fn member(&mut self, id: usize, old: Member<'a, '_>, new: Member<'a, '_>) {
        let mut directions = Directions::BOTH;
        let mut child = None;
        let schemas: (Vec<&Node<'a>>, Vec<&Node<'a>>) =
            (distinct(old.schemas), distinct(new.schemas));
        for both in paired(&schemas.0, &schemas.1) {
            let (one, other) = match both {
                Both::Pair(one, other) => (one, other),
                Both::Old(one) => {
                    self.unclassified(id, new.name, Some(one), None);
                    continue;
                }
                Both::New(other) => {
                    self.unclassified(id, new.name, None, Some(other));
                    continue;
                }
            };
            let from = follow(&self.base.value, one);
            let to = follow(&self.head.value, other);
            // Hidden by one part is hidden.
            directions = directions.and(visible(
                |keyword| from.flag(keyword),
                |keyword| to.flag(keyword),
            ));
            let pair = self.pair(one, other);
            self.child(id, pair, directions);
            child = child.or(Some((pair, from, to)));
        }
        let Some((pair, from, to)) = child else {
            return;
        };
        let default = |followed: &Followed<'a>| followed.annotation("default").map(|s| s.value);
        let (before, after) = (default(&from), default(&to));
        let rule = match (old.required, new.required) {
            (false, true) if before.is_some() => "default-became-required",
            (false, true) => "property-became-required",
            (true, false) if after.is_some() => "required-became-default",
            (true, false) => "property-became-optional",
            _ => return,
        };
        if rule.contains("default") {
            self.silence_default(pair);
        }
        let finding = Finding::new(rule)
            .at(old.at(), new.at())
            .named(label::place(&self.head.value, new.at().unwrap_or_default()))
            .change(quoted(before), quoted(after))
            .about(new.name)
            .only(directions);
        self.find(id, finding);
    }

    /// Members that are not named.
    fn further(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let rule = match (further(from), further(to)) {
            (AdditionalMembers::Any, AdditionalMembers::Any) => return,
            (AdditionalMembers::None, AdditionalMembers::None)
            | (AdditionalMembers::Of, AdditionalMembers::Of) => {
                return self.schemas(id, &typed(from), &typed(to));
            }
            (_, AdditionalMembers::None) => "additional-properties-closed",
            (AdditionalMembers::None, _) => "additional-properties-opened",
            (AdditionalMembers::Any, AdditionalMembers::Of) => "additional-properties-typed",
            (AdditionalMembers::Of, AdditionalMembers::Any) => "additional-properties-untyped",
        };
        let finding = self.here(id, rule).about("additionalProperties");
        self.find(id, finding);
    }
}
