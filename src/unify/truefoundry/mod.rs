//! TrueFoundry's gateway: its values in unified types, and requests in its own.
//! The unified job has its fields, so that all of this is identity.
//!
//! ```
//! use unitune::truefoundry::types::FineTuningJob;
//! use unitune::unify::{Context, Status, Unify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let body = r#"{"object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4o-mini",
//!     "created_at": 1700000000, "fine_tuned_model": null, "organization_id": "org-1",
//!     "result_files": [], "status": "running", "validation_file": null,
//!     "training_file": "file-1"}"#;
//! let job = serde_json::from_str::<FineTuningJob>(body)?.unify(&Context::new("gateway"))?;
//! assert_eq!(job.status, Status::Running);
//! # Ok(())
//! # }
//! ```

mod files;
mod job;
mod request;
mod rules;
mod status;

use super::lazy_object::lazy_values;
use super::{Mapping, Vendor};

/// The vendor's name.
pub const VENDOR: Vendor = Vendor::from_static("truefoundry");
/// The vendor's name in messages.
pub const TITLE: &str = "TrueFoundry";

lazy_values!(truefoundry:);

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: &[],
    events: None,
    estimates_costs: false,
    request: None,
};
