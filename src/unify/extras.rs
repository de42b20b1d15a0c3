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

    /// Keeps what the vendor's document does not name. `spellings` are other
    /// names under which a documented member comes, and what they stand for.
    pub(super) fn undocumented(&mut self, members: &Extra, spellings: &[(&str, &str)]) {
        for (name, value) in members.iter() {
            let name = spellings
                .iter()
                .find(|(spelling, meant)| *spelling == name && !self.0.contains_key(*meant))
                .map_or(name, |(_, meant)| *meant);
            self.0.insert(name.to_owned(), value.clone());
        }
    }

    /// Removes a member that has a slot after all.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// The members as they are.
    pub(super) fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// The members, without keys, each of them noted.
    pub(super) fn finish(mut self, notes: &mut NoteCollector<'_>) -> Map<String, Value> {
        withhold(&mut self.0, notes);
        notes.unmapped(&self.0);
        self.0
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A value as a JSON object; empty when it is none.
pub(super) fn object(value: &impl Serialize) -> Map<String, Value> {
    match json(value) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Removes every member that looks like a key, however deep.
pub(super) fn withhold(members: &mut Map<String, Value>, notes: &mut NoteCollector<'_>) {
    withhold_members(members, &String::new, notes);
}

/// `path` tells where the members stand; it is asked only for a note.
fn withhold_members(
    members: &mut Map<String, Value>,
    path: &dyn Fn() -> String,
    notes: &mut NoteCollector<'_>,
) {
    members.retain(|name, value| {
        let keep = !(is_secret(name) && can_be_key(value));
        if !keep {
            notes.withheld(&format!("{}{name}", path()));
        }
        keep
    });
    for (name, value) in members {
        withhold_inside(value, &|| format!("{}{name}.", path()), notes);
    }
}

/// True for values that can be keys: texts, numbers and lists of them. An object
/// under such a name describes a key, and its members are filtered themselves.
pub(super) fn can_be_key(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Array(_) => true,
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    }
}

fn withhold_inside(value: &mut Value, path: &dyn Fn() -> String, notes: &mut NoteCollector<'_>) {
    match value {
        Value::Object(members) => withhold_members(members, path, notes),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                withhold_inside(item, &|| format!("{}{index}.", path()), notes);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Ends of names whose values are keys. `wandb_api_key`, `wandb_key` and
/// `hf_api_token` are known to come; the others are there to be safe.
const SECRET_ENDS: [&str; 8] = [
    "apikey",
    "api-key",
    "_key",
    "_token",
    "apitoken",
    "secret",
    "password",
    "authorization",
];

pub(super) fn is_secret(name: &str) -> bool {
    // Few names get past their last two letters.
    let &[.., a, b] = name.as_bytes() else {
        return false;
    };
    let end = [a.to_ascii_lowercase(), b.to_ascii_lowercase()];
    if !matches!(&end, b"ey" | b"en" | b"on" | b"et" | b"rd") {
        return false;
    }
    let ends_with = |end: &str| {
        name.len()
            .checked_sub(end.len())
            .and_then(|start| name.get(start..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    // `wandbKey`, and not `monkey`.
    let is_camel = |end: &str| {
        let before = name
            .strip_suffix(end)
            .and_then(|start| start.bytes().last());
        before.is_some_and(|letter| letter.is_ascii_lowercase())
    };
    SECRET_ENDS.into_iter().any(ends_with)
        || ["Key", "Token"].into_iter().any(is_camel)
        || name.eq_ignore_ascii_case("token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_told_from_others() {
        for name in [
            "wandb_api_key",
            "wandb_key",
            "WandbApiKey",
            "hf_api_token",
            "client_secret",
            "wandb_token",
            "wandbKey",
            "accessToken",
            "token",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for end in SECRET_ENDS {
            assert!(is_secret(end) && is_secret(&end.to_uppercase()), "{end}");
        }
        for name in [
            "token_count",
            "trained_tokens",
            "keyboard",
            "monkey",
            "key",
            "wandb_project_name",
            "user_id",
            "é",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
