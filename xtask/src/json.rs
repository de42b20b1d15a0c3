//! JSON values for comparisons and messages: sorted keys, plain numbers, short
//! text.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use unitune_diff::pointer;

/// Returns a value with its keys sorted.
#[must_use]
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted_map: BTreeMap<&String, Value> = map
                .iter()
                .map(|(name, child)| (name, sorted(child)))
                .collect();
            Value::Object(
                sorted_map
                    .into_iter()
                    .map(|(name, child)| (name.clone(), child))
                    .collect(),
            )
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Returns a value with numbers in their shortest form: `0.0` and `0` are the
/// same number.
#[must_use]
pub fn plain_numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let short = number
                .as_f64()
                .filter(|n| n.fract() == 0.0 && n.abs() < 9_007_199_254_740_992.0);
            #[allow(clippy::cast_possible_truncation)]
            short.map_or_else(|| value.clone(), |n| json!(n as i64))
        }
        Value::Array(list) => list.iter().map(plain_numbers).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(name, child)| (name.clone(), plain_numbers(child)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Where two values differ first.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The JSON pointer of the place.
    pub at: String,
    /// What stands there in one of them.
    pub here: String,
    /// What stands there in the other.
    pub there: String,
}

/// Returns where two values differ first, cut to what fits into a message.
#[must_use]
pub fn difference(here: &Value, there: &Value) -> Difference {
    let found = |at: String, here: String, there: String| Difference { at, here, there };
    let below = |name: &str, here: Option<&Value>, there: Option<&Value>| match (here, there) {
        (Some(here), Some(there)) => {
            let inner = difference(here, there);
            let at = format!("{}{}", pointer::join("", name), inner.at);
            found(at, inner.here, inner.there)
        }
        (here, there) => {
            let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), brief);
            found(pointer::join("", name), shown(here), shown(there))
        }
    };
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => {
            let mut names = here.keys().chain(there.keys());
            let name = names.find(|name| here.get(*name) != there.get(*name));
            name.map(|name| below(name, here.get(name), there.get(name)))
        }
        (Value::Array(here), Value::Array(there)) => {
            let mut places = 0..here.len().max(there.len());
            let place = places.find(|place| here.get(*place) != there.get(*place));
            place.map(|n| below(&n.to_string(), here.get(n), there.get(n)))
        }
        (Value::String(here), Value::String(there)) => {
            let (here, there) = differing(here, there);
            Some(found(String::new(), here, there))
        }
        _ => None,
    }
    .unwrap_or_else(|| found(String::new(), brief(here), brief(there)))
}

/// Returns two texts as they fit into a message: from shortly before the place
/// where they differ.
fn differing(here: &str, there: &str) -> (String, String) {
    let same = here.chars().zip(there.chars()).take_while(|(a, b)| a == b);
    let start = same.count().saturating_sub(20);
    let shown = |text: &str| {
        let rest: String = text.chars().skip(start).collect();
        let cut = if start > 0 { "…" } else { "" };
        brief(&Value::String(format!("{cut}{rest}")))
    };
    (shown(here), shown(there))
}

/// Returns a value, cut to what fits into a message.
#[must_use]
pub fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_where_they_differ() {
        let of = |here: Value, there: Value| {
            let found = difference(&here, &there);
            (found.at, found.here, found.there)
        };
        let shown =
            |at: &str, here: &str, there: &str| (at.to_owned(), here.to_owned(), there.to_owned());
        assert_eq!(of(json!(1), json!("1")), shown("", "1", "\"1\""));
        assert_eq!(
            of(json!({"a/b": [1, {"c": 2}]}), json!({"a/b": [1, {"c": 3}]})),
            shown("/a~1b/1/c", "2", "3")
        );
        assert_eq!(of(json!([1]), json!([1, 2])), shown("/1", "nothing", "2"));
        assert_eq!(
            of(json!({}), json!({"a": {}})),
            shown("/a", "nothing", "{}")
        );
        let long = "x".repeat(100);
        let (_, here, there) = of(
            json!(format!("{long}é1")),
            json!(format!("{long}é2 and more")),
        );
        assert_eq!(here, format!("\"…{}é1\"", "x".repeat(19)));
        assert_eq!(there, format!("\"…{}é2 and more\"", "x".repeat(19)));
    }
}
