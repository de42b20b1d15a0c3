//! Unions, by branch.

use crate::diff::rule::{B, I, Rule, W, rule, swaps};

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "union-branch-added",
        (I, B),
        swaps("union-branch-removed"),
        "{name} can be {to}",
        "Answers may hold a shape that clients of today keep as raw JSON.",
        "The Rust enum gets a variant. Decide what `unify` makes of it.",
    ),
    rule(
        "union-branch-removed",
        (B, I),
        swaps("union-branch-added"),
        "{name} cannot be {from} any more",
        "Requests in this shape are refused. The Rust variant vanishes.",
        "Look whether another branch takes its values.",
    ),
    rule(
        "became-union",
        (I, B),
        swaps("no-longer-union"),
        "{name} can be {to}, it was {from}",
        "What could be sent still can, and more. Answers may hold more shapes than clients of today can take.",
        "The Rust type becomes an enum: a new major version. Decide what `unify` makes of each branch.",
    ),
    rule(
        "no-longer-union",
        (B, I),
        swaps("became-union"),
        "{name} must be {to}, it could be {from}",
        "Requests in the other shapes are refused. What is received is as good as before.",
        "The Rust enum becomes the type of one branch: a new major version.",
    ),
    rule(
        "union-reordered",
        (I, I),
        swaps("union-reordered"),
        "the branches of {name} stand in another order",
        "The same shapes are allowed. Decoders that try one branch after the other may take another one.",
        "See that the branches can be told apart without their order.",
    ),
    rule(
        "union-kind-changed",
        (W, W),
        swaps("union-kind-changed"),
        "{name} is {to}, it was {from}",
        "A value may match one branch exactly, or several at once.",
        "See that the branches can be told apart.",
    ),
    rule(
        "discriminator-changed",
        (W, W),
        swaps("discriminator-changed"),
        "the branches of {name} are told apart by {to}, it was {from}",
        "Decoders look at another member to find the branch.",
        "See that every branch has that member, and requires it.",
    ),
];
