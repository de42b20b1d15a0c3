//! Constraints of numbers, texts, lists and objects.

use crate::rule::{B, I, Rule, W, rule, swaps, waived};

const LOOSE: &str = "no type depends on a bound, so that answers beyond it still decode; requests beyond it are refused";

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "constraint-tightened",
        (B, I),
        waived("constraint-loosened", LOOSE),
        "{name}: {to}, it was {from}",
        "Requests beyond the new bound are refused.",
        "Look whether our own limits and the callers' values still fit.",
    ),
    rule(
        "constraint-loosened",
        (I, W),
        waived("constraint-tightened", LOOSE),
        "{name}: {to}, it was {from}",
        "Answers may go beyond the old bound. They decode as before.",
        "See that nobody made room for the old bound only.",
    ),
    rule(
        "constraint-changed",
        (B, W),
        waived("constraint-changed", LOOSE),
        "{name}: {to}, it was {from}",
        "Neither of the two bounds holds the other: some values are refused that were fine, and the other way round.",
        "Look whether the callers' values still fit.",
    ),
    rule(
        "part-outweighed",
        (I, I),
        swaps("part-outweighed"),
        "{name} is {to}, it was {from}; another part of the `allOf` is stricter",
        "Several parts of a schema speak of one thing, and all of them hold. This one changed, and the whole did not.",
        "Nothing.",
    ),
];
