//! Where an event, a checkpoint or a file comes from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::extras::Extras;
use super::notes::Ledger;
use super::{Context, Vendor};

/// Who says it, and what they say beyond the fields of OpenAI's shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Origin {
    /// The provider account under which it was read.
    pub account: String,
    /// Who says it.
    pub vendor: Vendor,
    /// What has no slot, or stands in its slot in other words, under the
    /// vendor's names and in the vendor's words.
    pub extra: Map<String, Value>,
}

impl Origin {
    pub(super) fn new(context: &Context, vendor: Vendor, extras: Extras) -> Self {
        // Notes are taken of jobs only.
        let silent = Context::default();
        Self {
            account: context.account.clone(),
            vendor,
            extra: extras.finish(&mut Ledger::new(&silent)),
        }
    }
}
