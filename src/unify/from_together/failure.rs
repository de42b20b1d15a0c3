//! Why a job failed, from its event log: the job itself does not say.

use super::log::{self, Level, Turn};
use super::rules;
use crate::together::types::FineTuneEvent;
use crate::unify::notes::Ledger;
use crate::unify::{JobError, Status};
use crate::wire::LenientList;

/// The last event of level error, or of a type that ends a job by an error.
pub(super) fn failure(
    events: &LenientList<FineTuneEvent>,
    status: Status,
    ledger: &mut Ledger<'_>,
) -> Option<JobError> {
    if status != Status::Failed {
        ledger.note(rules::ERROR_NONE);
        return None;
    }
    // The log is in order of time as a rule; where times say otherwise, they
    // are right, and of equal times the later entry is.
    let mut last: Option<&FineTuneEvent> = None;
    for event in events.ok().filter(|event| says_error(event)) {
        let earlier = last
            .and_then(log::time)
            .zip(log::time(event))
            .is_some_and(|(last, time)| time < last);
        if !earlier {
            last = Some(event);
        }
    }
    let Some(event) = last else {
        ledger.note(rules::ERROR_UNKNOWN);
        return None;
    };
    ledger.note(rules::ERROR);
    Some(JobError {
        code: log::kind(event).map(|kind| kind.as_str().to_owned()),
        message: event.message.clone().filter(|text| !text.is_empty()),
        param: None,
    })
}

fn says_error(event: &FineTuneEvent) -> bool {
    log::level(event) == Some(Level::Error)
        || log::kind(event).is_some_and(|kind| log::turn(&kind) == Turn::Failure)
}
