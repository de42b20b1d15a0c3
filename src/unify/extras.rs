//! Members of a vendor's value that have no slot: what becomes
//! `provider.extra`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::notes::NoteCollector;
use crate::wire::Extra;

/// Collects members under the vendor's names.
pub(super) struct Extras(Map<String, Value>);

impl Extras {
    pub(super) fn new() -> Self {
        Self(Map::new())
    }

    /// Keeps a value, unless there is none.
    pub(super) fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// Keeps a text, unless it is empty: vendors write `""` for "not set".
    pub(super) fn text(&mut self, name: &str, value: Option<String>) {
        self.put(name, value.filter(|text| !text.is_empty()));
    }

    /// Keeps a number, unless it is zero: vendors write `0` for "not set".
    pub(super) fn count(&mut self, name: &str, value: Option<i64>) {
        self.put(name, value.filter(|number| *number != 0));
    }

    /// Keeps a value with a structure of its own.
    pub(super) fn json(&mut self, name: &str, value: Option<&impl Serialize>) {
        self.put(name, value.map(json));
    }

    /// Keeps members that the vendor's document does not name.
    pub(super) fn undocumented(&mut self, members: &Extra) {
        for (name, value) in members.iter() {
            self.0.insert(name.to_owned(), value.clone());
        }
    }

    /// Removes a member that has a slot after all.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Returns the members as they are.
    pub(super) fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// Returns the members without keys, with a note on each.
    pub(super) fn finish(mut self, notes: &mut NoteCollector<'_>) -> Map<String, Value> {
        withhold(&mut self.0, notes);
        notes.unmapped(&self.0);
        self.0
    }
}

/// Returns a value as JSON.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Returns a value as a JSON object; an empty one when it is not an object.
pub(super) fn object(value: &impl Serialize) -> Map<String, Value> {
    match json(value) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Removes every member that looks like a key, however deep, with a note each.
pub(super) fn withhold(members: &mut Map<String, Value>, notes: &mut NoteCollector<'_>) {
    unitune_redact::remove(members, &mut |path| notes.withheld(path));
}
