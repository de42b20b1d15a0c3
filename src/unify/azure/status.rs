//! Azure's statuses.

use crate::azure::types::FineTuningJobStatus as VendorStatus;
use crate::unify::Status;
use crate::unify::status::{Meaning, UNKNOWN};

/// The reason for words that only the first version of the API has.
const FIRST_VERSION: &str = "of the first version of the API";

/// Returns the meaning of a status. Each one that the document names has an
/// arm, or this does not compile; the documentation is written from the same
/// table.
pub(super) fn meaning(status: &VendorStatus) -> Meaning {
    match status {
        VendorStatus::Created => (Status::Queued, "before the start"),
        VendorStatus::Pending => (Status::Queued, "before the start"),
        VendorStatus::ValidatingFiles => (Status::Queued, "before the start"),
        VendorStatus::NotRunning => (Status::Queued, FIRST_VERSION),
        VendorStatus::Queued => (Status::Queued, ""),
        VendorStatus::Running => (Status::Running, ""),
        VendorStatus::Pausing => (Status::Running, "until its last step is over"),
        VendorStatus::Paused => (Status::Queued, "it waits to be resumed"),
        VendorStatus::Resuming => (Status::Queued, "it waits to go on"),
        VendorStatus::Succeeded => (Status::Succeeded, ""),
        VendorStatus::Failed => (Status::Failed, ""),
        VendorStatus::Cancelled => (Status::Cancelled, ""),
        VendorStatus::Canceled => (Status::Cancelled, FIRST_VERSION),
        VendorStatus::Unknown(_) => UNKNOWN,
    }
}

/// Returns every status that the document names, with its meaning.
pub(super) fn table() -> Vec<(&'static str, Meaning)> {
    let known = VendorStatus::KNOWN.iter();
    known
        .map(|status| (status.as_str(), meaning(status)))
        .collect()
}
