//! The gateway's five statuses.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MappingError;
use super::mapping_rules::common as rules;
use super::notes::NoteCollector;

/// The state of a job, in the gateway's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, and not yet started.
    Queued,
    /// In progress.
    Running,
    /// Ended, with a model.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Ended on request.
    Cancelled,
}

impl Status {
    /// All five statuses.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Returns the gateway's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns true if the job has ended.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of a text that is not one of the gateway's statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseStatusError(String);

impl fmt::Display for ParseStatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid status {:?}: expected queued, running, succeeded, failed or cancelled",
            self.0
        )
    }
}

impl std::error::Error for ParseStatusError {}

impl std::str::FromStr for Status {
    type Err = ParseStatusError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| ParseStatusError(word.to_owned()))
    }
}

/// The unified status of a vendor's status, and the reason where it is not
/// obvious.
pub(crate) type Meaning = (Status, &'static str);

/// The meaning of a vendor status that no document names.
pub(crate) const UNKNOWN: Meaning = (
    Status::Running,
    "a word that no document names: an end is never invented; an error in strict mode",
);

/// Returns the status that a vendor status means, and notes how it came about.
pub(super) fn resolve(
    vendor_status: &str,
    meaning: Meaning,
    notes: &mut NoteCollector<'_>,
) -> Result<Status, MappingError> {
    let status = meaning.0;
    if meaning == UNKNOWN {
        notes.guess(rules::STATUS_UNKNOWN, || format!("{vendor_status:?}"))?;
    } else if vendor_status == status.as_str() {
        notes.note(rules::STATUS_EXACT);
    } else {
        notes.note(rules::STATUS_DERIVED);
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_went() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(
                serde_json::to_value(status).unwrap(),
                serde_json::json!(status.as_str())
            );
        }
        assert!("paused".parse::<Status>().is_err());
    }
}
