//! The correspondence of places in the two written documents, through the moves
//! and renames that the comparison has found.

use super::locate::Lines;
use super::operations::Walk;
use crate::pointer;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Places that belong together.
#[derive(Debug, Default)]
pub(super) struct Correspondence {
    there: HashMap<String, String>,
    back: HashMap<String, String>,
    /// Components that are compared for themselves, by their written places.
    pub compared: BTreeSet<String>,
}

impl Correspondence {
    /// Returns the correspondence of everything that has been compared.
    pub fn of(walk: &Walk<'_>, lines: &(Lines<'_>, Lines<'_>)) -> Self {
        let mut correspondence = Self::default();
        for operation in &walk.operations {
            if let (Some(old), Some(new)) = (&operation.base, &operation.head) {
                let path = |at: &str| pointer::split(at).map(|(path, _)| path.to_owned());
                if let (Some(old), Some(new)) = (path(&old.at), path(&new.at)) {
                    correspondence.add(old, new);
                }
                correspondence.add(old.at.clone(), new.at.clone());
            }
        }
        for pair in &walk.schemas.pairs {
            let (old, new) = (lines.0.origin(&pair.base.at), lines.1.origin(&pair.head.at));
            correspondence.compared.insert(component(&old).to_owned());
            correspondence.compared.insert(component(&new).to_owned());
            for (one, other) in &pair.parts {
                let at = |name: &str| pointer::join("/components/schemas", name);
                correspondence.add(lines.0.origin(&at(one)), lines.1.origin(&at(other)));
            }
            correspondence.add(old, new);
        }
        correspondence
    }

    /// Adds a pair; the first pair of a place counts.
    fn add(&mut self, old: String, new: String) {
        if let Some(known) = self.there.get(&old)
            && (*known == old || new != old)
        {
            return;
        }
        self.there.insert(old.clone(), new.clone());
        self.back.insert(new, old);
    }

    /// Returns the place in the new document.
    pub fn across(&self, place: &str) -> String {
        translated(&self.there, place)
    }

    /// Returns the place in the old document.
    pub fn back(&self, place: &str) -> String {
        translated(&self.back, place)
    }

    /// Returns a value of the old document with the new document's names: its
    /// references have the new names, and those that are not compared are written
    /// out.
    pub fn spelled(&self, root: &Value, value: &Value, old: bool, depth: usize) -> Value {
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                if let Some(at) = reference.and_then(pointer::of_reference) {
                    let target = root.pointer(&at).filter(|_| depth > 0);
                    return match target {
                        Some(target) if !self.compared.contains(component(&at)) => {
                            let target = crate::prose::without_prose(target);
                            self.spelled(root, &target, old, depth - 1)
                        }
                        _ if old => Value::from(self.across(&at)),
                        _ => Value::from(at),
                    };
                }
                let spelled = map.iter().map(|(name, child)| {
                    let child = self.spelled(root, child, old, depth);
                    (name.clone(), child)
                });
                spelled.collect()
            }
            Value::Array(list) => {
                let spelled = list
                    .iter()
                    .map(|child| self.spelled(root, child, old, depth));
                spelled.collect()
            }
            other => other.clone(),
        }
    }
}

/// Returns the component that a place is in.
fn component(place: &str) -> &str {
    let steps = place.match_indices('/').nth(3);
    steps.map_or(place, |(end, _)| &place[..end])
}

/// Returns a place by the nearest place around it that is known.
fn translated(known: &HashMap<String, String>, place: &str) -> String {
    let mut around = place;
    loop {
        if let Some(other) = known.get(around) {
            return format!("{other}{}", &place[around.len()..]);
        }
        match around.rfind('/') {
            Some(end) => around = &around[..end],
            None => return place.to_owned(),
        }
    }
}
