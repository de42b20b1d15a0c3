//! The gateway's five statuses, and every vendor's word for them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::truefoundry::types::FineTuningJobStatus as Gateway;

/// Where a job stands, in the gateway's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, and not yet begun.
    Queued,
    /// Under way.
    Running,
    /// Ended, with a model.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Ended because somebody asked for it.
    Cancelled,
}

impl Status {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The gateway's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// True when the job will not change any more.
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

/// A word that is none of the gateway's statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseStatusError(String);

impl fmt::Display for ParseStatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no status: queued, running, succeeded, failed or cancelled",
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

impl From<Status> for Gateway {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// What a vendor's word means in the gateway's terms, and why where that is
/// not obvious.
pub(super) type Meaning = (Status, &'static str);

/// What a word means that no table names.
pub(super) const UNKNOWN: Meaning = (
    Status::Running,
    "a word that no document names: an end is never invented; an error in strict mode",
);

// The tables. Each value that a vendor's document names has a row, or this
// does not compile; the documentation is written from the same rows.

/// OpenAI's words.
#[cfg(feature = "openai")]
pub(super) fn openai(status: &crate::openai::types::FineTuningJobStatus) -> Meaning {
    use crate::openai::types::FineTuningJobStatus as Word;
    match status {
        Word::ValidatingFiles => (Status::Queued, "before the start"),
        Word::Queued => (Status::Queued, ""),
        Word::Running => (Status::Running, ""),
        Word::Paused => (Status::Queued, "a resumed job is answered as queued"),
        Word::Succeeded => (Status::Succeeded, ""),
        Word::Failed => (Status::Failed, ""),
        Word::Cancelled => (Status::Cancelled, ""),
        Word::Unknown(_) => UNKNOWN,
    }
}

/// Together's words.
#[cfg(feature = "together")]
pub(super) fn together(status: &crate::together::types::FinetuneJobStatus) -> Meaning {
    use crate::together::types::FinetuneJobStatus as Word;
    match status {
        Word::Pending => (Status::Queued, ""),
        Word::Queued => (Status::Queued, ""),
        Word::Running => (Status::Running, ""),
        Word::Compressing => (Status::Running, "work goes on"),
        Word::Uploading => (Status::Running, "work goes on"),
        Word::CancelRequested => (Status::Running, "not ended yet"),
        Word::Cancelled => (Status::Cancelled, ""),
        Word::Error => (Status::Failed, ""),
        Word::UserError => (Status::Failed, "an end, though the document long lacked it"),
        Word::Completed => (Status::Succeeded, ""),
        Word::Unknown(_) => UNKNOWN,
    }
}

/// The gateway's own words.
pub(super) fn truefoundry(status: &Gateway) -> Meaning {
    use Gateway as Word;
    match status {
        Word::Queued => (Status::Queued, ""),
        Word::Running => (Status::Running, ""),
        Word::Succeeded => (Status::Succeeded, ""),
        Word::Failed => (Status::Failed, ""),
        Word::Cancelled => (Status::Cancelled, ""),
        Word::Unknown(_) => UNKNOWN,
    }
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
            assert_eq!(Gateway::from(status).as_str(), status.as_str());
        }
        assert!("paused".parse::<Status>().is_err());
    }
}
