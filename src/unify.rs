//! One job shape for all vendors: pure functions from a vendor's types to the
//! gateway's `fine_tuning.job`, and from the gateway's requests to a vendor's.
//!
//! Nothing here does I/O, reads a clock or uses randomness. Values that the
//! gateway's job has no slot for are kept beside it, in [`Provider`]; values
//! that are derived or filled in have a [`Note`] each.
//!
//! A vendor's value becomes a unified one by [`Unify::unify`], whatever it is: a
//! job, an event, a checkpoint, a file. A [`CreateRequest`] becomes a vendor's
//! request by a method per vendor. Everything that is particular to a vendor is
//! in a module of its own, such as [`truefoundry`].
//!
//! Vendors without a module build the unified types with their constructors:
//! [`Job::new`] has an example.

mod checkpoints;
mod context;
mod cost;
mod error;
mod events;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod extras;
mod files;
mod gateway_shape;
mod job;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod lazy_object;
mod limits;
mod mapping;
mod mapping_doc;
mod metrics;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod notes;
mod operations;
mod origin;
mod price;
mod request;
mod rules;
#[cfg(feature = "schema")]
mod schemas;
mod status;
mod vendor;
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod without_keys;

#[cfg(feature = "openai")]
pub mod openai;
#[cfg(feature = "together")]
pub mod together;
pub mod truefoundry;

pub use checkpoints::{Checkpoint, CheckpointObject};
pub use context::{Context, Strictness};
pub use cost::{ParseUsdError, Usd};
pub use error::MappingError;
pub use events::{Event, EventKind, EventLevel, EventObject};
pub use files::{File, FileObject};
pub use job::{Job, JobError, JobObject, Provider};
pub use lazy_object::LazyObject;
pub use limits::{ModelLimits, TrainingLimits};
pub(crate) use mapping::Mapping;
pub use mapping_doc::mapping_markdown;
pub use metrics::MetricPoint;
pub use notes::{Note, NoteKind};
pub use operations::{Operation, Support};
pub use origin::Origin;
pub use price::PriceEstimate;
pub use request::{CreateRequest, OnUnsupported, Translated, UnsupportedField, UnsupportedFields};
#[cfg(feature = "schema")]
pub use schemas::schemas;
pub use status::{ParseStatusError, Status};
pub use vendor::{InvalidVendorName, Vendor};

/// The mappings of the compiled-in vendors, in the order of the documentation.
pub(crate) static MAPPINGS: &[&Mapping] = &[
    #[cfg(feature = "openai")]
    &openai::MAPPING,
    #[cfg(feature = "together")]
    &together::MAPPING,
    &truefoundry::MAPPING,
];

/// Returns a vendor's name as messages write it.
pub(crate) fn title(vendor: &Vendor) -> &str {
    let known = MAPPINGS.iter().find(|mapping| mapping.vendor == *vendor);
    known.map_or(vendor.as_str(), |mapping| mapping.title)
}

/// A vendor's value that has a unified form.
///
/// ```
/// use unitune::truefoundry::types::FineTuningJob;
/// use unitune::unify::{Context, Status, Unify};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let body = r#"{"object": "fine_tuning.job", "id": "ftjob-1", "model": "gpt-4o-mini",
///     "created_at": 1700000000, "fine_tuned_model": null, "organization_id": "org-1",
///     "result_files": [], "status": "running", "validation_file": null,
///     "training_file": "file-1"}"#;
/// let job = serde_json::from_str::<FineTuningJob>(body)?.unify(&Context::new("gateway"))?;
/// assert_eq!(job.status, Status::Running);
/// # Ok(())
/// # }
/// ```
pub trait Unify: Sized {
    /// The unified form.
    type Output;

    /// Converts the value, moving out of it what both forms share.
    ///
    /// # Errors
    ///
    /// When a required field of the unified form has no value in the vendor's;
    /// with [`Strictness::Strict`] also when a value can only be guessed, or
    /// would be lost.
    fn unify(self, context: &Context) -> Result<Self::Output, MappingError>;
}
