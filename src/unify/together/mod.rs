//! Together: its values in unified types, and requests in its own.

mod checkpoints;
mod events;
mod extra_fields;
mod failure;
mod field_ref;
mod files;
mod job;
mod limits;
mod log;
mod metrics;
mod price;
mod request;
mod rules;
mod settings;
mod status;
mod successor;
mod times;
mod unset;
mod view;

use super::mapping::{EventTypes, RequestTables};
use super::{Mapping, Vendor};

pub use checkpoints::JobCheckpoint;
pub(crate) use checkpoints::tell_apart;
pub use events::{EventInLog, events_in_log};
pub use successor::successor;

/// Together.
pub const VENDOR: Vendor = Vendor::from_static("together");
/// The name that Together writes itself with.
pub const TITLE: &str = "Together";

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
        types: log::types,
    }),
    request: Some(RequestTables {
        text: "`seed` is its `random_seed`. It keeps no labels, so that `metadata` is refused. \
               `\"auto\"` means: leave it out.",
        accepted: request::ACCEPTED,
        refused: request::REFUSED,
        extra: request::EXTRA,
        wandb: request::WANDB,
    }),
};
