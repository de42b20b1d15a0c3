//! When a job was made, when it ended, and when it is expected to end.

use super::log::{self, Turn};
use super::rules;
use super::view::View;
use crate::together::types::FineTuneEvent;
use crate::unify::notes::Ledger;
use crate::unify::{MappingError, Status};
use crate::wire::{LenientList, Timestamp};

fn seconds(time: &Option<Timestamp>) -> Option<i64> {
    time.as_ref().and_then(log::seconds)
}

/// Never zero and never now: a job without any time is an error.
pub(super) fn created(
    view: &View,
    events: &LenientList<FineTuneEvent>,
    ledger: &mut Ledger<'_>,
) -> Result<i64, MappingError> {
    if let Some(time) = seconds(&view.created_at) {
        ledger.note(rules::CREATED);
        return Ok(time);
    }
    let earliest = events
        .ok()
        .filter_map(log::time)
        .chain(seconds(&view.started_at))
        .chain(seconds(&view.updated_at))
        .min();
    match earliest {
        Some(time) => {
            ledger.guess(rules::CREATED_DERIVED, || came(&view.created_at))?;
            Ok(time)
        }
        None => Err(MappingError::new(
            "created_at",
            "neither `created_at`, `started_at`, `updated_at` nor any event says a time; \
             ask the vendor for the job by its id, or report the body",
        )),
    }
}

/// The text that came where a time was expected.
fn came(time: &Option<Timestamp>) -> String {
    match time {
        Some(time) if !time.is_unset() => format!("{:?} is no time", time.to_string()),
        _ => String::new(),
    }
}

/// Only of a job that has ended, and never before it was made.
pub(super) fn finished(
    view: &View,
    events: &LenientList<FineTuneEvent>,
    status: Status,
    created_at: i64,
    ledger: &mut Ledger<'_>,
) -> Result<Option<i64>, MappingError> {
    if !status.is_terminal() {
        ledger.note(rules::FINISHED_NOT_YET);
        return Ok(None);
    }
    let ends = |event: &&FineTuneEvent| {
        log::kind(event).is_some_and(|kind| match log::turn(&kind) {
            Turn::End | Turn::Failure => true,
            Turn::Step => false,
        })
    };
    let ended = events.ok().filter(ends).filter_map(log::time).max();
    if let Some(time) = ended.filter(|time| *time >= created_at) {
        ledger.note(rules::FINISHED_EVENT);
        return Ok(Some(time));
    }
    match seconds(&view.updated_at) {
        Some(time) if time >= created_at => {
            ledger.guess(rules::FINISHED_UPDATED, String::new)?;
            Ok(Some(time))
        }
        Some(time) => {
            let rule = crate::unify::rules::common::FINISHED_CONTRADICTS;
            ledger.guess(rule, || time.to_string())?;
            Ok(None)
        }
        None => {
            ledger.note(rules::FINISHED_UNKNOWN);
            Ok(None)
        }
    }
}

/// From what the vendor says, and when it said it; never from now.
pub(super) fn estimate(view: &View, status: Status, ledger: &mut Ledger<'_>) -> Option<i64> {
    if status.is_terminal() {
        ledger.note(rules::ESTIMATE_ENDED);
        return None;
    }
    let finish = view
        .progress
        .as_ref()
        .filter(|progress| progress.estimate_available && progress.seconds_remaining > 0)
        .and_then(|progress| seconds(&view.updated_at)?.checked_add(progress.seconds_remaining));
    ledger.note(match finish {
        Some(_) => rules::ESTIMATE,
        None => rules::ESTIMATE_ABSENT,
    });
    finish
}
