//! Fireworks' mapping: its values in unified types, and requests in its own.
//!
//! ```
//! use unitune::fireworks::types::SupervisedJob;
//! use unitune::unify::{Context, Status, Unify};
//!
//! let body = r#"{"name": "accounts/me/supervisedFineTuningJobs/job-1", "state": "JOB_STATE_FAILED",
//!     "createTime": "2026-01-15T12:00:00Z", "dataset": "accounts/me/datasets/chats"}"#;
//! let job = unitune::serde_json::from_str::<SupervisedJob>(body)?;
//! let job = job.unify(&Context::new("main"))?;
//! assert_eq!((job.status, job.provider.status.as_ref()), (Status::Failed, "JOB_STATE_FAILED"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod amounts;
mod events;
mod extra_fields;
mod files;
mod id;
mod job;
mod job_fields;
mod metrics;
mod request;
mod request_back;
mod request_tables;
mod rules;
mod settings;
mod status;

use super::lazy_object::lazy_values;
use super::mapping::{EventTypes, RequestTables};
use super::{Mapping, Vendor};

pub use events::StateEvent;
pub use id::{JobId, JobKind, dataset_id, resource};
pub use metrics::MetricsOfFile;
pub use request::{JobRequest, NewJob};

/// Fireworks.
pub const VENDOR: Vendor = Vendor::from_static("fireworks");
/// The name that Fireworks writes itself with.
pub const TITLE: &str = "Fireworks";

lazy_values!(fireworks: Extra(extra_fields::ExtraFields));

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: rules::SLOTS,
    events: Some(EventTypes {
        text: "The vendor keeps no log. What a job says of itself becomes events: that it was \
               created, the state that it is in, and a step of its metrics file each. Their \
               `provider.extra` says so in `derived_from`. A watch sees each state as an event; \
               a log that is read later has the last one alone.",
        types: events::types,
    }),
    estimates_costs: true,
    request: Some(RequestTables {
        text: "The method chooses the kind of job: `supervised`, `dpo` or `reinforcement`, which \
               wants an `evaluator`. `seed`, `suffix` and `metadata` are rejected, and \
               `validation_file` goes with no DPO job. `\"auto\"` means: leave it out. A model \
               without `accounts/` before it is one of Fireworks' own.",
        accepted: request_tables::ACCEPTED,
        unsupported: request_tables::UNSUPPORTED,
        extra: request_tables::EXTRA,
        wandb: request_tables::WANDB,
    }),
};
