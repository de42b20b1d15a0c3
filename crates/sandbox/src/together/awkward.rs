//! The switches for Together's awkward bodies.

use crate::awkward::Awkward;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Awkward {
    /// Together: event types in upper case, and `COMPRESSING_MODEL`.
    pub const UpperCaseEvents: Awkward = Awkward::on("upper-case-events");

    /// Together: `""` where a time is not known yet.
    pub const EmptyTimestamps: Awkward = Awkward::on("empty-timestamps");

    /// Together: `events` is null.
    pub const NullEvents: Awkward = Awkward::on("null-events");

    /// Together: events without the fields that their schema requires, and levels with a capital.
    pub const SparseEvents: Awkward = Awkward::off("sparse-events");

    /// Together: the status `user_error`, which the document's enum lacks.
    pub const UserError: Awkward = Awkward::on("user-error");

    /// Together: a job without an id.
    pub const MissingId: Awkward = Awkward::on("missing-id");

    /// Together: a job whose status is a number.
    pub const NumericStatus: Awkward = Awkward::off("numeric-status");

    /// Together: a cosine scheduler, which the schema's two branches both match.
    pub const CosineScheduler: Awkward = Awkward::on("cosine-scheduler");

    /// Together: `train_on_inputs` is `"auto"`.
    pub const AutoTrainOnInputs: Awkward = Awkward::off("auto-train-on-inputs");

    /// Together: `""` as scheduler and training type, as on old jobs.
    pub const EmptyTypes: Awkward = Awkward::off("empty-types");

    /// Together: `Suffix` and `TrainingFileNumLines` in place of the lower-case names.
    pub const CapitalFields: Awkward = Awkward::off("capital-fields");

    /// Together: a job that stopped early, and events as the vendor's SDK has them since June 2026: with types that the
    /// document lacks, and without what it requires.
    pub const NewEvents: Awkward = Awkward::off("new-events");

    /// Together: a job that was restarted under another id, which only its events tell.
    pub const Restarted: Awkward = Awkward::off("restarted");

    /// Together: times with an offset, with nine fraction digits, and as integers.
    pub const ForeignTimes: Awkward = Awkward::off("foreign-times");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Awkward] = &[
    Awkward::UpperCaseEvents,
    Awkward::EmptyTimestamps,
    Awkward::NullEvents,
    Awkward::SparseEvents,
    Awkward::UserError,
    Awkward::MissingId,
    Awkward::NumericStatus,
    Awkward::CosineScheduler,
    Awkward::AutoTrainOnInputs,
    Awkward::EmptyTypes,
    Awkward::CapitalFields,
    Awkward::Restarted,
    Awkward::ForeignTimes,
    Awkward::NewEvents,
];
