//! OpenAI: its values in unified types, and requests in its own.

mod checkpoints;
mod events;
mod files;
mod job;
mod request;
mod rules;
mod status;

use super::mapping::RequestTables;
use super::{Mapping, Vendor};

/// The vendor's name.
pub const VENDOR: Vendor = Vendor::from_static("openai");
/// The vendor's name in messages.
pub const TITLE: &str = "OpenAI";

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    slots: &[],
    events: None,
    request: Some(RequestTables {
        text: "`metadata` is kept as it is. `\"auto\"` is a value of its own.",
        accepted: request::ACCEPTED,
        refused: request::REFUSED,
        extra: &[],
        wandb: request::WANDB,
    }),
};
