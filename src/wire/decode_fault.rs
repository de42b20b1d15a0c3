//! The reason why a body does not decode: the place, and the expected and
//! actual types. It never contains a value, which could be a secret.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::json_position::path_at;
use super::{decode, json_reader};

/// The longest pointer that is shown, in characters.
const POINTER_LIMIT: usize = 200;

/// The reason why a value does not decode.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// The place of the value, from the root.
    pub(crate) path: Vec<Step>,
    pub(crate) problem: Problem,
}

/// A step of the path to a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Member(String),
    Item(usize),
}

/// The problem with a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// The object lacks a member.
    Missing(String),
    /// The value has another type.
    Mismatch {
        expected: String,
        found: &'static str,
    },
    /// It is nested too deeply to be read.
    TooDeep,
    /// It is wrong in another way.
    Other,
}

/// The reason where no other is known.
pub(crate) const UNDOCUMENTED: &str = "not of the documented form";

impl Fault {
    /// Returns false where it says neither a place nor a reason.
    pub(crate) fn is_specific(&self) -> bool {
        !self.path.is_empty() || !matches!(self.problem, Problem::Other)
    }

    /// Returns why a value does not decode as `T`, if it does not.
    pub(crate) fn of<T: DeserializeOwned>(value: &Value) -> Option<Self> {
        read::<T>(value).err()
    }

    /// Creates the fault of a text that did not decode, from the error. The path of
    /// a text that is not JSON is empty.
    pub(crate) fn of_error(text: &str, error: &serde_json::Error) -> Self {
        let path = match error.is_data() {
            true => path_at(text, error.line(), error.column()),
            false => Vec::new(),
        };
        Self {
            path,
            problem: Problem::of(error),
        }
    }

    /// Creates the fault of an object that lacks a member.
    pub(crate) fn missing(member: &str) -> Self {
        Self {
            path: Vec::new(),
            problem: Problem::Missing(member.to_owned()),
        }
    }

    /// Returns the place as a JSON pointer; empty for the root.
    pub(crate) fn pointer(&self) -> String {
        pointer(&self.path)
    }

    /// Returns the place as names of members with dots between them.
    #[allow(dead_code)] // Not every vendor's requests are checked by decoding them.
    pub(crate) fn dotted_path(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) if text.is_empty() => text.push_str(name),
                Step::Member(name) => text.extend([".", name]),
                Step::Item(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => self.problem.fmt(f),
            false => write!(f, "{}: {}", self.pointer(), self.problem),
        }
    }
}

/// Reads a value that was kept as JSON: as text, because each further deserialiser
/// compiles every type once more.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    let text = value.to_string();
    decode::part(|| json_reader::from_str(&text)).map_err(|error| Fault::of_error(&text, &error))
}

/// Returns a JSON pointer in one line of limited length.
pub(crate) fn pointer(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        text.push('/');
        match step {
            Step::Member(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => text.push_str(&index.to_string()),
        }
    }
    let in_one_line = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().take(POINTER_LIMIT).map(in_one_line).collect()
}

impl Problem {
    /// Parses a message of serde.
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // A quoted value may have these words, too.
        Self::parse(
            text.rsplit_once(" at line ")
                .map_or(&text, |(what, _)| what),
        )
    }

    fn parse(text: &str) -> Self {
        if text.starts_with("recursion limit exceeded") {
            return Self::TooDeep;
        }
        if let Some(rest) = text.strip_prefix("missing field `") {
            return Self::Missing(rest.trim_end_matches('`').to_owned());
        }
        let value = text
            .strip_prefix("invalid type: ")
            .or_else(|| text.strip_prefix("invalid value: "));
        match value.and_then(mismatch) {
            Some((expected, found)) => Self::Mismatch { expected, found },
            None => Self::Other,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(member) => write!(f, "missing field `{member}`"),
            Self::Mismatch { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::TooDeep => f.write_str("nested too deeply"),
            Self::Other => f.write_str(UNDOCUMENTED),
        }
    }
}

