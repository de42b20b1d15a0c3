//! Mapping rules: each way in which a field of the gateway's job comes about.
//!
//! A vendor's rules are tables in its module. Notes quote them, strict mode
//! rejects those that guess, and `docs/mapping.md` is written from them.

use super::NoteKind;

/// A rule by which a field of the gateway's job gets its value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The gateway's field.
    pub(crate) field: &'static str,
    /// The kind of note that the rule gives.
    pub(crate) kind: NoteKind,
    /// True if the rule guesses or loses something: strict mode rejects it.
    pub(crate) guess: bool,
    /// The source of the value, or why there is none.
    pub(crate) message: &'static str,
}

/// Declares rules as constants, and the table of all of them.
macro_rules! rules {
    ($(#[$meta:meta])* $table:ident {
        $($name:ident: $field:literal, $kind:ident $(($guess:ident))?, $message:literal;)*
    }) => {
        $(
            pub(in crate::unify) const $name: &Rule = &Rule {
                field: $field,
                kind: NoteKind::$kind,
                guess: rules!(@guess $($guess)?),
                message: $message,
            };
        )*
        $(#[$meta])*
        pub(in crate::unify) const $table: &[&Rule] = &[$($name),*];
    };
    (@guess) => { false };
    (@guess guess) => { true };
}
pub(super) use rules;

/// Rules that hold for every vendor.
pub(in crate::unify) mod common {
    use super::{NoteKind, Rule};

    rules! {
        /// All of them, for `docs/mapping.md`.
        #[cfg_attr(not(test), allow(dead_code))]
        TABLE {
            STATUS_EXACT: "status", Exact, "the vendor's word is the gateway's";
            STATUS_DERIVED: "status", Derived, "the vendor's word, by the table of statuses";
            STATUS_UNKNOWN: "status", Defaulted (guess), "a word that no document names is taken for running, so that no end is invented";
            FINISHED: "finished_at", Exact, "`finished_at`";
            FINISHED_CONTRADICTS: "finished_at", Unavailable (guess), "the vendor's time lies before `created_at`";
        }
    }
}
