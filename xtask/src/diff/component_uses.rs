//! The places that refer to a component.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use unitune_diff::document::squash;
use unitune_diff::pointer;

/// Component → the places that refer to it.
#[derive(Debug, Default)]
pub struct Uses {
    places: BTreeMap<String, BTreeSet<String>>,
    squashed: BTreeMap<String, String>,
}

impl Uses {
    /// Reads a document in normal form.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let mut uses = Self::default();
        uses.read(document, "");
        let names = uses.places.keys().map(|name| (squash(name), name.clone()));
        uses.squashed = names.collect();
        uses
    }

    fn read(&mut self, value: &Value, at: &str) {
        match value {
            Value::Object(map) => {
                for (name, child) in map {
                    match child {
                        Value::String(reference) if name == "$ref" => {
                            if let Some(target) = reference.strip_prefix("#/components/schemas/") {
                                let target = pointer::unescape(target);
                                self.places.entry(target).or_default().insert(at.to_owned());
                            }
                        }
                        _ => self.read(child, &pointer::join(at, name)),
                    }
                }
            }
            Value::Array(list) => {
                for (n, child) in list.iter().enumerate() {
                    self.read(child, &pointer::index(at, n));
                }
            }
            _ => {}
        }
    }

    /// Returns the places that refer to a component.
    pub fn places(&self, component: &str) -> impl Iterator<Item = &str> {
        self.places
            .get(component)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Returns the places that refer to a component whose squashed name is
    /// known.
    pub fn of_squashed(&self, name: &str) -> impl Iterator<Item = &str> {
        let name = self.squashed.get(name);
        name.into_iter().flat_map(|name| self.places(name))
    }

    /// Returns the members that hold it, by component; through lists, maps,
    /// unions and schemas that are no members themselves.
    #[must_use]
    pub fn members(&self, component: &str) -> BTreeSet<(String, String)> {
        let mut members = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut todo = vec![component.to_owned()];
        while let Some(component) = todo.pop() {
            if !seen.insert(component.clone()) {
                continue;
            }
            for place in self.places(&component) {
                match member(place) {
                    Some((outer, Some(member))) => {
                        members.insert((outer, member));
                    }
                    Some((outer, None)) => todo.push(outer),
                    None => {}
                }
            }
        }
        members
    }
}

/// Returns the component and member that a pointer is about.
#[must_use]
pub fn member(place: &str) -> Option<(String, Option<String>)> {
    let rest = place.strip_prefix("/components/schemas/")?;
    let mut steps = rest.split('/').map(pointer::unescape);
    let component = steps.next()?;
    let member = match (steps.next(), steps.next()) {
        (Some(word), Some(member)) if word == "properties" => Some(member),
        _ => None,
    };
    Some((component, member))
}
