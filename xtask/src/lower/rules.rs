//! The lowering table: one rule per construct, in the order in which they are
//! applied to a schema whose children are lowered already.

use super::{arrays, objects, refs, types, unions, values};
use crate::report::Report;
use serde_json::{Map, Value};
use unitune_diff::pointer;

/// The keywords of one schema.
pub type Schema = Map<String, Value>;

/// Where a rule is at work.
pub struct Site<'a> {
    /// The sliced document, not lowered: what references mean.
    pub document: &'a Value,
    /// Where rewrites are written down.
    pub report: &'a mut Report,
    /// The place of the schema.
    pub pointer: &'a str,
    /// The rule's name.
    pub rule: &'static str,
    /// Whether the document says that it is OpenAPI 3.1.
    pub newer: bool,
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

    /// The schema that a reference means, through chains of references.
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

    /// The schema itself, or what it refers to.
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
    /// What it does.
    pub about: &'static str,
    /// Doing it.
    pub apply: fn(&mut Schema, &mut Site<'_>),
}

const fn rule(
    id: &'static str,
    about: &'static str,
    apply: fn(&mut Schema, &mut Site<'_>),
) -> Rule {
    Rule { id, about, apply }
}

/// The rules, in order.
pub const RULES: &[Rule] = &[
    rule("const", "a const is an enum of one value", types::constant),
    rule(
        "enum-type",
        "enum values have the type that stands beside them",
        types::enum_type,
    ),
    rule(
        "enum-null",
        "null in an enum is `nullable`",
        types::enum_null,
    ),
    rule(
        "type-array",
        "a list of types is one type, or a oneOf",
        types::type_array,
    ),
    rule(
        "exclusive-bound",
        "a numeric exclusive bound is a bound and a flag",
        values::exclusive,
    ),
    rule(
        "content-encoding",
        "encoded text has a format",
        values::content,
    ),
    rule(
        "prefix-items",
        "a tuple is a list of any of its items",
        arrays::prefix_items,
    ),
    rule(
        "array-items",
        "every array says what it holds",
        arrays::items,
    ),
    rule(
        "count-on-items",
        "how many there are is said of the array",
        arrays::counts,
    ),
    rule(
        "pattern-properties",
        "members by pattern are members by any name",
        objects::patterns,
    ),
    rule(
        "unevaluated-properties",
        "a closed object is closed in one way",
        objects::unevaluated,
    ),
    rule(
        "impossible-property",
        "a member that may not be there is left out",
        objects::impossible,
    ),
    rule(
        "required-names",
        "required names stand once",
        objects::required,
    ),
    rule(
        "ref-siblings",
        "a reference stands alone, in an allOf if need be",
        refs::siblings,
    ),
    rule(
        "null-branch",
        "a null branch is `nullable`",
        unions::null_branch,
    ),
    rule(
        "union-with-type",
        "the branches of a union say their types",
        unions::with_type,
    ),
    rule(
        "union-beside-members",
        "members beside a union stand in an allOf",
        unions::beside,
    ),
    rule("same-branches", "a union has no branch twice", unions::same),
    rule(
        "union-of-strings",
        "strings of several kinds are strings",
        unions::strings,
    ),
    rule(
        "union-of-numbers",
        "whole numbers are numbers",
        unions::numbers,
    ),
    rule(
        "allof-annotations",
        "what only annotates stands beside, not inside",
        unions::annotations,
    ),
    rule(
        "default",
        "a default has the type of its schema",
        values::default,
    ),
    rule(
        "nullable",
        "`nullable` is said where it means something",
        types::nullable,
    ),
    rule(
        "single-branch",
        "a union of one branch is that branch",
        unions::single,
    ),
    rule(
        "implied-type",
        "a schema with members is an object",
        types::implied,
    ),
    rule(
        "discriminator",
        "a discriminator belongs to a union",
        unions::discriminator,
    ),
];

/// Applies all rules, in order, to a schema whose children are lowered: to the
/// one that stands at a place, and to each that a rule takes out of it.
pub fn apply(schema: &mut Schema, site: &mut Site<'_>) {
    for rule in RULES {
        let mut site = Site {
            document: site.document,
            report: &mut *site.report,
            pointer: site.pointer,
            rule: rule.id,
            newer: site.newer,
        };
        (rule.apply)(schema, &mut site);
    }
}

/// What can be settled only when all of a document is lowered: a schema that
/// allows nothing but null, and stands outside a union.
pub fn sweep(document: &mut Value, report: &mut Report) {
    super::schemas_mut(document, &mut |schema, at| {
        if schema.get("type").and_then(Value::as_str) == Some("null") {
            report.add("only-null", at, "nothing but null is now anything or null");
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("type");
                schema.insert("nullable".to_owned(), Value::Bool(true));
            }
        }
    });
}

/// Whether a lowered schema allows nothing but null.
pub fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}
