//! OpenAI's statuses.

use crate::openai::types::FineTuningJobStatus as VendorStatus;
use crate::unify::Status;
use crate::unify::status::{Meaning, UNKNOWN};

/// Returns the meaning of a status. Each one that the document names has an
/// arm, or this does not compile; the documentation is written from the same
/// table.
pub(super) fn meaning(status: &VendorStatus) -> Meaning {
    match status {
        VendorStatus::ValidatingFiles => (Status::Queued, "before the start"),
        VendorStatus::Queued => (Status::Queued, ""),
        VendorStatus::Running => (Status::Running, ""),
        VendorStatus::Paused => (Status::Queued, "a resumed job is answered as queued"),
        VendorStatus::Succeeded => (Status::Succeeded, ""),
        VendorStatus::Failed => (Status::Failed, ""),
        VendorStatus::Cancelled => (Status::Cancelled, ""),
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
