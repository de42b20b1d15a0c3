//! A lowering rule, and the schema and document that it is applied to.

use crate::report::Report;
use serde_json::{Map, Value};
use unitune_diff::pointer;

/// The keywords of one schema.
pub type Schema = Map<String, Value>;

/// The place and the environment of a rule.
pub struct Site<'a> {
    /// The sliced document, not lowered: what references mean.
    pub document: &'a Value,
    /// Where rewrites are written down.
    pub report: &'a mut Report,
    /// The place of the schema.
    pub pointer: &'a str,
    /// The rule's name.
    pub rule: &'static str,
    /// Whether the document is OpenAPI 3.1.
    pub newer: bool,
    /// The rules that apply, in order.
    pub rules: &'static [Rule],
}

impl Site<'_> {
    /// Writes a rewrite down.
    pub fn note(&mut self, keyword: &str, detail: impl Into<String>) {
        let at = if keyword.is_empty() {
            self.pointer.to_owned()
        } else {
            pointer::join(self.pointer, keyword)
        };
        self.report.add(self.rule, &at, detail);
    }

    /// Returns the schema that a reference means, through chains of references.
    pub fn target(&self, reference: &str) -> Option<&Schema> {
        let mut reference = reference;
        for _ in 0..32 {
            let target = self
                .document
                .pointer(&pointer::of_reference(reference)?)?
                .as_object()?;
            match target.get("$ref").and_then(Value::as_str) {
                Some(next) => reference = next,
                None => return Some(target),
            }
        }
        None
    }

    /// Returns the schema itself, or what it refers to.
    pub fn resolve<'s>(&'s self, schema: &'s Value) -> Option<&'s Schema> {
        let schema = schema.as_object()?;
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.target(reference),
            None => Some(schema),
        }
    }
}

/// One rule.
pub struct Rule {
    /// Its name in the report.
    pub id: &'static str,
    /// Doing it.
    pub apply: fn(&mut Schema, &mut Site<'_>),
}

/// Applies all rules, in order, to a schema whose children are lowered: to the
/// one that stands at a place, and to each that a rule takes out of it.
pub fn apply(schema: &mut Schema, site: &mut Site<'_>) {
    for rule in site.rules {
        let mut site = Site {
            document: site.document,
            report: &mut *site.report,
            pointer: site.pointer,
            rule: rule.id,
            newer: site.newer,
            rules: site.rules,
        };
        (rule.apply)(schema, &mut site);
    }
}

/// Returns whether a lowered schema allows nothing but null.
pub fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}
