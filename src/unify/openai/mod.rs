//! OpenAI's mapping: its values in unified types, and requests in its own.
//!
//! ```
//! use unitune::unify::{CreateRequest, OnUnsupported};
//!
//! let request = CreateRequest::new("gpt-4o-mini", "file-1");
//! let translated = request.to_openai(OnUnsupported::Reject)?;
//! assert_eq!(translated.request.training_file, "file-1");
//! # Ok::<(), unitune::unify::UnsupportedFields>(())
//! ```

mod events_and_checkpoints;
mod files;
mod job;
mod request;
mod rules;
mod status;

use super::gateway_compatible::{ACCEPTED, UNSUPPORTED, WANDB};
use super::lazy_object::lazy_values;
use super::mapping::RequestTables;
use super::{Mapping, Vendor};
use crate::openai::types;

/// The vendor's name.
pub const VENDOR: Vendor = Vendor::from_static("openai");
/// The vendor's name in messages.
pub const TITLE: &str = "OpenAI";

lazy_values!(openai:
    Hyperparameters(types::FineTuningJobHyperparameters),
    Integration(types::FineTuningIntegration),
    Method(types::FineTuneMethod)
);

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: &[],
    events: None,
    estimates_costs: false,
    request: Some(RequestTables {
        text: "`metadata` is kept as it is. `\"auto\"` is a value of its own.",
        accepted: ACCEPTED,
        unsupported: UNSUPPORTED,
        extra: &[],
        wandb: WANDB,
    }),
};
