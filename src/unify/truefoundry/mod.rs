//! TrueFoundry's gateway: its values in unified types, and requests in its own.
//! The unified job has its fields, so that all of this is identity.

mod files;
mod job;
mod request;
mod rules;
mod status;

use super::{Mapping, Vendor};

/// TrueFoundry's gateway.
pub const VENDOR: Vendor = Vendor::from_static("truefoundry");
/// The name that TrueFoundry writes itself with.
pub const TITLE: &str = "TrueFoundry";

pub(crate) static MAPPING: Mapping = Mapping {
    vendor: VENDOR,
    title: TITLE,
    statuses: status::table,
    rules: rules::TABLE,
    events: None,
    request: None,
};
