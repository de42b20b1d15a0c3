//! What a schema is, and what it is called.

use crate::rule::{B, I, Rule, rule, swaps};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "type-changed",
        (B, B),
        swaps("type-changed"),
        "{name} is {to}, it was {from}",
        "Values of the old type are refused, and values of the new type do not decode.",
        "The Rust type changes: a new major version. See what `unify` makes of it.",
    ),
    rule(
        "type-widened",
        (I, B),
        swaps("type-narrowed"),
        "{name} can be {to}, it was {from}",
        "All that could be sent still can. What is received may be more than clients of today can take.",
        "The Rust type changes. Decide what the new values mean.",
    ),
    rule(
        "type-narrowed",
        (B, I),
        swaps("type-widened"),
        "{name} must be {to}, it could be {from}",
        "Some values that could be sent are refused now. What is received is as good as before.",
        "The Rust type changes. Look whether a caller may still send the other values.",
    ),
    rule(
        "schema-renamed",
        (I, I),
        swaps("schema-renamed"),
        "the schema `{from}` is now called `{to}`",
        "Only names change: nothing on the wire, but the Rust type is called after the schema.",
        "Keep the Rust name with a line under `[components]` of `source.toml`, or release a new major version.",
    ),
    rule(
        "schema-replaced",
        (I, I),
        swaps("schema-replaced"),
        "{name} refers to `{to}`, it referred to `{from}`",
        "Both schemas were there before. What differs between them is listed beside it; the Rust type is another.",
        "Look at what differs. If nothing does, the two may become one.",
    ),
    rule(
        "schema-split",
        (I, I),
        swaps("schema-merged"),
        "{name} refers to the new schema `{to}`, it referred to `{from}`, which stays",
        "What was one shape is two. What differs is listed beside it; the Rust type is another.",
        "Look at what differs. If nothing does, make the two one with `[components]` of `source.toml`.",
    ),
    rule(
        "schema-merged",
        (I, I),
        swaps("schema-split"),
        "{name} refers to `{to}`; its own schema `{from}` is gone",
        "What were two shapes is one. What differed is listed beside it; the Rust type is another.",
        "Release a new major version, or keep the old name as an alias.",
    ),
    rule(
        "schema-named",
        (I, I),
        swaps("schema-inlined"),
        "{name} has become the schema `{to}`",
        "What stood in its place has a name now. Nothing changes on the wire.",
        "Keep the Rust name with a line under `[components]` of `source.toml`.",
    ),
    rule(
        "schema-inlined",
        (I, I),
        swaps("schema-named"),
        "the schema `{from}` is written out at {name}",
        "What had a name stands in its place now. Nothing changes on the wire.",
        "Keep the Rust name with a line under `[components]` of `source.toml`.",
    ),
];
