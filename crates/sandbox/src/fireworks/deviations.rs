//! The switches for Fireworks' bodies that deviate from its document.

use crate::deviation::Deviation;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Deviation {
    /// Fireworks: a state without its prefix, as on old jobs.
    pub const BareStates: Deviation = Deviation::on("bare-states");

    /// Fireworks: 64-bit integers as numbers, not as strings.
    pub const NumericLongs: Deviation = Deviation::on("numeric-longs");

    /// Fireworks: a job without the time of its creation.
    pub const MissingCreateTime: Deviation = Deviation::on("missing-create-time");

    /// Fireworks: a state of older reinforcement jobs, which the document's enum lacks.
    pub const PolicyUpdate: Deviation = Deviation::off("policy-update");

    /// Fireworks: the state of a job that was put away, which the document's enum lacks.
    pub const Archived: Deviation = Deviation::off("archived");

    /// Fireworks: a state that nobody knows.
    pub const UnknownJobState: Deviation = Deviation::off("unknown-job-state");

    /// Fireworks: unset fields are left out, and not written out as zero.
    pub const UnsetLeftOut: Deviation = Deviation::off("unset-left-out");

    /// Fireworks: fields that the document lacks.
    pub const NewerFields: Deviation = Deviation::off("newer-fields");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Deviation] = &[
    Deviation::BareStates,
    Deviation::NumericLongs,
    Deviation::MissingCreateTime,
    Deviation::PolicyUpdate,
    Deviation::Archived,
    Deviation::UnknownJobState,
    Deviation::UnsetLeftOut,
    Deviation::NewerFields,
];