/// Returns the part of a text about a value of another type, from serde's
/// message within it.
#[cfg(feature = "config")]
pub(crate) fn wrong_type(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("invalid type: ")?;
    let (expected, found) = mismatch(rest)?;
    Some(format!("invalid type: expected {expected}, found {found}"))
}

/// Parses a message such as `` integer `5`, expected a string ``.
fn mismatch(text: &str) -> Option<(String, &'static str)> {
    let (found, expected) = text.rsplit_once(", expected ")?;
    Some((expectation(expected), type_of(found)))
}

/// The types of values, by the first word of serde's names for them.
const TYPES: [(&str, &str); 11] = [
    ("boolean", "a boolean"),
    ("integer", "an integer"),
    ("floating", "a fractional number"),
    ("number", "a number"),
    ("character", "a string"),
    ("string", "a string"),
    ("null", "null"),
    ("unit", "null"),
    ("sequence", "a list"),
    ("map", "an object"),
    ("datetime", "a date"),
];

fn type_of(found: &str) -> &'static str {
    let word = found.split([' ', ',']).next().unwrap_or_default();
    let known = TYPES.iter().find(|(name, _)| *name == word);
    known.map_or("another value", |(_, title)| title)
}

/// Returns the expected type, without names of Rust types.
fn expectation(text: &str) -> String {
    // Generated types have their name in parentheses.
    let text = text.split(" (").next().unwrap_or_default().trim();
    let word = text.split(' ').next().unwrap_or_default();
    let title = match word {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "an integer",
        "f32" | "f64" => "a number",
        "struct" => "an object",
        "enum" | "variant" | "string" => "a string",
        "tuple" => "a list",
        _ => match text {
            "a map" => "an object",
            "a sequence" => "a list",
            "unit" => "null",
            other => other,
        },
    };
    title.to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        count: Option<i64>,
        inner: Option<Inner>,
        names: Option<Vec<String>>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        size: f64,
    }

    fn fault(value: Value) -> String {
        let from_value = Fault::of::<Outer>(&value).unwrap().to_string();
        let body = value.to_string();
        let error = serde_json::from_str::<Outer>(&body).unwrap_err();
        let from_body = Fault::of_error(&body, &error);
        assert_eq!(from_value, from_body.to_string());
        from_value
    }

    #[test]
    fn it_names_the_place_and_both_types() {
        for (value, expected) in [
            (
                json!({"count": "sk-secret"}),
                "/count: expected an integer, found a string",
            ),
            (
                json!({"count": "x, expected sk-secret at line "}),
                "/count: expected an integer, found a string",
            ),
            (
                json!({"count": 1.5}),
                "/count: expected an integer, found a fractional number",
            ),
            (json!({"inner": {}}), "/inner: missing field `size`"),
            (
                json!({"inner": {"size": [", expected 1"]}}),
                "/inner/size: expected a number, found a list",
            ),
            (
                json!({"names": ["a", null]}),
                "/names/1: expected a string, found null",
            ),
            (json!("a"), "expected an object, found a string"),
            (
                json!({"count": 18_446_744_073_709_551_615_u64}),
                "/count: expected an integer, found an integer",
            ),
        ] {
            assert_eq!(fault(value.clone()), expected, "{value}");
        }
        assert_eq!(Fault::of::<Outer>(&json!({"count": 1})), None);
    }

    #[test]
    fn a_pointer_is_one_line() {
        let path = [Step::Member("a/b~\n".to_owned()), Step::Item(3)];
        assert_eq!(pointer(&path), "/a~1b~0\u{fffd}/3");
        let long = [Step::Member("x".repeat(1_000))];
        assert_eq!(pointer(&long).chars().count(), POINTER_LIMIT);
    }

    #[test]
    fn text_is_too_deep_where_it_is_not_read() {
        let body = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let error = serde_json::from_str::<Value>(&body).unwrap_err();
        let fault = Fault::of_error(&body, &error);
        assert_eq!(fault.problem, Problem::TooDeep);
    }
}
