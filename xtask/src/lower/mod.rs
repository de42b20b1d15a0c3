//! OpenAPI 3.1 → 3.0.3: a walk over the document by the tables of
//! [`unitune_diff::keywords`], and a table of rules for what a schema can hold.
//!
//! Children come before their parent, so that a rule sees branches, items and
//! members that are already lowered. Every rewrite is a line of the report.

mod arrays;
mod misspelt;
mod objects;
mod refs;
mod rule;
pub mod rules;
#[cfg(test)]
mod tests;
mod types;
mod unions;
mod values;

use crate::json::{brief, plain_numbers};
use crate::located_error::{Fault, Faults, Result};
use crate::report::Report;
use rule::{Schema, Site};
use rules::RULES;
use serde_json::{Map, Value, json};
use unitune_diff::keywords::{self, Kind, Shape, Treatment};
use unitune_diff::pointer;
pub(crate) use values::is_a;

/// What [`Mode::mend`] does, by its names in the report.
pub const MENDS: &[&str] = &[
    "bare-null",
    "empty-list",
    "number-for-text",
    "path-parameter",
    "security-scheme",
    "status-range",
    "text-for-boolean",
    "unknown-keyword",
];

/// How a document is lowered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// Mend what has one obvious meaning (`"true"` for `true`, a bare null
    /// among the branches of a union), with a line in the report, where
    /// otherwise it is an error.
    pub mend: bool,
    /// What the document is read for.
    pub purpose: Purpose,
}

/// What a document is read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Code: without the vendor's prose, and rewritten where the generator
    /// needs it (discriminator values in the branches, an allOf as one schema).
    #[default]
    Generate,
    /// A comparison with another document: descriptions, `x-unitune-*`, shared
    /// responses and parts of an allOf stay as they are written.
    Compare,
}

/// Lowers a sliced document.
pub fn lower(file: &str, document: &Value, mode: Mode, report: &mut Report) -> Result<Value> {
    let version = document.get("openapi").and_then(Value::as_str);
    let mut lowering = Lowering {
        file,
        document,
        mode,
        newer: version.is_some_and(|version| version.starts_with("3.1")),
        report,
        faults: Faults::default(),
    };
    let mut lowered = lowering.node(Kind::Document, document, "");
    lowering.faults.into_result()?;
    lowered["openapi"] = json!("3.0.3");
    rules::sweep(&mut lowered, report);
    Ok(lowered)
}

/// The types of JSON Schema.
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// Returns a type's name, in a list or alone, that is none.
fn unknown_type(value: &Value) -> Option<&str> {
    let names = match value {
        Value::Array(names) => names.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut names = names.iter().filter_map(Value::as_str);
    names.find(|name| !TYPES.contains(name))
}

struct Lowering<'a> {
    file: &'a str,
    document: &'a Value,
    mode: Mode,
    newer: bool,
    report: &'a mut Report,
    faults: Faults,
}

