//! The switches for Azure's awkward bodies.

use crate::awkward::Awkward;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Awkward {
    /// Azure: `canceled`, as the first version of the API spelled it.
    pub const OneL: Awkward = Awkward::on("one-l");

    /// Azure: `notRunning`, which the first version of the API said for a job that waits.
    pub const NotRunning: Awkward = Awkward::off("not-running");

    /// Azure: `organisation_id`, as the dated documents spell it.
    pub const BritishSpelling: Awkward = Awkward::off("british-spelling");

    /// Azure: members that are null elsewhere are left out.
    pub const NullsLeftOut: Awkward = Awkward::off("nulls-left-out");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Awkward] = &[
    Awkward::OneL,
    Awkward::NotRunning,
    Awkward::BritishSpelling,
    Awkward::NullsLeftOut,
];
