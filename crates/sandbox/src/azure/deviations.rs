//! The switches for Azure's bodies that deviate from its document.

use crate::deviation::Deviation;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Deviation {
    /// Azure: `canceled`, as the first version of the API spelled it.
    pub const OneL: Deviation = Deviation::on("one-l");

    /// Azure: `notRunning`, which the first version of the API said for a job that waits.
    pub const NotRunning: Deviation = Deviation::off("not-running");

    /// Azure: `organisation_id`, as the dated documents spell it.
    pub const BritishSpelling: Deviation = Deviation::off("british-spelling");

    /// Azure: members that are null elsewhere are left out.
    pub const NullsLeftOut: Deviation = Deviation::off("nulls-left-out");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Deviation] = &[
    Deviation::OneL,
    Deviation::NotRunning,
    Deviation::BritishSpelling,
    Deviation::NullsLeftOut,
];
