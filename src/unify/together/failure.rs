//! The reason of a failure, from the event log: the job itself has none.

use super::event_types::{self, Effect, Level};
use super::rules;
use crate::together::types::FineTuneEvent;
use crate::unify::notes::NoteCollector;
use crate::unify::{JobError, Status};
use crate::wire::LenientList;

/// Returns the last event of level error, or of a type that ends a job by an
/// error, as the job's error.
pub(super) fn failure(
    events: &LenientList<FineTuneEvent>,
    status: Status,
    notes: &mut NoteCollector<'_>,
) -> Option<JobError> {
    if status != Status::Failed {
        notes.note(rules::ERROR_NONE);
        return None;
    }
    // The log is mostly in order of time. Where it is not, the times count; of
    // equal times the later entry does.
    let mut last: Option<&FineTuneEvent> = None;
    for event in events.ok().filter(|event| is_error(event)) {
        let earlier = last
            .and_then(event_types::time)
            .zip(event_types::time(event))
            .is_some_and(|(last, time)| time < last);
        if !earlier {
            last = Some(event);
        }
    }
    let Some(event) = last else {
        notes.note(rules::ERROR_UNKNOWN);
        return None;
    };
    notes.note(rules::ERROR);
    Some(JobError {
        code: event_types::kind(event).map(|kind| kind.as_str().to_owned()),
        message: event.message.clone().filter(|text| !text.is_empty()),
        param: None,
    })
}

fn is_error(event: &FineTuneEvent) -> bool {
    event_types::level(event) == Some(Level::Error)
        || event_types::kind(event)
            .is_some_and(|kind| event_types::effect(&kind) == Effect::Failure)
}
