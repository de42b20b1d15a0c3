//! Together's statuses.

use crate::together::types::FinetuneJobStatus as VendorStatus;
use crate::unify::Status;
use crate::unify::status::{Meaning, UNKNOWN};

/// Returns the meaning of a status. Each one that the document names has an
/// arm, or this does not compile; the documentation is written from the same
/// table.
pub(super) fn meaning(status: &VendorStatus) -> Meaning {
    match status {
        VendorStatus::Pending => (Status::Queued, ""),
        VendorStatus::Queued => (Status::Queued, ""),
        VendorStatus::Running => (Status::Running, ""),
        VendorStatus::Compressing => (Status::Running, "work goes on"),
        VendorStatus::Uploading => (Status::Running, "work goes on"),
        VendorStatus::CancelRequested => (Status::Running, "not ended yet"),
        VendorStatus::Cancelled => (Status::Cancelled, ""),
        VendorStatus::Error => (Status::Failed, ""),
        VendorStatus::UserError => (Status::Failed, "an end, though the document long lacked it"),
        VendorStatus::Completed => (Status::Succeeded, ""),
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
