//! Corrects keywords that are spelt with underscores.

use super::rule::Schema;
use crate::report::Report;
use unitune_diff::pointer;

/// Spellings that were seen, and what they mean.
const SPELLINGS: &[(&str, &str)] = &[
    ("min_items", "minItems"),
    ("max_items", "maxItems"),
    ("unique_items", "uniqueItems"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("min_properties", "minProperties"),
    ("max_properties", "maxProperties"),
    ("additional_properties", "additionalProperties"),
    ("exclusive_minimum", "exclusiveMinimum"),
    ("exclusive_maximum", "exclusiveMaximum"),
    ("multiple_of", "multipleOf"),
    ("one_of", "oneOf"),
    ("any_of", "anyOf"),
    ("all_of", "allOf"),
    ("read_only", "readOnly"),
    ("write_only", "writeOnly"),
];

/// Spells the keywords of a schema as the standard does.
pub fn correct(schema: &mut Schema, at: &str, report: &mut Report) {
    for (wrong, right) in SPELLINGS {
        let Some(value) = schema.remove(*wrong) else {
            continue;
        };
        let place = pointer::join(at, wrong);
        if schema.contains_key(*right) {
            report.add(
                "misspelt",
                &place,
                format!("left out: {right} is there too"),
            );
        } else {
            report.add("misspelt", &place, format!("is now {right}"));
            schema.insert((*right).to_owned(), value);
        }
    }
}
