//! OpenAI's events: identity.

use super::VENDOR;
use crate::openai::types::{
    FineTuningJobEvent, FineTuningJobEventLevel as Level, FineTuningJobEventType as Type,
};
use crate::unify::extras::Extras;
use crate::unify::{Context, Event, EventKind, EventLevel, MappingError, Origin, Unify};

/// Levels and types that the document does not name are kept in
/// `provider.extra`.
impl Unify for FineTuningJobEvent {
    type Output = Event;

    fn unify(self, context: &Context) -> Result<Event, MappingError> {
        let FineTuningJobEvent {
            created_at,
            data,
            extra,
            id,
            level,
            message,
            object: _,
            type_,
        } = self;
        let mut extras = Extras::new();
        let level = match level {
            Level::Info => EventLevel::Info,
            Level::Warn => EventLevel::Warn,
            Level::Error => EventLevel::Error,
            Level::Unknown(level) => {
                extras.put("level", Some(level));
                EventLevel::Info
            }
        };
        let kind = match type_ {
            Some(Type::Message) | None => EventKind::Message,
            Some(Type::Metrics) => EventKind::Metrics,
            Some(Type::Unknown(kind)) => {
                extras.put("type", Some(kind));
                EventKind::Message
            }
        };
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(Event {
            level,
            kind,
            data,
            ..Event::new(id, created_at, message, origin)
        })
    }
}
