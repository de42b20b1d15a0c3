//! Azure OpenAI's mapping: its values in unified types, and requests in its own.
//!
//! ```
//! use unitune::unify::{CreateRequest, OnUnsupported};
//!
//! let mut request = CreateRequest::new("gpt-4.1-mini-2025-04-14", "file-1");
//! request.extra.insert("trainingType".to_owned(), "GlobalStandard".into());
//! let translated = request.to_azure(OnUnsupported::Reject)?;
//! assert_eq!(translated.request.training_type.as_deref(), Some("GlobalStandard"));
//! # Ok::<(), unitune::unify::UnsupportedFields>(())
//! ```

mod auto;
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
use crate::azure::types;

/// The vendor's name.
pub const VENDOR: Vendor = Vendor::from_static("azure");
/// The vendor's name in messages.
pub const TITLE: &str = "Azure OpenAI";

lazy_values!(azure:
    Hyperparameters(types::FineTuningJobHyperparameters),
    Integration(types::FineTuningIntegration),
    Method(types::FineTuneMethod)
);

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: &[("organisation_id", "organization_id")],
    events: None,
    estimates_costs: false,
    request: Some(RequestTables {
        text: "`metadata` is kept as it is. `\"auto\"` is -1 in `n_epochs` and `batch_size`. \
               `trainingType` is sent as it is; the vendor knows `Standard`, `GlobalStandard` and \
               `developerTier`, in any case of letters.",
        accepted: ACCEPTED,
        unsupported: UNSUPPORTED,
        extra: request::EXTRA,
        wandb: WANDB,
    }),
};
