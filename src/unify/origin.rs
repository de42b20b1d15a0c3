//! The origin of an event, a checkpoint or a file.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::extras::Extras;
use super::notes::NoteCollector;
use super::{Context, Vendor};

/// The account and vendor of an event, a checkpoint or a file, and the values
/// that have no slot in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Origin {
    /// The provider account under which it was read.
    pub account: String,
    /// The vendor that it was read from.
    pub vendor: Vendor,
    /// Values without a slot, or with another one in their slot, under the
    /// vendor's names.
    pub extra: Map<String, Value>,
}

impl Origin {
    /// Creates an origin with its required parts.
    pub fn new(account: impl Into<String>, vendor: Vendor) -> Self {
        Self {
            account: account.into(),
            vendor,
            extra: Map::new(),
        }
    }

    /// Creates it with the values that have no slot, but for keys.
    pub(super) fn with_extras(context: &Context, vendor: Vendor, extras: Extras) -> Self {
        // Only jobs have notes.
        let silent = Context::default();
        Self {
            extra: extras.finish(&mut NoteCollector::new(&silent)),
            ..Self::new(&context.account, vendor)
        }
    }
}
