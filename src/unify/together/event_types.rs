//! Types and levels of events: lower case in the document, upper case on the
//! wire, and one of them with its words in another order.

use crate::together::types::{FineTuneEvent, FinetuneEventLevels, FinetuneEventType};
use crate::wire::Timestamp;

/// Other spellings of types that the document names.
const SPELLINGS: [(&str, &str); 1] = [("compressing_model", "model_compressing")];

/// Returns the type of an event, in the document's spelling.
pub(super) fn kind(event: &FineTuneEvent) -> Option<FinetuneEventType> {
    let kind = event.type_.as_ref()?;
    let FinetuneEventType::Unknown(word) = kind else {
        return Some(kind.clone());
    };
    if word.is_empty() {
        return None;
    }
    // Without an allocation: this runs for every event of every job.
    let mut buffer = [0; 40];
    let Some(lower) = lower_case(word.as_bytes(), &mut buffer) else {
        return Some(kind.clone());
    };
    let meant = SPELLINGS
        .iter()
        .find(|(spelling, _)| *spelling == lower)
        .map_or(lower, |(_, meant)| *meant);
    let found = FinetuneEventType::from(meant);
    let is_unknown = matches!(found, FinetuneEventType::Unknown(_));
    Some(if is_unknown { kind.clone() } else { found })
}

/// Returns true for an event of a type, in either case of letters: this runs for every
/// event of every job.
pub(super) fn is(event: &FineTuneEvent, kind: &FinetuneEventType) -> bool {
    let Some(FinetuneEventType::Unknown(word)) = &event.type_ else {
        return event.type_.as_ref() == Some(kind);
    };
    let expected = kind.as_str().as_bytes();
    word.as_bytes().eq_ignore_ascii_case(expected)
}

/// Returns a word in lower case; those that documents name fit the buffer.
fn lower_case<'b>(word: &[u8], buffer: &'b mut [u8; 40]) -> Option<&'b str> {
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}

/// The severity of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Info,
    Warning,
    Error,
}

/// Returns the level, in any of the spellings; none for `""`, `null` and unknown
/// words.
pub(super) fn level(event: &FineTuneEvent) -> Option<Level> {
    let level = event.level.as_ref()?;
    let known = if let FinetuneEventLevels::Unknown(word) = level {
        let mut buffer = [0; 40];
        FinetuneEventLevels::from(lower_case(word.as_bytes(), &mut buffer)?)
    } else {
        level.clone()
    };
    match known {
        FinetuneEventLevels::Info | FinetuneEventLevels::LegacyInfo => Some(Level::Info),
        FinetuneEventLevels::Warning | FinetuneEventLevels::LegacyIwarning => Some(Level::Warning),
        FinetuneEventLevels::Error | FinetuneEventLevels::LegacyIerror => Some(Level::Error),
        FinetuneEventLevels::Unknown(_) => None,
    }
}

/// What an event means for the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The job ended, and not by an error.
    End,
    /// The job ended by an error.
    Failure,
    /// The job goes on.
    Step,
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::End => "ends",
            Self::Failure => "fails",
            Self::Step => "goes on",
        })
    }
}

/// Returns what a type of event means for the job.
pub(super) fn effect(kind: &FinetuneEventType) -> Effect {
    use FinetuneEventType as Type;
    match kind {
        Type::JobComplete | Type::JobStopped => Effect::End,
        Type::JobError | Type::JobUserError => Effect::Failure,
        Type::BillingLimit
        | Type::CancelRequested
        | Type::CheckpointSave
        // The last checkpoints are still stored after an early stop.
        | Type::EarlyStopped
        | Type::EpochComplete
        | Type::JobPending
        | Type::JobRestarted
        | Type::JobStart
        | Type::ModelCompressing
        | Type::ModelCompressionComplete
        | Type::ModelDownloadComplete
        | Type::ModelDownloading
        | Type::ModelUploadComplete
        | Type::ModelUploading
        | Type::Refund
        | Type::TokenizedDatasetUploadComplete
        | Type::TrainingComplete
        | Type::TrainingDataDownloadComplete
        | Type::TrainingDataDownloading
        | Type::TrainingStart
        | Type::ValidationDataDownloadComplete
        | Type::ValidationDataDownloading
        | Type::WandbInit
        | Type::Warning
        | Type::Unknown(_) => Effect::Step,
    }
}

/// Returns every event type that the document names, with its meaning for the
/// job.
pub(super) fn types() -> Vec<(&'static str, String)> {
    let known = FinetuneEventType::KNOWN.iter();
    known
        .map(|kind| (kind.as_str(), effect(kind).to_string()))
        .collect()
}

/// Returns when an event happened, in Unix seconds.
pub(super) fn time(event: &FineTuneEvent) -> Option<i64> {
    event.created_at.as_ref().and_then(seconds)
}

/// Returns a time in Unix seconds. The vendor had no jobs in 1970: a zero, of
/// whichever calendar, means "not set".
pub(super) fn seconds(time: &Timestamp) -> Option<i64> {
    time.unix_seconds().filter(|seconds| *seconds > 0)
}
