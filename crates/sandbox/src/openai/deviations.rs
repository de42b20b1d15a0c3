//! The switches for OpenAI's bodies that deviate from its document.

use crate::deviation::Deviation;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Deviation {
    /// OpenAI: `error` is `{}` on a job that did not fail.
    pub const EmptyError: Deviation = Deviation::on("empty-error");

    /// OpenAI: `error` is an object whose fields are all null.
    pub const NullError: Deviation = Deviation::off("null-error");

    /// OpenAI: the undocumented field `user_provided_suffix`.
    pub const UserProvidedSuffix: Deviation = Deviation::on("user-provided-suffix");

    /// OpenAI: the status `paused`, which the document's enum lacks.
    pub const Paused: Deviation = Deviation::on("paused");

    /// OpenAI: fields that the schema requires are absent.
    pub const MissingRequired: Deviation = Deviation::off("missing-required");

    /// OpenAI: a status that no document has.
    pub const UnknownStatus: Deviation = Deviation::off("unknown-status");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Deviation] = &[
    Deviation::EmptyError,
    Deviation::NullError,
    Deviation::UserProvidedSuffix,
    Deviation::Paused,
    Deviation::MissingRequired,
    Deviation::UnknownStatus,
];
