//! When a job was created, when it ended, and when it is expected to end.

use super::event_types::{self, Effect};
use super::job_fields::JobFields;
use super::rules;
use crate::together::types::FineTuneEvent;
use crate::unify::mapping_rules::common;
use crate::unify::notes::NoteCollector;
use crate::unify::{MappingError, Status};
use crate::wire::{LenientList, Timestamp};

fn seconds(time: &Option<Timestamp>) -> Option<i64> {
    time.as_ref().and_then(event_types::seconds)
}

/// Returns when a job was created; none of a job without any time.
pub(super) fn created(
    view: &JobFields,
    events: &LenientList<FineTuneEvent>,
    notes: &mut NoteCollector<'_>,
) -> Result<Option<i64>, MappingError> {
    if let Some(time) = seconds(&view.created_at) {
        notes.note(rules::CREATED);
        return Ok(Some(time));
    }
    let earliest = events
        .ok()
        .filter_map(event_types::time)
        .chain(seconds(&view.started_at))
        .chain(seconds(&view.updated_at))
        .min();
    let rule = match earliest {
        Some(_) => rules::CREATED_DERIVED,
        None => rules::CREATED_UNKNOWN,
    };
    notes.guess(rule, || not_a_time(&view.created_at))?;
    Ok(earliest)
}

/// Describes a text that is not a time.
fn not_a_time(time: &Option<Timestamp>) -> String {
    match time {
        Some(time) if !time.is_unset() => format!("{:?} is no time", time.to_string()),
        _ => String::new(),
    }
}

/// Returns when a job ended, which is never before it was created.
pub(super) fn finished(
    view: &JobFields,
    events: &LenientList<FineTuneEvent>,
    status: Status,
    created_at: Option<i64>,
    notes: &mut NoteCollector<'_>,
) -> Result<Option<i64>, MappingError> {
    if !status.is_terminal() {
        notes.note(rules::FINISHED_NOT_YET);
        return Ok(None);
    }
    let ends = |event: &&FineTuneEvent| {
        event_types::kind(event).is_some_and(|kind| match event_types::effect(&kind) {
            Effect::End | Effect::Failure => true,
            Effect::Step => false,
        })
    };
    let is_possible = |time: i64| created_at.is_none_or(|created_at| time >= created_at);
    let ended = events.ok().filter(ends).filter_map(event_types::time).max();
    if let Some(time) = ended.filter(|time| is_possible(*time)) {
        notes.note(rules::FINISHED_EVENT);
        return Ok(Some(time));
    }
    match seconds(&view.updated_at) {
        Some(time) if is_possible(time) => {
            notes.guess(rules::FINISHED_UPDATED, String::new)?;
            Ok(Some(time))
        }
        Some(time) => {
            notes.guess(common::FINISHED_CONTRADICTS, || time.to_string())?;
            Ok(None)
        }
        None => {
            notes.note(rules::FINISHED_UNKNOWN);
            Ok(None)
        }
    }
}

/// Returns when a job is expected to end: the vendor's estimate counts from the
/// job's last update.
pub(super) fn estimate(
    view: &JobFields,
    status: Status,
    notes: &mut NoteCollector<'_>,
) -> Option<i64> {
    if status.is_terminal() {
        notes.note(rules::ESTIMATE_ENDED);
        return None;
    }
    let finish = view
        .progress
        .as_ref()
        .filter(|progress| progress.estimate_available && progress.seconds_remaining > 0)
        .and_then(|progress| seconds(&view.updated_at)?.checked_add(progress.seconds_remaining));
    notes.note(match finish {
        Some(_) => rules::ESTIMATE,
        None => rules::ESTIMATE_ABSENT,
    });
    finish
}
