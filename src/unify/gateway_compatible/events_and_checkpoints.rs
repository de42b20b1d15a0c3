//! Events and checkpoints, which have the gateway's members: identity.

use serde_json::{Map, Value};

use crate::unify::extras::Extras;

/// Returns an event's data, which is an object; anything else is kept in
/// `provider.extra`.
pub(in crate::unify) fn event_data(
    data: impl Into<Value>,
    extras: &mut Extras,
) -> Option<Map<String, Value>> {
    match data.into() {
        Value::Object(members) => Some(members),
        Value::Null => None,
        other => {
            extras.put("data", Some(other));
            None
        }
    }
}

/// Implements [`Unify`](crate::unify::Unify) for a vendor's event. Each level that
/// the document names has an arm, or this does not compile. Levels and types that
/// it does not name are kept in `provider.extra`.
#[allow(unused_macros)] // Not every set of vendors needs it.
macro_rules! unify_event {
    ($vendor:expr, $types:ident, info: $info:pat, warn: $warn:pat, error: $error:pat) => {
        impl crate::unify::Unify for $types::FineTuningJobEvent {
            type Output = crate::unify::Event;

            fn unify(
                self,
                context: &crate::unify::Context,
            ) -> Result<crate::unify::Event, crate::unify::MappingError> {
                use crate::unify::extras::Extras;
                use crate::unify::gateway_compatible::event_data;
                use crate::unify::{Event, EventKind, EventLevel, Origin};
                use $types::{FineTuningJobEventLevel as Level, FineTuningJobEventType as Type};

                let Self {
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
                    $info => EventLevel::Info,
                    $warn => EventLevel::Warn,
                    $error => EventLevel::Error,
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
                let data = data.and_then(|data| event_data(data, &mut extras));
                extras.undocumented(&extra);
                let origin = Origin::with_extras(context, $vendor, extras);
                Ok(Event {
                    level,
                    kind,
                    data,
                    ..Event::new(id, created_at, message, origin)
                })
            }
        }
    };
}
#[allow(unused_imports)] // Not every set of vendors needs it.
pub(in crate::unify) use unify_event;

/// Implements [`Unify`](crate::unify::Unify) for a vendor's checkpoint.
#[allow(unused_macros)] // Not every set of vendors needs it.
macro_rules! unify_checkpoint {
    ($vendor:expr, $types:ident) => {
        impl crate::unify::Unify for $types::FineTuningJobCheckpoint {
            type Output = crate::unify::Checkpoint;

            fn unify(
                self,
                context: &crate::unify::Context,
            ) -> Result<crate::unify::Checkpoint, crate::unify::MappingError> {
                use crate::unify::extras::{Extras, object};
                use crate::unify::{Checkpoint, Origin};

                let Self {
                    created_at,
                    extra,
                    fine_tuned_model_checkpoint: model,
                    fine_tuning_job_id: job,
                    id,
                    metrics,
                    object: _,
                    step_number,
                } = self;
                let mut extras = Extras::new();
                extras.undocumented(&extra);
                let origin = Origin::with_extras(context, $vendor, extras);
                Ok(Checkpoint {
                    metrics: object(&metrics),
                    ..Checkpoint::new(id, job, model, created_at, step_number, origin)
                })
            }
        }
    };
}
#[allow(unused_imports)] // Not every set of vendors needs it.
pub(in crate::unify) use unify_checkpoint;
