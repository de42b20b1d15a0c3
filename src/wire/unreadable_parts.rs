//! Reads JSON that may have parts which are nested too deeply.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::decode_fault::Problem;

/// A value without the members that are nested too deeply.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shallow {
    /// The value; `null` if it is not an object and too deep itself.
    pub(crate) value: Value,
    /// The members that are left out.
    pub(crate) too_deep: Vec<String>,
}

/// Reads a value. If it is nested too deeply, its members are read one by one,
/// and those that are too deep are left out.
///
/// # Errors
///
/// The text is not JSON.
pub(crate) fn parse(text: &[u8]) -> Result<Shallow, serde_json::Error> {
    match serde_json::from_slice(text) {
        Ok(value) => Ok(Shallow {
            value,
            too_deep: Vec::new(),
        }),
        Err(error) if Problem::of(&error) == Problem::TooDeep => members(text),
        Err(error) => Err(error),
    }
}

/// Reads the members one by one. Text is skipped without recursion, at any
/// depth.
fn members(text: &[u8]) -> Result<Shallow, serde_json::Error> {
    serde_json::from_slice::<IgnoredAny>(text)?;
    let mut shallow = Shallow {
        value: Value::Null,
        too_deep: Vec::new(),
    };
    // Only an object has members.
    if let Ok(raw) = serde_json::from_slice::<BTreeMap<String, Box<RawValue>>>(text) {
        let mut members = Map::new();
        for (name, raw) in raw {
            match serde_json::from_str(raw.get()) {
                Ok(value) => drop(members.insert(name, value)),
                Err(_) => shallow.too_deep.push(name),
            }
        }
        shallow.value = members.into();
    }
    Ok(shallow)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_are_too_deep_are_left_out() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let shallow = parse(format!(r#"{{"id": "a", "deep": {deep}}}"#).as_bytes()).unwrap();
        assert_eq!(shallow.value, json!({"id": "a"}));
        assert_eq!(shallow.too_deep, ["deep"]);
        assert_eq!(parse(deep.as_bytes()).unwrap().value, Value::Null);
        assert!(parse(&deep.as_bytes()[1..]).is_err());
        assert!(parse(b"{").is_err());
        assert_eq!(parse(b"[1]").unwrap().value, json!([1]));
    }
}
