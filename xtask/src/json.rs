//! JSON values for comparisons and messages: sorted keys, plain numbers, short
//! text.

use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// Returns a value, cut to what fits into a message.
#[must_use]
pub fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
