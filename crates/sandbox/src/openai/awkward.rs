//! The switches for OpenAI's awkward bodies.

use crate::awkward::Awkward;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Awkward {
    /// OpenAI: `error` is `{}` on a job that did not fail.
    pub const EmptyError: Awkward = Awkward::on("empty-error");

    /// OpenAI: `error` is an object whose fields are all null.
    pub const NullError: Awkward = Awkward::off("null-error");

    /// OpenAI: the undocumented field `user_provided_suffix`.
    pub const UserProvidedSuffix: Awkward = Awkward::on("user-provided-suffix");

    /// OpenAI: the status `paused`, which the document's enum lacks.
    pub const Paused: Awkward = Awkward::on("paused");

    /// OpenAI: fields that the schema requires are absent.
    pub const MissingRequired: Awkward = Awkward::off("missing-required");

    /// OpenAI: a status that no document has.
    pub const UnknownStatus: Awkward = Awkward::off("unknown-status");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Awkward] = &[
    Awkward::EmptyError,
    Awkward::NullError,
    Awkward::UserProvidedSuffix,
    Awkward::Paused,
    Awkward::MissingRequired,
    Awkward::UnknownStatus,
];
