//! JSON of which a part cannot be read: nested too deeply, a number beyond all
//! ranges, half a surrogate pair.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::decode_fault::Problem;
use super::non_json_tokens;

/// A value without what cannot be read in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shallow {
    /// The value; `null` where it is no object and cannot be read itself.
    pub(crate) value: Value,
    /// The members that are left out, and why.
    pub(crate) unreadable: Vec<(String, Problem)>,
}

/// Reads a value. Where something in it cannot be read, its members are read one
/// by one, and those that cannot are left out.
///
/// # Errors
///
/// The text is not JSON.
pub(crate) fn parse(text: &[u8]) -> Result<Shallow, serde_json::Error> {
    match serde_json::from_slice(text) {
        Ok(value) => Ok(Shallow {
            value,
            unreadable: Vec::new(),
        }),
        Err(_) => match non_json_tokens::cleaned(text) {
            Some(cleaned) => members(cleaned.as_bytes()),
            None => members(text),
        },
    }
}

/// Text is skipped without recursion, whatever its depth and what it stands for.
fn members(text: &[u8]) -> Result<Shallow, serde_json::Error> {
    serde_json::from_slice::<IgnoredAny>(text)?;
    let mut shallow = Shallow {
        value: Value::Null,
        unreadable: Vec::new(),
    };
    // Only an object has members.
    if let Ok(raw) = serde_json::from_slice::<BTreeMap<String, Box<RawValue>>>(text) {
        let mut members = Map::new();
        for (name, raw) in raw {
            // As deep as it stands in the object.
            match serde_json::from_str(&format!("[{raw}]")).map(|[value]: [Value; 1]| value) {
                Ok(value) => drop(members.insert(name, value)),
                Err(error) => shallow.unreadable.push((name, Problem::of(&error))),
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
        assert_eq!(shallow.unreadable, [("deep".to_owned(), Problem::TooDeep)]);
        assert_eq!(parse(deep.as_bytes()).unwrap().value, Value::Null);
        // One level more than can be read with the object around it.
        let deep = format!("{}{}", "[".repeat(127), "]".repeat(127));
        let shallow = parse(format!(r#"{{"id": "a", "deep": {deep}}}"#).as_bytes()).unwrap();
        assert_eq!(shallow.value, json!({"id": "a"}));
        assert_eq!(shallow.unreadable, [("deep".to_owned(), Problem::TooDeep)]);
        assert!(parse(&deep.as_bytes()[1..]).is_err());
        assert!(parse(b"{").is_err());
        let shallow = parse(br#"{"id": "a", "seed": 1e999, "b": "\ud800", "c": NaN}"#).unwrap();
        assert_eq!(shallow.value, json!({"id": "a", "c": null}));
        let names: Vec<&str> = shallow.unreadable.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["b", "seed"]);
        assert_eq!(parse(b"[1]").unwrap().value, json!([1]));
    }
}
