//! The lowering table: one rule per construct, in the order in which they are
//! applied to a schema whose children are lowered already.

use super::rule::{Rule, Schema, Site};
use super::{arrays, objects, refs, types, unions, values};
use crate::report::Report;
use serde_json::Value;

const fn rule(id: &'static str, apply: fn(&mut Schema, &mut Site<'_>)) -> Rule {
    Rule { id, apply }
}

/// The rules, in order.
pub const RULES: &[Rule] = &[
    // A const is an enum of one value.
    rule("const", types::constant),
    // Enum values have the type that stands beside them.
    rule("enum-type", types::enum_type),
    // Null in an enum is `nullable`.
    rule("enum-null", types::enum_null),
    // A list of types is one type, or a oneOf.
    rule("type-array", types::type_array),
    // A numeric exclusive bound is a bound and a flag.
    rule("exclusive-bound", values::exclusive),
    // Encoded text has a format.
    rule("content-encoding", values::content),
    // A tuple is a list of any of its items.
    rule("prefix-items", arrays::prefix_items),
    // Every array has items.
    rule("array-items", arrays::items),
    // The number of items is a keyword of the array.
    rule("count-on-items", arrays::counts),
    // Members by pattern are members by any name.
    rule("pattern-properties", objects::patterns),
    // A closed object is closed in one way.
    rule("unevaluated-properties", objects::unevaluated),
    // A member that may not be there is left out.
    rule("impossible-property", objects::impossible),
    // Required names stand once.
    rule("required-names", objects::required),
    // A reference stands alone, in an allOf if need be.
    rule("ref-siblings", refs::siblings),
    // A null branch is `nullable`.
    rule("null-branch", unions::null_branch),
    // The branches of a union have their types.
    rule("union-with-type", unions::with_type),
    // Members beside a union stand in an allOf.
    rule("union-beside-members", unions::siblings_of_union),
    // A union has no branch twice.
    rule("same-branches", unions::same),
    // Strings of several kinds are strings.
    rule("union-of-strings", unions::strings),
    // Whole numbers are numbers.
    rule("union-of-numbers", unions::numbers),
    // What only annotates stands beside, not inside.
    rule("allof-annotations", unions::annotations),
    // A default has the type of its schema.
    rule("default", values::default),
    // `nullable` is kept where it has an effect.
    rule("nullable", types::nullable),
    // A union of one branch is that branch.
    rule("single-branch", unions::single),
    // A schema with members is an object.
    rule("implied-type", types::implied),
    // A discriminator belongs to a union.
    rule("discriminator", unions::discriminator),
];

/// Applies the rules that need the whole document to be lowered: a schema that
/// allows only null, outside a union.
pub fn sweep(document: &mut Value, report: &mut Report) {
    crate::visit_schemas::schemas_mut(document, &mut |schema, at| {
        if schema.get("type").and_then(Value::as_str) == Some("null") {
            report.add("only-null", at, "nothing but null is now anything or null");
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("type");
                schema.insert("nullable".to_owned(), Value::Bool(true));
            }
        }
    });
}
