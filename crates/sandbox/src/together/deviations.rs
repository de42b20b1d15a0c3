//! The switches for Together's bodies that deviate from its document.

use crate::deviation::Deviation;

#[allow(
    non_upper_case_globals,
    reason = "they read as the variants of an open enum"
)]
impl Deviation {
    /// Together: event types in upper case, and `COMPRESSING_MODEL`.
    pub const UpperCaseEvents: Deviation = Deviation::on("upper-case-events");

    /// Together: `""` where a time is not known yet.
    pub const EmptyTimestamps: Deviation = Deviation::on("empty-timestamps");

    /// Together: `events` is null.
    pub const NullEvents: Deviation = Deviation::on("null-events");

    /// Together: events without the fields that their schema requires, and levels with a capital.
    pub const SparseEvents: Deviation = Deviation::off("sparse-events");

    /// Together: the status `user_error`, which the document's enum lacks.
    pub const UserError: Deviation = Deviation::on("user-error");

    /// Together: a job without an id.
    pub const MissingId: Deviation = Deviation::on("missing-id");

    /// Together: a job whose status is a number.
    pub const NumericStatus: Deviation = Deviation::off("numeric-status");

    /// Together: a cosine scheduler, which the schema's two branches both match.
    pub const CosineScheduler: Deviation = Deviation::on("cosine-scheduler");

    /// Together: `train_on_inputs` is `"auto"`.
    pub const AutoTrainOnInputs: Deviation = Deviation::off("auto-train-on-inputs");

    /// Together: `""` as scheduler and training type, as on old jobs.
    pub const EmptyTypes: Deviation = Deviation::off("empty-types");

    /// Together: `Suffix` and `TrainingFileNumLines` in place of the lower-case names.
    pub const CapitalFields: Deviation = Deviation::off("capital-fields");

    /// Together: a job that stopped early, and events as the vendor's SDK has them since June 2026: with types that the
    /// document lacks, and without what it requires.
    pub const NewEvents: Deviation = Deviation::off("new-events");

    /// Together: a job that was restarted under another id, which only its events tell.
    pub const Restarted: Deviation = Deviation::off("restarted");

    /// Together: times with an offset, with nine fraction digits, and as integers.
    pub const ForeignTimes: Deviation = Deviation::off("foreign-times");
}

/// All of them, in the order in which they are listed.
pub(super) const ALL: &[Deviation] = &[
    Deviation::UpperCaseEvents,
    Deviation::EmptyTimestamps,
    Deviation::NullEvents,
    Deviation::SparseEvents,
    Deviation::UserError,
    Deviation::MissingId,
    Deviation::NumericStatus,
    Deviation::CosineScheduler,
    Deviation::AutoTrainOnInputs,
    Deviation::EmptyTypes,
    Deviation::CapitalFields,
    Deviation::Restarted,
    Deviation::ForeignTimes,
    Deviation::NewEvents,
];
