//! The gateway's own statuses.

use crate::truefoundry::types::FineTuningJobStatus as VendorStatus;
use crate::unify::Status;
use crate::unify::status::{Meaning, UNKNOWN};

/// Returns the meaning of a status. Each one that the document names has an
/// arm, or this does not compile; the documentation is written from the same
/// table.
pub(super) fn meaning(status: &VendorStatus) -> Meaning {
    match status {
        VendorStatus::Queued => (Status::Queued, ""),
        VendorStatus::Running => (Status::Running, ""),
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

impl From<Status> for VendorStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_the_gateways() {
        for status in Status::ALL {
            assert_eq!(VendorStatus::from(status).as_str(), status.as_str());
        }
    }
}
