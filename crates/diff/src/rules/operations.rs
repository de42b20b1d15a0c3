//! Operations.

use crate::rule::{B, I, Rule, W, rule, swaps, waived};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "operation-added",
        (I, I),
        waived(
            "operation-removed",
            "a new operation takes nothing away, a lost one does",
        ),
        "{name} is new",
        "The vendor can do one thing more.",
        "Select it in `source.toml` if a client of fine-tuning wants it.",
    ),
    rule(
        "operation-removed",
        (B, B),
        waived("operation-added", "who calls it gets 404"),
        "{name} is gone",
        "Calls of it are answered with 404, or will be.",
        "Look for what takes its place; else remove it with a new major version.",
    ),
    rule(
        "operation-moved",
        (B, B),
        swaps("operation-moved"),
        "{from} is now at {to}",
        "The operation is the same at another address. Calls of the old one are answered with 404, or will be.",
        "Change the path in `source.toml`; the Rust name stays.",
    ),
    rule(
        "paths-moved",
        (B, B),
        swaps("paths-moved"),
        "{name} moved from under {from} to under {to}",
        "Every operation, or nearly every one, has another address, unless the vendor's base URL moved the other way.",
        "Compare with the base URL: if it ends in the same prefix, drop it there or put it there; else change the paths in `source.toml`.",
    ),
    rule(
        "operation-renamed",
        (I, I),
        swaps("operation-renamed"),
        "the operationId is `{to}`, it was `{from}`",
        "Nothing changes on the wire. Who generates code from the vendor's document gets another function name.",
        "Keep the Rust name: `source.toml` gives operations their names.",
    ),
    rule(
        "operation-deprecated",
        (W, W),
        waived(
            "operation-undeprecated",
            "a warning is given once; taking it back warns of nothing",
        ),
        "{name} is deprecated",
        "The vendor means to take it away.",
        "Look for what takes its place, and mark the function as deprecated.",
    ),
    rule(
        "operation-undeprecated",
        (I, I),
        waived("operation-deprecated", "that it stays is good news"),
        "{name} is not deprecated any more",
        "The vendor means to keep it.",
        "Nothing.",
    ),
];
