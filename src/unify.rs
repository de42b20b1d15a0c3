//! One job shape for all vendors: pure functions from a vendor's types to the
//! gateway's `fine_tuning.job`, and from the gateway's requests to a vendor's.
//!
//! [`Unify::unify`] converts a vendor's job, event, checkpoint or file to the unified
//! type. A [`CreateRequest`] has a method per vendor that converts it to the vendor's
//! request. Each vendor's mapping is in a module of its own; [`mapping_tables`] has
//! all of them as tables.
//!
//! ```
//! use unitune::truefoundry::types::FineTuningJob;
//! use unitune::unify::{Context, Status, job_from_slice};
//!
//! let body = br#"{"id": "ftjob-1", "status": "queued", "created_at": 1700000000}"#;
//! let job = job_from_slice::<FineTuningJob>(body, &Context::new("main"))?;
//! assert_eq!((job.status, job.provider.status.as_ref()), (Status::Queued, "queued"));
//! # Ok::<(), unitune::unify::MappingError>(())
//! ```
//!
//! Values for which the gateway's job has no slot are kept in [`Provider`]. With
//! [`Context::with_notes`], each value has a [`Note`] on how it was determined.
//! Nothing here does I/O, reads a clock or uses randomness.
//!
//! To map a vendor that has no module here, create the unified types with their
//! constructors: see [`Job`] and [`Unify`].

// Some of this serves vendors that may not be compiled in.
#![cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]

mod checkpoints;
mod context;
mod cost;
mod error;
mod events;
mod extras;
mod files;
mod gateway_compatible;
#[cfg(test)]
mod generated_files;
mod job;
mod lazy_object;
mod lenient_job;
mod limits;
mod mapping;
#[cfg(test)]
mod mapping_markdown;
mod mapping_rules;
mod metrics;
mod model_shutdowns;
mod notes;
mod origin;
mod preview;
mod price;
mod request;
#[cfg(feature = "schema")]
mod schemas;
mod status;
mod vendor;

// Only in the documentation.
#[cfg(doc)]
#[doc = include_str!("../docs/mapping.md")]
pub mod mapping_tables {}
#[cfg(feature = "azure")]
pub mod azure;
#[cfg(feature = "fireworks")]
pub mod fireworks;
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
pub(crate) use lenient_job::job_of_malformed;
pub use lenient_job::{job_from_item, job_from_slice};
pub use limits::{ModelLimits, TrainingLimits};
pub(crate) use mapping::Mapping;
pub use metrics::MetricPoint;
pub use model_shutdowns::ModelShutdowns;
pub use notes::{Note, NoteKind};
pub use origin::Origin;
pub use preview::{DatasetPreview, PreviewExample};
pub use price::PriceEstimate;
pub use request::{CreateRequest, OnUnsupported, Translated, UnsupportedField, UnsupportedFields};
#[cfg(feature = "schema")]
pub use schemas::schemas;
pub use status::{ParseStatusError, Status};
pub use vendor::{InvalidVendorName, Vendor};

/// A vendor's value that has a unified form.
///
/// The vendors' modules implement it. Other crates can, for vendors of their own:
///
/// ```
/// use unitune::unify::{Context, Event, MappingError, Origin, Unify, Vendor};
///
/// struct AcmeEvent {
///     number: u64,
///     at: i64,
///     text: String,
/// }
///
/// impl Unify for AcmeEvent {
///     type Output = Event;
///
///     fn unify(self, context: &Context) -> Result<Event, MappingError> {
///         let id = format!("event-{}", self.number);
///         if self.text.is_empty() {
///             return Err(MappingError::new("message", "it is empty").of_id(id));
///         }
///         let origin = Origin::new(&context.account, Vendor::from_static("acme"));
///         Ok(Event::new(id, self.at, self.text, origin))
///     }
/// }
///
/// let event = AcmeEvent { number: 1, at: 1_700_000_000, text: "started".to_owned() };
/// let event = event.unify(&Context::new("acme-main")).unwrap();
/// assert_eq!(event.provider.account, "acme-main");
/// ```
pub trait Unify: Sized {
    /// The unified form.
    type Output;

    /// The member of the vendor's object that names it. An object without it is
    /// nothing that could be shown.
    const ID: &'static str = "id";

    /// Converts the value, moving out of it what both forms share.
    ///
    /// # Errors
    ///
    /// When a required field of the unified form has no value in the vendor's;
    /// with [`Strictness::Strict`] also when a value can only be guessed, or
    /// would be lost.
    fn unify(self, context: &Context) -> Result<Self::Output, MappingError>;
}
