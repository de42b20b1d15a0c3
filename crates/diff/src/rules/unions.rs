//! Unions, by branch.

use crate::rule::{B, I, Rule, W, rule, swaps};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "union-branch-added",
        (I, B),
        swaps("union-branch-removed"),
        "{name} can be {to}",
        "Responses may have a shape that today's clients keep as raw JSON.",
        "The Rust enum gets a variant. Decide how `unify` maps it.",
    ),
    rule(
        "union-branch-removed",
        (B, I),
        swaps("union-branch-added"),
        "{name} can no longer be {from}",
        "Requests in this shape are rejected. The Rust variant is removed.",
        "Check whether another branch accepts its values.",
    ),
    rule(
        "became-union",
        (I, B),
        swaps("no-longer-union"),
        "{name} can be {to}, it was {from}",
        "All values that could be sent still can, and more. Responses may have shapes that today's clients do not decode.",
        "The Rust type becomes an enum: a new major version. Decide how `unify` maps each branch.",
    ),
    rule(
        "no-longer-union",
        (B, I),
        swaps("became-union"),
        "{name} must be {to}, it could be {from}",
        "Requests in the other shapes are rejected. Responses decode as before.",
        "The Rust enum becomes the type of one branch: a new major version.",
    ),
    rule(
        "union-reordered",
        (I, I),
        swaps("union-reordered"),
        "the branches of {name} have another order",
        "The same shapes are allowed. Decoders that try the branches in order may select another one.",
        "Make sure that the branches can be distinguished without their order.",
    ),
    rule(
        "union-kind-changed",
        (W, W),
        swaps("union-kind-changed"),
        "{name} is {to}, it was {from}",
        "A value may match one branch exactly, or several at once.",
        "Make sure that the branches can be distinguished.",
    ),
    rule(
        "discriminator-changed",
        (B, B),
        swaps("discriminator-changed"),
        "the branches of {name} are distinguished by {to}, it was {from}",
        "Another member, or another value of it, selects the branch, and the branches do not require it themselves: requests without it are rejected, and responses are decoded as another branch.",
        "Make sure that every branch has that member, requires it, and lists its value.",
    ),
    rule(
        "discriminator-restated",
        (W, W),
        swaps("discriminator-restated"),
        "the branches of {name} are distinguished by {to}, it was {from}; the branches require the same values as before",
        "The requirements of the branches did not change, only the discriminator beside them.",
        "Make sure that the two agree.",
    ),
    rule(
        "tuple-changed",
        (B, B),
        swaps("tuple-changed"),
        "the items of {name} are {to}, they were {from}",
        "Each position of the list has its own meaning: values at the old positions are rejected or misread, in requests and responses. The Rust type is a list of any of the items, and may be the same as before.",
        "Find the code that reads or writes the list by position.",
    ),
];
