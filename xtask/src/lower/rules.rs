//! The lowering table: one rule per construct, in the order in which they are
//! applied to a schema whose children are lowered already.

use super::rule::{Rule, Schema, Site};
use super::{arrays, objects, refs, types, unions, values};
use crate::report::Report;
use serde_json::Value;

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

/// What can be settled only when all of a document is lowered: a schema that
/// allows nothing but null, and stands outside a union.
pub fn sweep(document: &mut Value, report: &mut Report) {
    crate::schemas::schemas_mut(document, &mut |schema, at| {
        if schema.get("type").and_then(Value::as_str) == Some("null") {
            report.add("only-null", at, "nothing but null is now anything or null");
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("type");
                schema.insert("nullable".to_owned(), Value::Bool(true));
            }
        }
    });
}
