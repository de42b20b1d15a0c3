//! The awkward bodies that vendors really send, each of them a switch.

use std::fmt;

/// A deviation from a vendor's own document that the vendor's service shows in real life.
///
/// Each one that is switched on adds one job to the seed, whose bodies deviate in this way and in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Awkward {
    /// OpenAI: `error` is `{}` on a job that did not fail.
    EmptyError,
    /// OpenAI: `error` is an object whose fields are all null.
    NullError,
    /// OpenAI: the undocumented field `user_provided_suffix`.
    UserProvidedSuffix,
    /// OpenAI: the status `paused`, which the document's enum lacks.
    Paused,
    /// OpenAI: fields that the schema requires are absent.
    MissingRequired,
    /// OpenAI: a status that no document knows.
    UnknownStatus,
    /// Together: event types in upper case, and `COMPRESSING_MODEL`.
    UpperCaseEvents,
    /// Together: `""` where a time is not known yet.
    EmptyTimestamps,
    /// Together: `events` is null.
    NullEvents,
    /// Together: events without the fields that their schema requires, and levels with a capital.
    SparseEvents,
    /// Together: the status `user_error`, which the document's enum lacks.
    UserError,
    /// Together: a job without an id.
    MissingId,
    /// Together: a job whose status is a number.
    NumericStatus,
    /// Together: a cosine scheduler, which the schema's two branches both match.
    CosineScheduler,
    /// Together: `train_on_inputs` is `"auto"`.
    AutoTrainOnInputs,
    /// Together: `""` as scheduler and training type, as on old jobs.
    EmptyTypes,
    /// Together: `Suffix` and `TrainingFileNumLines` in place of the lower-case names.
    CapitalFields,
    /// Together: a job that was restarted under another id, which only its events tell.
    Restarted,
    /// Together: times with an offset, with nine fraction digits, and as integers.
    ForeignTimes,
}

impl Awkward {
    /// Every switch, with its name.
    pub const ALL: &[(&str, Awkward)] = &[
        ("empty-error", Awkward::EmptyError),
        ("null-error", Awkward::NullError),
        ("user-provided-suffix", Awkward::UserProvidedSuffix),
        ("paused", Awkward::Paused),
        ("missing-required", Awkward::MissingRequired),
        ("unknown-status", Awkward::UnknownStatus),
        ("upper-case-events", Awkward::UpperCaseEvents),
        ("empty-timestamps", Awkward::EmptyTimestamps),
        ("null-events", Awkward::NullEvents),
        ("sparse-events", Awkward::SparseEvents),
        ("user-error", Awkward::UserError),
        ("missing-id", Awkward::MissingId),
        ("numeric-status", Awkward::NumericStatus),
        ("cosine-scheduler", Awkward::CosineScheduler),
        ("auto-train-on-inputs", Awkward::AutoTrainOnInputs),
        ("empty-types", Awkward::EmptyTypes),
        ("capital-fields", Awkward::CapitalFields),
        ("restarted", Awkward::Restarted),
        ("foreign-times", Awkward::ForeignTimes),
    ];

    /// The switches that are on unless the builder is told otherwise.
    pub const DEFAULT: &[Awkward] = &[
        Awkward::EmptyError,
        Awkward::UserProvidedSuffix,
        Awkward::Paused,
        Awkward::UpperCaseEvents,
        Awkward::EmptyTimestamps,
        Awkward::NullEvents,
        Awkward::UserError,
        Awkward::MissingId,
        Awkward::CosineScheduler,
    ];

    /// The switch's name, as the command line writes it.
    pub fn name(self) -> &'static str {
        let found = Awkward::ALL.iter().find(|row| row.1 == self);
        found.map_or("", |row| row.0)
    }

    /// The switch of this name.
    pub fn named(name: &str) -> Option<Awkward> {
        let found = Awkward::ALL.iter().find(|row| row.0 == name);
        found.map(|row| row.1)
    }
}

impl fmt::Display for Awkward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
