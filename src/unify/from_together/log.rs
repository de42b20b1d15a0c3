//! The event log's words: lower case in the document, upper case on the wire,
//! and two of them in another order.

use crate::together::types::{FineTuneEvent, FinetuneEventLevels, FinetuneEventType};
use crate::wire::Timestamp;

/// Words that stand for another one of the document's.
const SPELLINGS: [(&str, &str); 1] = [("compressing_model", "model_compressing")];

/// What an event is about, in the document's spelling.
pub(in crate::unify) fn kind(event: &FineTuneEvent) -> Option<FinetuneEventType> {
    let kind = event.type_.as_ref()?;
    let FinetuneEventType::Unknown(word) = kind else {
        return Some(kind.clone());
    };
    if word.is_empty() {
        return None;
    }
    // Without a copy on the heap: this is asked of every event of every job.
    let mut buffer = [0; 40];
    let Some(lower) = lower_case(word, &mut buffer) else {
        return Some(kind.clone());
    };
    let meant = SPELLINGS
        .iter()
        .find(|(spelling, _)| *spelling == lower)
        .map_or(lower, |(_, meant)| *meant);
    let found = FinetuneEventType::from(meant);
    let strange = matches!(found, FinetuneEventType::Unknown(_));
    Some(if strange { kind.clone() } else { found })
}

/// A word in lower case; none of those that documents name is longer.
fn lower_case<'b>(word: &str, buffer: &'b mut [u8; 40]) -> Option<&'b str> {
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::unify) enum Level {
    Info,
    Warning,
    Error,
}

/// The level, in any of the spellings; none for `""`, `null` and strange words.
pub(in crate::unify) fn level(event: &FineTuneEvent) -> Option<Level> {
    let level = event.level.as_ref()?;
    let known = if let FinetuneEventLevels::Unknown(word) = level {
        let mut buffer = [0; 40];
        FinetuneEventLevels::from(lower_case(word, &mut buffer)?)
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

/// What an event means for the job's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::unify) enum Turn {
    /// The job ended, and not by an error.
    End,
    /// The job ended by an error.
    Failure,
    /// The job goes on.
    Step,
}

impl std::fmt::Display for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::End => "ends",
            Self::Failure => "fails",
            Self::Step => "goes on",
        })
    }
}

/// Each type of event, and what it means for the job's life.
pub(in crate::unify) fn turn(kind: &FinetuneEventType) -> Turn {
    use FinetuneEventType as Type;
    match kind {
        Type::JobComplete | Type::JobStopped => Turn::End,
        Type::JobError | Type::JobUserError => Turn::Failure,
        Type::BillingLimit
        | Type::CancelRequested
        | Type::CheckpointSave
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
        | Type::TrainingComplete
        | Type::TrainingDataDownloadComplete
        | Type::TrainingDataDownloading
        | Type::TrainingStart
        | Type::ValidationDataDownloadComplete
        | Type::ValidationDataDownloading
        | Type::WandbInit
        | Type::Warning
        | Type::Unknown(_) => Turn::Step,
    }
}

/// When an event happened, in Unix seconds.
pub(in crate::unify) fn time(event: &FineTuneEvent) -> Option<i64> {
    event.created_at.as_ref().and_then(seconds)
}

/// A time in Unix seconds. The vendor had no jobs in 1970: a zero, of whichever
/// calendar, says that nothing is set.
pub(in crate::unify) fn seconds(time: &Timestamp) -> Option<i64> {
    time.unix_seconds().filter(|seconds| *seconds > 0)
}
