//! The order of values in `--sort`: numbers, then texts; what is missing is
//! first.

use std::cmp::Ordering;

use serde_json::Value;

use super::Kind;

/// A value that can be sorted by.
pub struct Key(pub Value);

impl Key {
    /// Returns what a value of such a column is sorted by. Amounts of money are decimal
    /// texts, which are numbers all the same.
    pub fn of(kind: Kind, value: Value) -> Self {
        let number = value.as_str().filter(|_| kind == Kind::Number);
        let number = number.and_then(|text| text.parse::<f64>().ok());
        Self(number.map_or(value, Value::from))
    }

    fn rank(&self) -> u8 {
        match self.0 {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Number(_) => 2,
            Value::String(_) => 3,
            Value::Array(_) | Value::Object(_) => 4,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank()
            .cmp(&other.rank())
            .then_with(|| match (&self.0, &other.0) {
                (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
                (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    _ => {
                        let [a, b] = [a, b].map(|n| n.as_f64().unwrap_or_default());
                        a.total_cmp(&b)
                    }
                },
                (Value::String(a), Value::String(b)) => a.cmp(b),
                (a, b) => a.to_string().cmp(&b.to_string()),
            })
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decimal_texts_are_numbers_in_columns_of_numbers() {
        let key = |kind, text: &str| Key::of(kind, json!(text));
        assert!(key(Kind::Number, "17.86") < key(Kind::Number, "363.4"));
        assert!(key(Kind::Number, "4") < key(Kind::Number, "17.86"));
        assert!(key(Kind::Text, "4") > key(Kind::Text, "17.86"));
        assert!(key(Kind::Number, "4") < key(Kind::Number, "none"));
    }

    #[test]
    fn values_of_different_sorts_have_one_order() {
        let sorted = json!([null, false, true, -1, 2, 2.5, 10, "a", "b", [1]]);
        let sorted: Vec<Value> = sorted.as_array().unwrap().clone();
        let mut shuffled = sorted.clone();
        shuffled.reverse();
        shuffled.sort_by_cached_key(|value| Key(value.clone()));
        assert_eq!(shuffled, sorted);
    }
}
