//! One job shape for all vendors: pure functions from a vendor's types to the
//! gateway's `fine_tuning.job`, and from the gateway's requests to a vendor's.
//!
//! Nothing here does I/O, asks a clock or rolls dice. What a vendor says that
//! the gateway's job has no slot for is kept beside it, in [`Provider`]; what
//! had to be derived or filled in is said in [`Note`]s.
//!
//! ```
//! use unitune::truefoundry::types::FineTuningJob;
//! use unitune::unify::{Context, Status, ToJob};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let body = r#"{"object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4o-mini",
//!     "created_at": 1700000000, "fine_tuned_model": null, "organization_id": "org-1",
//!     "result_files": [], "status": "running", "validation_file": null,
//!     "training_file": "file-1"}"#;
//! let job = serde_json::from_str::<FineTuningJob>(body)?.to_job(&Context::new("gateway"))?;
//! assert_eq!(job.status, Status::Running);
//! # Ok(())
//! # }
//! ```

mod checkpoints;
mod common;
mod context;
mod cost;
mod error;
mod events;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod extras;
mod files;
#[cfg(feature = "openai")]
mod from_openai;
#[cfg(feature = "together")]
mod from_together;
mod from_truefoundry;
mod job;
mod limits;
#[cfg(all(feature = "openai", feature = "together"))]
mod mapping_doc;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod members;
mod metrics;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod notes;
mod operations;
mod origin;
mod price;
mod request;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod rules;
#[cfg(feature = "schema")]
mod schemas;
mod status;
mod vendor;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod without_keys;

pub use checkpoints::{Checkpoint, CheckpointObject};
pub use context::{Context, Strictness};
pub use cost::{ParseUsdError, Usd};
pub use error::MappingError;
pub use events::{Event, EventKind, EventLevel, EventObject};
pub use files::{File, FileObject};
#[cfg(feature = "together")]
pub(crate) use from_together::successor;
pub use job::{Job, JobError, JobObject, Provider};
pub use limits::{ModelLimits, TrainingLimits};
#[cfg(all(feature = "openai", feature = "together"))]
pub use mapping_doc::mapping_markdown;
pub use members::Members;
pub use metrics::MetricPoint;
pub use notes::{Note, NoteKind};
pub use operations::{Operation, Support};
pub use origin::Origin;
pub use price::PriceEstimate;
pub use request::{CreateRequest, Loss, Refusal, Translated, Unsupported};
pub use rules::Rule;
#[cfg(feature = "schema")]
pub use schemas::schemas;
pub use status::{ParseStatusError, Status};
pub use vendor::Vendor;

/// What becomes a [`Job`].
pub trait ToJob: Clone {
    /// The job in the gateway's terms, taking the vendor's value apart.
    ///
    /// This moves what it can, and is the cheaper one of the two.
    ///
    /// # Errors
    ///
    /// When the gateway's job cannot be said without inventing something, or,
    /// with [`Strictness::Strict`], without guessing or losing something.
    fn into_job(self, context: &Context) -> Result<Job, MappingError>;

    /// The same for a value that is still needed.
    ///
    /// # Errors
    ///
    /// As [`ToJob::into_job`].
    fn to_job(&self, context: &Context) -> Result<Job, MappingError> {
        self.clone().into_job(context)
    }
}
