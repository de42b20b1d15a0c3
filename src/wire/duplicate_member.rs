//! Finds a member that stands twice in its object. Readers differ in which of the two
//! counts, so that a request with one must not be taken.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Returns the path, with dots, to the first member of a JSON text that stands twice in its
/// object. None where there is none before the text ends or is not JSON any more.
#[doc(hidden)]
pub fn duplicate_member(text: &[u8]) -> Option<String> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = AnyValue { found: &mut found };
    // An error that is not of a member is found again, and told, by who reads the text.
    let _ = value.deserialize(&mut deserializer);
    let mut path: Vec<String> = found?;
    path.reverse();
    Some(path.join("."))
}

/// A value of any form. The path of what stands twice is collected from the innermost
/// name outwards.
struct AnyValue<'f> {
    found: &'f mut Option<Vec<String>>,
}

impl AnyValue<'_> {
    /// Adds the step into a value in which something stands twice.
    fn add(&mut self, step: impl fmt::Display) {
        if let Some(path) = self.found {
            path.push(step.to_string());
        }
    }
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                *self.found = Some(vec![name]);
                return Err(A::Error::custom("a member stands twice"));
            }
            let inner = AnyValue { found: self.found };
            if let Err(error) = map.next_value_seed(inner) {
                self.add(name);
                return Err(error);
            }
            names.insert(name);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            match list.next_element_seed(AnyValue { found: self.found }) {
                Ok(Some(())) => index += 1,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.add(index);
                    return Err(error);
                }
            }
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_leads_to_the_first_member_that_stands_twice() {
        for (text, expected) in [
            (r#"{"a": 1, "a": 1}"#, Some("a")),
            (
                r#"{"a": {"b": {}, "b": null}, "c": 1, "c": 2}"#,
                Some("a.b"),
            ),
            (
                r#"{"a": [{"b": 1}, {"b": 1.5, "c": [], "b": true}]}"#,
                Some("a.1.b"),
            ),
            (r#"{"a": 1, "\u0061": 2}"#, Some("a")),
            (r#"{"a": {"b": 1}, "b": {"a": -1, "b": "a"}}"#, None),
            (r#"[{"a": 1}, {"a": 1}]"#, None),
            (r#"{"a": 1, "a"#, None),
            (r#"{"a": nul, "a": 1}"#, None),
            ("", None),
        ] {
            assert_eq!(
                duplicate_member(text.as_bytes()).as_deref(),
                expected,
                "{text}"
            );
        }
        let deep = "[".repeat(100_000);
        assert_eq!(duplicate_member(deep.as_bytes()), None);
    }
}
