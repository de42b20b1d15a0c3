//! A job's log, in OpenAI's shape of an event.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Origin;

/// An entry of a job's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Event {
    /// Always `fine_tuning.job.event`.
    pub object: EventObject,
    /// The vendor's id of the event; where it gives none, the job's id and the
    /// event's position in the log.
    pub id: String,
    /// When it happened, in Unix seconds.
    pub created_at: i64,
    /// The severity.
    pub level: EventLevel,
    /// What happened, as text.
    pub message: String,
    /// Whether the event is a message or holds metrics.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What happened, as values.
    pub data: Option<Map<String, Value>>,
    /// Where the event comes from.
    pub provider: Origin,
}

/// The constant `fine_tuning.job.event`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EventObject {
    /// `fine_tuning.job.event`
    #[default]
    #[serde(rename = "fine_tuning.job.event")]
    FineTuningJobEvent,
}

/// The severity of an event.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventLevel {
    /// Information; also where the vendor gives no level, or an unknown one.
    #[default]
    Info,
    /// A warning.
    Warn,
    /// An error.
    Error,
}

/// Whether an event is a message or holds metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A message.
    #[default]
    Message,
    /// Metrics of the training, in `data`.
    Metrics,
}

impl Event {
    /// Creates an event with its required parts: of level info, a message,
    /// without data. `created_at` is in Unix seconds.
    pub fn new(
        id: impl Into<String>,
        created_at: i64,
        message: impl Into<String>,
        provider: Origin,
    ) -> Self {
        Self {
            object: EventObject::FineTuningJobEvent,
            id: id.into(),
            created_at,
            level: EventLevel::default(),
            message: message.into(),
            kind: EventKind::default(),
            data: None,
            provider,
        }
    }
}

impl EventLevel {
    /// Returns the level as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}
