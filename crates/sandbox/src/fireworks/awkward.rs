//! The switches for Fireworks' awkward bodies.

use crate::awkward::Awkward;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Awkward {
    /// Fireworks: a state without its prefix, as on old jobs.
    pub const BareStates: Awkward = Awkward::on("bare-states");

    /// Fireworks: 64-bit integers as numbers, not as strings.
    pub const NumericLongs: Awkward = Awkward::on("numeric-longs");

    /// Fireworks: a job without the time of its creation.
    pub const MissingCreateTime: Awkward = Awkward::on("missing-create-time");

    /// Fireworks: a state of older reinforcement jobs, which the document's enum lacks.
    pub const PolicyUpdate: Awkward = Awkward::off("policy-update");

    /// Fireworks: the state of a job that was put away, which the document's enum lacks.
    pub const Archived: Awkward = Awkward::off("archived");

    /// Fireworks: a state that nobody knows.
    pub const UnknownJobState: Awkward = Awkward::off("unknown-job-state");

    /// Fireworks: unset fields are left out, and not written out as zero.
    pub const UnsetLeftOut: Awkward = Awkward::off("unset-left-out");

    /// Fireworks: fields that the document lacks.
    pub const NewerFields: Awkward = Awkward::off("newer-fields");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Awkward] = &[
    Awkward::BareStates,
    Awkward::NumericLongs,
    Awkward::MissingCreateTime,
    Awkward::PolicyUpdate,
    Awkward::Archived,
    Awkward::UnknownJobState,
    Awkward::UnsetLeftOut,
    Awkward::NewerFields,
];
