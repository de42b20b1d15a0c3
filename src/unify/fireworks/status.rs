//! Fireworks' states.

use crate::fireworks::types::JobState;
use crate::unify::Status;
use crate::unify::status::{Meaning, UNKNOWN};

/// What old jobs' states lack.
const PREFIX: &str = "JOB_STATE_";

/// Returns the state that the document has a name for: old jobs say it without
/// its prefix.
pub(super) fn known(state: &JobState) -> JobState {
    match state {
        JobState::Unknown(word) if !word.starts_with(PREFIX) => {
            JobState::from(format!("{PREFIX}{word}"))
        }
        state => state.clone(),
    }
}

/// Returns the meaning of a state. Each one that the document names has an arm,
/// or this does not compile; the documentation is written from the same table.
pub(super) fn meaning(state: &JobState) -> Meaning {
    match state {
        JobState::JobStateCreating
        | JobState::JobStatePending
        | JobState::JobStateValidating
        | JobState::JobStateCreatingInputDataset
        | JobState::JobStateReQueueing => (Status::Queued, ""),
        JobState::JobStatePaused => (
            Status::Queued,
            "it goes on when the account may; a suspended one's lasts",
        ),
        JobState::JobStateRunning => (Status::Running, ""),
        JobState::JobStateWritingResults | JobState::JobStateIdle => {
            (Status::Running, "work goes on")
        }
        JobState::JobStateCancelling => (Status::Running, "not ended yet"),
        JobState::JobStateRollout
        | JobState::JobStateEvaluation
        | JobState::JobStatePolicyUpdate => (Status::Running, "a step of old reinforcement jobs"),
        JobState::JobStateCompleted => (Status::Succeeded, ""),
        JobState::JobStateEarlyStopped => (Status::Succeeded, "there is a model"),
        JobState::JobStateFailed => (Status::Failed, ""),
        JobState::JobStateExpired => (Status::Failed, "it ended without a model"),
        JobState::JobStateFailedCleaningUp => (Status::Failed, "of old jobs"),
        JobState::JobStateCancelled => (Status::Cancelled, ""),
        JobState::JobStateDeleting
        | JobState::JobStateDeletingCleaningUp
        | JobState::JobStateDeleted
        | JobState::JobStateArchived => (Status::Cancelled, "it will not be there any more"),
        JobState::JobStateUnspecified | JobState::Unknown(_) => UNKNOWN,
    }
}

/// Every state that the document names, with its meaning.
pub(super) fn table() -> Vec<(&'static str, Meaning)> {
    let known = JobState::KNOWN.iter();
    known
        .map(|state| (state.as_str(), meaning(state)))
        .collect()
}
