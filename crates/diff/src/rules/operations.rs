//! Operations.

use crate::rule::{B, I, Rule, W, rule, swaps, waived};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "operation-added",
        (I, I),
        waived(
            "operation-removed",
            "a new operation breaks nothing, a removed one does",
        ),
        "{name} is new",
        "The vendor supports one more operation.",
        "Select it in `source.toml` if it belongs to fine-tuning.",
    ),
    rule(
        "operation-removed",
        (B, B),
        waived(
            "operation-added",
            "calls of a removed operation fail with 404",
        ),
        "{name} is gone",
        "Calls fail with 404, now or later.",
        "Find its replacement; otherwise remove it with a new major version.",
    ),
    rule(
        "operation-moved",
        (B, B),
        swaps("operation-moved"),
        "{from} is now at {to}",
        "The same operation has another path. Calls of the old one fail with 404, now or later.",
        "Change the path in `source.toml`; the Rust name stays.",
    ),
    rule(
        "paths-moved",
        (B, B),
        swaps("paths-moved"),
        "{name} moved from under {from} to under {to}",
        "Every operation, or nearly every one, has another path, unless the vendor's base URL changed the other way.",
        "Compare it with the base URL: if that ends in the same prefix, remove or add the prefix there; otherwise change the paths in `source.toml`.",
    ),
    rule(
        "operation-renamed",
        (I, I),
        swaps("operation-renamed"),
        "the operationId is `{to}`, it was `{from}`",
        "Requests and responses stay the same. Code generated from the vendor's document gets another function name.",
        "Keep the Rust name: `source.toml` gives operations their names.",
    ),
    rule(
        "operation-deprecated",
        (W, W),
        waived(
            "operation-undeprecated",
            "a deprecation is a warning; its withdrawal is not",
        ),
        "{name} is deprecated",
        "The vendor intends to remove it.",
        "Find its replacement, and mark the function as deprecated.",
    ),
    rule(
        "operation-undeprecated",
        (I, I),
        waived(
            "operation-deprecated",
            "a deprecation is a warning; its withdrawal is not",
        ),
        "{name} is no longer deprecated",
        "The vendor intends to keep it.",
        "Nothing.",
    ),
];
