//! Removes and overwrites keys in JSON values.

use serde_json::{Map, Value};

use crate::REDACTED;
use crate::names::{is_secret, mentions_secret};

/// Returns true for a value that can be a key: a text, a number, or a list of them. `null` has no content, and an object
/// under such a name describes a key, or is looked into.
pub fn can_be_key(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Array(_) => true,
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    }
}

/// Removes every member that is a key, however deep, and calls `removed` with the path of each: `wandb.api_key`,
/// `integrations.0.wandb_key`.
///
/// ```
/// use serde_json::{Map, json};
///
/// let mut members = Map::new();
/// members.insert("integrations".into(), json!([{"type": "wandb", "wandb_key": "k"}]));
/// let mut removed = Vec::new();
/// unitune_redact::remove(&mut members, &mut |path| removed.push(path.to_owned()));
/// assert_eq!(members["integrations"], json!([{"type": "wandb"}]));
/// assert_eq!(removed, ["integrations.0.wandb_key"]);
/// ```
pub fn remove(members: &mut Map<String, Value>, removed: &mut dyn FnMut(&str)) {
    remove_members(members, &String::new, &is_key, removed);
}

/// Removes every member that a rule of the caller's own takes for a key, by name and value, however deep.
pub fn remove_where(value: &mut Value, is_key: &dyn Fn(&str, &Value) -> bool) {
    remove_inside(value, &String::new, is_key, &mut |_| ());
}

/// Returns true for a member that is left out of shown values.
pub(crate) fn is_key(name: &str, value: &Value) -> bool {
    is_secret(name) && can_be_key(value)
}

/// Removes members; `path` is only called for the place of one that is removed.
fn remove_members(
    members: &mut Map<String, Value>,
    path: &dyn Fn() -> String,
    is_key: &dyn Fn(&str, &Value) -> bool,
    removed: &mut dyn FnMut(&str),
) {
    members.retain(|name, value| {
        let keep = !is_key(name, value);
        if !keep {
            removed(&format!("{}{name}", path()));
        }
        keep
    });
    for (name, value) in members {
        remove_inside(value, &|| format!("{}{name}.", path()), is_key, removed);
    }
}

fn remove_inside(
    value: &mut Value,
    path: &dyn Fn() -> String,
    is_key: &dyn Fn(&str, &Value) -> bool,
    removed: &mut dyn FnMut(&str),
) {
    match value {
        Value::Object(members) => remove_members(members, path, is_key, removed),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let path = || format!("{}{index}.", path());
                remove_inside(item, &path, is_key, removed);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Writes [`REDACTED`] over every member whose name mentions a key, whatever its value is and however deep. Returns
/// true where there was one.
///
/// ```
/// use serde_json::json;
///
/// let mut body = json!({"model": "m", "wandb": [{"api_key": {"value": "k"}}]});
/// assert!(unitune_redact::overwrite(&mut body));
/// assert_eq!(body, json!({"model": "m", "wandb": [{"api_key": "[redacted]"}]}));
/// ```
pub fn overwrite(value: &mut Value) -> bool {
    let inside = |found: bool, value: &mut Value| overwrite(value) | found;
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |found, (name, value)| {
            if mentions_secret(name) {
                *value = Value::from(REDACTED);
                return true;
            }
            inside(found, value)
        }),
        Value::Array(items) => items.iter_mut().fold(false, inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn without(value: Value) -> (Value, Vec<String>) {
        let Value::Object(mut members) = value else {
            panic!("an object is expected");
        };
        let mut paths = Vec::new();
        remove(&mut members, &mut |path| paths.push(path.to_owned()));
        (Value::Object(members), paths)
    }

    #[test]
    fn keys_are_removed_and_what_describes_them_stays() {
        let given = json!({
            "token": "t",
            "password": null,
            "use_token": true,
            "client_secret": {"id": 1, "api_key": ["k"]},
            "deep": [[{"wandb_key": 1}], {"token_count": 7}],
        });
        let expected = json!({
            "password": null,
            "use_token": true,
            "client_secret": {"id": 1},
            "deep": [[{}], {"token_count": 7}],
        });
        let paths = ["token", "client_secret.api_key", "deep.0.0.wandb_key"];
        let (shown, mut removed) = without(given);
        removed.sort_by_key(|path| paths.iter().position(|known| known == path));
        assert_eq!(
            (shown, removed),
            (expected, paths.map(str::to_owned).into())
        );
    }

    #[test]
    fn overwriting_spares_nothing_under_such_a_name() {
        let mut value =
            json!({"a": 1, "secret_word": {"b": 2}, "password": null, "c": [{"Cookie": "d"}]});
        assert!(overwrite(&mut value));
        let expected = json!({"a": 1, "secret_word": REDACTED, "password": REDACTED, "c": [{"Cookie": REDACTED}]});
        assert_eq!(value, expected);
        assert!(!overwrite(
            &mut json!({"max_tokens": [1, {"n": "api_key"}]})
        ));
    }
}
