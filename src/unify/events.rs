//! A job's log, in OpenAI's shape of an event.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Origin;

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Event {
    /// Always `fine_tuning.job.event`.
    pub object: EventObject,
    /// The vendor's id of the event; made of the job's id and the event's place
    /// in the log where the vendor gives none.
    pub id: String,
    /// When it happened, in Unix seconds.
    pub created_at: i64,
    /// How grave it is.
    pub level: EventLevel,
    /// What happened, in words.
    pub message: String,
    /// Whether it is words or numbers.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What happened, in values.
    pub data: Option<Map<String, Value>>,
    /// Who says it.
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

/// How grave an event is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventLevel {
    /// As expected; also where the vendor says nothing, or a strange word.
    #[default]
    Info,
    /// Worth a look.
    Warn,
    /// Something went wrong.
    Error,
}

/// Whether an event is words or numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Words.
    #[default]
    Message,
    /// Numbers of the training, in `data`.
    Metrics,
}

impl EventLevel {
    /// OpenAI's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[cfg(feature = "openai")]
mod openai {
    use super::*;
    use crate::openai::types::{
        FineTuningJobEvent, FineTuningJobEventLevel as Level, FineTuningJobEventType as Type,
    };
    use crate::unify::extras::Extras;
    use crate::unify::{Context, Vendor};

    impl Event {
        /// OpenAI's own event: identity. Words that its document does not name
        /// stand in `provider.extra`.
        pub fn from_openai(event: &FineTuningJobEvent, context: &Context) -> Self {
            let FineTuningJobEvent {
                created_at,
                data,
                extra,
                id,
                level,
                message,
                object: _,
                type_,
            } = event;
            let mut extras = Extras::new();
            let level = match level {
                Level::Info => EventLevel::Info,
                Level::Warn => EventLevel::Warn,
                Level::Error => EventLevel::Error,
                Level::Unknown(word) => {
                    extras.put("level", Some(word.clone()));
                    EventLevel::Info
                }
            };
            let kind = match type_ {
                Some(Type::Message) | None => EventKind::Message,
                Some(Type::Metrics) => EventKind::Metrics,
                Some(Type::Unknown(word)) => {
                    extras.put("type", Some(word.clone()));
                    EventKind::Message
                }
            };
            extras.undocumented(extra, &[]);
            Self {
                object: EventObject::FineTuningJobEvent,
                id: id.clone(),
                created_at: *created_at,
                level,
                message: message.clone(),
                kind,
                data: data.clone(),
                provider: Origin::new(context, Vendor::OpenAi, extras),
            }
        }
    }
}

#[cfg(feature = "together")]
mod together {
    use super::*;
    use crate::together::types::FineTuneEvent;
    use crate::unify::extras::Extras;
    use crate::unify::from_together::log;
    use crate::unify::{Context, MappingError, Vendor};

    impl Event {
        /// The events of one job's log, in the log's order.
        ///
        /// The vendor's events have no id: the place in the log makes one, so
        /// the whole log must be given. An event without a time has that of its
        /// neighbour; in a log without any time there are only errors.
        pub fn from_together<'e>(
            job: &str,
            events: impl IntoIterator<Item = &'e FineTuneEvent, IntoIter: Clone>,
            context: &Context,
        ) -> Vec<Result<Self, MappingError>> {
            let events = events.into_iter();
            let mut last = events.clone().find_map(log::time);
            events
                .enumerate()
                .map(|(index, event)| {
                    last = log::time(event).or(last);
                    let id = format!("{job}-event-{}", index + 1);
                    let time = last.ok_or_else(|| {
                        MappingError::new("created_at", "no event of the log says a time")
                            .of(id.clone())
                    })?;
                    Ok(from_together(event, id, time, context))
                })
                .collect()
        }
    }

    fn from_together(event: &FineTuneEvent, id: String, time: i64, context: &Context) -> Event {
        let FineTuneEvent {
            checkpoint_path,
            created_at,
            extra,
            hash,
            level,
            message,
            model_path,
            object: _,
            param_count,
            step,
            token_count,
            total_steps,
            training_offset,
            type_,
            wandb_url,
        } = event;
        let mut data = Extras::new();
        let kind = log::kind(event);
        data.put("type", kind.as_ref().map(|kind| kind.as_str()));
        // Step zero is a step; the other zeros say that nothing is known.
        data.put("step", *step);
        data.count("total_steps", *total_steps);
        data.count("token_count", *token_count);
        data.count("param_count", *param_count);
        data.count("training_offset", *training_offset);
        data.text("checkpoint_path", checkpoint_path.as_ref());
        data.text("model_path", model_path.as_ref());
        data.text("wandb_url", wandb_url.as_ref());
        let data = data.into_members();

        let mut extras = Extras::new();
        extras.put("type", type_.as_ref().map(|word| word.as_str()));
        extras.put("level", level.as_ref().map(|word| word.as_str()));
        extras.json("created_at", created_at.as_ref());
        extras.text("hash", hash.as_ref());
        extras.undocumented(extra, &[]);
        Event {
            object: EventObject::FineTuningJobEvent,
            id,
            created_at: time,
            level: match log::level(event) {
                Some(log::Level::Info) | None => EventLevel::Info,
                Some(log::Level::Warning) => EventLevel::Warn,
                Some(log::Level::Error) => EventLevel::Error,
            },
            message: message.clone().unwrap_or_default(),
            kind: EventKind::Message,
            data: (!data.is_empty()).then_some(data),
            provider: Origin::new(context, Vendor::Together, extras),
        }
    }
}
