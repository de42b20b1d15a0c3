//! What a schema is, and what it is called.

use crate::rule::{B, I, Rule, rule, swaps};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "type-changed",
        (B, B),
        swaps("type-changed"),
        "{name} is {to}, it was {from}",
        "Values of the old type are rejected, and values of the new type do not decode.",
        "The Rust type changes: a new major version. Adapt `unify`.",
    ),
    rule(
        "type-widened",
        (I, B),
        swaps("type-narrowed"),
        "{name} can be {to}, it was {from}",
        "All values that could be sent still can. Responses may have values that today's clients do not decode.",
        "The Rust type changes. Decide what the new values mean.",
    ),
    rule(
        "type-narrowed",
        (B, I),
        swaps("type-widened"),
        "{name} must be {to}, it could be {from}",
        "Some values that could be sent are rejected now. Responses decode as before.",
        "The Rust type changes. Check whether a caller may still send the other values.",
    ),
    rule(
        "schema-renamed",
        (I, I),
        swaps("schema-renamed"),
        "the schema `{from}` is now called `{to}`",
        "Only names change: requests and responses stay the same, but the Rust type has the schema's name.",
        "Keep the Rust name with a line under `[components]` of `source.toml`, or release a new major version.",
    ),
    rule(
        "schema-replaced",
        (I, I),
        swaps("schema-replaced"),
        "{name} refers to `{to}`, it referred to `{from}`",
        "Both schemas existed before. Their differences are listed separately; the Rust type is another one.",
        "Review the differences. If there are none, make the two one.",
    ),
    rule(
        "schema-split",
        (I, I),
        swaps("schema-merged"),
        "{name} refers to the new schema `{to}`, it referred to `{from}`, which stays",
        "One schema became two. Their differences are listed separately; the Rust type is another one.",
        "Review the differences. If there are none, make the two one with `[components]` of `source.toml`.",
    ),
    rule(
        "schema-merged",
        (I, I),
        swaps("schema-split"),
        "{name} refers to `{to}`; its own schema `{from}` is gone",
        "Two schemas became one. Their differences are listed separately; the Rust type is another one.",
        "Release a new major version, or keep the old name as an alias.",
    ),
    rule(
        "schema-named",
        (I, I),
        swaps("schema-inlined"),
        "{name} has become the schema `{to}`",
        "An inline schema became a named one. Requests and responses stay the same.",
        "Keep the Rust name with a line under `[components]` of `source.toml`.",
    ),
    rule(
        "schema-inlined",
        (I, I),
        swaps("schema-named"),
        "the schema `{from}` is written out at {name}",
        "A named schema became an inline one. Requests and responses stay the same.",
        "Keep the Rust name with a line under `[components]` of `source.toml`.",
    ),
];
