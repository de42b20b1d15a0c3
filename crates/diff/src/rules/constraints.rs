//! Constraints of numbers, texts, lists and objects.

use crate::rule::{B, I, Rule, W, rule, swaps, waived};

const LOOSE: &str = "no type depends on a bound, so responses beyond it still decode; requests beyond it are rejected";

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "constraint-tightened",
        (B, I),
        waived("constraint-loosened", LOOSE),
        "{name}: {to}, it was {from}",
        "Requests beyond the new bound are rejected.",
        "Check our own limits and the callers' values against it.",
    ),
    rule(
        "constraint-loosened",
        (I, W),
        waived("constraint-tightened", LOOSE),
        "{name}: {to}, it was {from}",
        "Responses may exceed the old bound. They decode as before.",
        "Make sure that no code relies on the old bound.",
    ),
    rule(
        "constraint-changed",
        (B, W),
        waived("constraint-changed", LOOSE),
        "{name}: {to}, it was {from}",
        "Neither bound contains the other: some values that were valid are rejected, and the other way round.",
        "Check the callers' values against it.",
    ),
    rule(
        "all-of-part-changed",
        (I, I),
        swaps("all-of-part-changed"),
        "{name} is {to}, it was {from}; another part of the `allOf` is stricter",
        "Several parts of an `allOf` restrict the same keyword, and the strictest one counts. Another one changed.",
        "Nothing.",
    ),
];
