//! Together's mapping: its values in unified types, and requests in its own.
//!
//! ```
//! use unitune::together::types::FinetuneResponse;
//! use unitune::unify::{Context, Status, Unify};
//!
//! let body = r#"{"id": "ft-1", "status": "user_error", "created_at": "2026-01-15T12:00:00Z"}"#;
//! let job = unitune::serde_json::from_str::<FinetuneResponse>(body)?;
//! let job = job.unify(&Context::new("research").with_notes())?;
//! assert_eq!((job.status, job.provider.status.as_ref()), (Status::Failed, "user_error"));
//! for note in &job.provider.notes {
//!     println!("{}: {}", note.field, note.message);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoints;
mod event_types;
mod events;
mod extra_fields;
mod failure;
mod field_ref;
mod files;
mod job;
mod job_fields;
mod limits;
mod metrics;
mod preview;
mod price;
mod request;
mod rules;
mod settings;
mod status;
mod successor;
mod times;
mod unset;

use super::lazy_object::lazy_values;
use super::mapping::{EventTypes, RequestTables};
use super::{Mapping, Vendor};

pub use checkpoints::JobCheckpoint;
pub(crate) use checkpoints::tell_apart;
pub use events::{EventInLog, events_in_log};
pub(crate) use preview::preview_request;
pub use successor::successor;

/// The vendor's name.
pub const VENDOR: Vendor = Vendor::from_static("together");
/// The vendor's name in messages.
pub const TITLE: &str = "Together";

lazy_values!(together:
    Settings(job_fields::Settings),
    Wandb(job_fields::Wandb),
    Supervised(settings::Supervised),
    Dpo(settings::Dpo),
    Extra(extra_fields::ExtraFields)
);

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: rules::SLOTS,
    events: Some(EventTypes {
        text: "Types and levels are read in any case. An event becomes one of OpenAI's shape: \
               the type in the document's spelling stands in `data.type`, the vendor's own words \
               in `provider.extra`.",
        types: event_types::types,
    }),
    estimates_costs: false,
    request: Some(RequestTables {
        text: "`seed` is its `random_seed`. It keeps no labels, so that `metadata` is rejected. \
               `\"auto\"` means: leave it out.",
        accepted: request::ACCEPTED,
        unsupported: request::UNSUPPORTED,
        extra: request::EXTRA,
        wandb: request::WANDB,
    }),
};
