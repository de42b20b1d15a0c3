//! Unions, by branch.

use crate::rule::{B, I, Rule, W, rule, swaps};

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
        (B, B),
        swaps("discriminator-changed"),
        "the branches of {name} are told apart by {to}, it was {from}",
        "Another member, or another word in it, tells which branch is meant, and the branches do not say so themselves: requests without it are refused, and answers are taken for another branch.",
        "See that every branch has that member, requires it, and lists its word.",
    ),
    rule(
        "discriminator-restated",
        (W, W),
        swaps("discriminator-restated"),
        "the branches of {name} are told apart by {to}, it was {from}; the branches demand the same words as before",
        "What the branches demand did not change, only what is said beside them.",
        "See that the two agree.",
    ),
    rule(
        "tuple-changed",
        (B, B),
        swaps("tuple-changed"),
        "the items of {name} are {to}, they were {from}",
        "Each place of the list has its own meaning: what is sent at the old places is refused or misread, and so is what is received. The Rust type is a list of any of the items, and may be the same as before.",
        "See who reads or writes the list by position.",
    ),
];