impl Lowering<'_> {
    fn fault(&mut self, at: &str, message: impl Into<String>) {
        self.faults.0.push(Fault::at(self.file, at, message));
    }

    fn keeps_words(&self) -> bool {
        self.mode.purpose == Purpose::Compare
    }

    fn node(&mut self, kind: Kind, value: &Value, at: &str) -> Value {
        let map = match value {
            Value::Object(map) => map,
            Value::Bool(open) if kind == Kind::Schema => {
                let schema = if *open { json!({}) } else { json!({"not": {}}) };
                self.report
                    .add("boolean-schema", at, format!("{open} is now {schema}"));
                return schema;
            }
            other => {
                self.fault(
                    at,
                    format!("{} must be an object, not {}", noun(kind), brief(other)),
                );
                return json!({});
            }
        };
        if kind != Kind::Schema && map.contains_key("$ref") {
            return self.reference(map, at);
        }
        let mut map = map.clone();
        if kind == Kind::Schema {
            misspelt::correct(&mut map, at, self.report);
        }
        if kind == Kind::Operation && self.newer && !map.contains_key("responses") {
            self.report.add(
                "no-responses",
                at,
                "3.1 needs none: any answer, undescribed",
            );
            map.insert(
                "responses".to_owned(),
                json!({"default": {"description": ""}}),
            );
        }
        for name in keywords::required(kind) {
            if !map.contains_key(*name) {
                self.fault(at, format!("{} without {name:?}", noun(kind)));
            }
        }
        let mut lowered = Map::new();
        for (name, child) in &map {
            if let Some(child) = self.member(kind, name, child, at) {
                lowered.insert(name.clone(), child);
            }
        }
        if kind == Kind::Schema {
            self.rules(&mut lowered, at);
        }
        Value::Object(lowered)
    }

    fn rules(&mut self, schema: &mut Schema, at: &str) {
        let mut site = Site {
            document: self.document,
            report: self.report,
            pointer: at,
            rule: "",
            newer: self.newer,
            rules: RULES,
        };
        rule::apply(schema, &mut site);
    }

    /// Returns a reference outside schemas: nothing may stand beside it.
    fn reference(&mut self, map: &Map<String, Value>, at: &str) -> Value {
        for name in map.keys().filter(|name| *name != "$ref") {
            if matches!(name.as_str(), "summary" | "description") || keywords::is_extension(name) {
                self.prose(name);
            } else {
                let at = pointer::join(at, name);
                self.report
                    .add("ref-siblings", &at, "left out: a reference stands alone");
            }
        }
        json!({"$ref": map["$ref"]})
    }

    fn prose(&mut self, name: &str) {
        *self.report.prose.entry(name.to_owned()).or_default() += 1;
    }

    /// Returns one keyword of a node: lowered, or left out.
    fn member(&mut self, kind: Kind, name: &str, value: &Value, parent: &str) -> Option<Value> {
        if keywords::is_extension(name) {
            if self.keeps_words() && name.starts_with("x-unitune-") {
                return Some(value.clone());
            }
            self.prose("x-*");
            return None;
        }
        let at = pointer::join(parent, name);
        let Some(key) = keywords::key(kind, name) else {
            if self.mode.mend {
                let message = format!("left out: no keyword of {}", noun(kind));
                self.report.add("unknown-keyword", &at, message);
                return None;
            }
            let message = format!(
                "unknown keyword {name:?} of {}: if a client needs none of it, add it to the \
                 table of crates/diff/src/keywords.rs as left out or as prose; else as kept, \
                 with what becomes of it",
                noun(kind)
            );
            self.fault(&at, message);
            return None;
        };
        let list = matches!(name, "enum" | "oneOf" | "anyOf" | "allOf") && kind == Kind::Schema;
        if list && value.as_array().is_some_and(Vec::is_empty) {
            if self.mode.mend {
                self.report
                    .add("empty-list", &at, "left out: it says nothing");
            } else {
                self.fault(&at, "must not be empty");
            }
            return None;
        }
        match key.treatment {
            Treatment::Keep => self.shaped(key.shape, value, &at),
            Treatment::Prose if self.keeps_words() && name == "description" => Some(value.clone()),
            Treatment::Prose => {
                self.prose(name);
                None
            }
            Treatment::Drop(rule, why) => {
                self.report.add(rule, &at, format!("left out: {why}"));
                None
            }
        }
    }

    fn shaped(&mut self, shape: Shape, value: &Value, at: &str) -> Option<Value> {
        if shape == Shape::Types
            && let Some(name) = unknown_type(value)
        {
            self.fault(
                at,
                format!("{name:?} is no type: a type is one of {}", TYPES.join(", ")),
            );
            return None;
        }
        let wrong = match (shape, value) {
            (Shape::Bool | Shape::Bound, Value::Bool(_))
            | (Shape::Text | Shape::Types, Value::String(_)) => return Some(value.clone()),
            (Shape::Any, _)
            | (Shape::Number | Shape::Bound, Value::Number(_))
            | (Shape::List, Value::Array(_)) => return Some(plain_numbers(value)),
            (Shape::Text, Value::Number(number)) if self.mode.mend => {
                self.report
                    .add("number-for-text", at, format!("{number} is now text"));
                return Some(Value::String(number.to_string()));
            }
            (Shape::Count, Value::Number(n)) => match whole(n) {
                Some(n) => return Some(n.into()),
                None => "a whole number from 0",
            },
            (Shape::Texts | Shape::Types, Value::Array(list))
                if list.iter().all(Value::is_string) =>
            {
                return Some(value.clone());
            }
            (Shape::Types, Value::Array(list)) if self.mode.mend => {
                self.report
                    .add("bare-null", at, "null in a list of types is now \"null\"");
                return Some(list.iter().map(null_by_name).collect());
            }
            (Shape::One(kind), _) => return Some(self.node(kind, value, at)),
            (Shape::Open, Value::Bool(_)) => return Some(value.clone()),
            (Shape::Open | Shape::Items, Value::Object(_)) | (Shape::Items, Value::Bool(_)) => {
                return Some(self.node(Kind::Schema, value, at));
            }
            (Shape::Items, Value::Array(list)) => return Some(self.each(Kind::Schema, list, at)),
            (Shape::Each(kind), Value::Array(list)) => return Some(self.each(kind, list, at)),
            (Shape::Map(kind), Value::Object(members)) => {
                return Some(self.named(kind, members, at));
            }
            (Shape::Bool, Value::String(text)) if self.mode.mend => {
                if let Ok(truth) = text.parse::<bool>() {
                    self.report
                        .add("text-for-boolean", at, format!("{text:?} is now {truth}"));
                    return Some(Value::Bool(truth));
                }
                "true or false"
            }
            (Shape::Bool, _) => "true or false",
            (Shape::Text, _) => "text",
            (Shape::Number, _) => "a number",
            (Shape::Count, _) => "a whole number from 0",
            (Shape::Bound, _) => "a number, true or false",
            (Shape::Texts, _) => "a list of text",
            (Shape::Types, _) => "a type's name, or a list of them",
            (Shape::List | Shape::Each(_), _) => "a list",
            (Shape::Open, _) => "a schema, true or false",
            (Shape::Items, _) => "a schema",
            (Shape::Map(_), _) => "an object",
        };
        self.fault(at, format!("must be {wrong}, not {}", brief(value)));
        None
    }

    fn each(&mut self, kind: Kind, list: &[Value], at: &str) -> Value {
        let mut lowered = Vec::new();
        for (n, item) in list.iter().enumerate() {
            let at = pointer::index(at, n);
            if item.is_null() && kind == Kind::Schema && self.mode.mend {
                self.report
                    .add("bare-null", &at, "null is now the type \"null\"");
                lowered.push(json!({"type": "null"}));
            } else {
                lowered.push(self.node(kind, item, &at));
            }
        }
        Value::Array(lowered)
    }

    fn named(&mut self, kind: Kind, members: &Map<String, Value>, at: &str) -> Value {
        let mut lowered = Map::new();
        for (name, item) in members {
            if keywords::is_extension_among(kind, name) {
                self.prose("x-*");
                continue;
            }
            let at = pointer::join(at, name);
            let mut name = name.clone();
            if kind == Kind::Response && self.mode.mend && is_small_range(&name) {
                name = name.to_uppercase();
                self.report
                    .add("status-range", &at, format!("is now {name}"));
            }
            lowered.insert(name, self.node(kind, item, &at));
        }
        Value::Object(lowered)
    }
}

/// Returns true for a range such as `4xx`, which the standard writes as `4XX`.
fn is_small_range(name: &str) -> bool {
    matches!(name.as_bytes(), [b'1'..=b'5', b'x', b'x'])
}

fn null_by_name(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        other => other.clone(),
    }
}

fn whole(number: &serde_json::Number) -> Option<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    number.as_u64().or_else(|| {
        number
            .as_f64()
            .filter(|n| n.fract() == 0.0 && *n >= 0.0 && *n < u64::MAX as f64)
            .map(|n| n as u64)
    })
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "a document",
        Kind::Info => "info",
        Kind::License => "a licence",
        Kind::Server => "a server",
        Kind::ServerVariable => "a server's variable",
        Kind::PathItem => "a path",
        Kind::Operation => "an operation",
        Kind::Parameter => "a parameter",
        Kind::RequestBody => "a request body",
        Kind::Response => "a response",
        Kind::Header => "a header",
        Kind::MediaType => "a media type",
        Kind::Encoding => "an encoding",
        Kind::Schema => "a schema",
        Kind::Discriminator => "a discriminator",
        Kind::Components => "components",
        Kind::SecurityScheme => "a security scheme",
    }
}
