//! What the vendor says that the gateway's job has no slot for.

use serde_json::{Map, Value};

use super::view::Unmapped;
use crate::together::types::{FineTuneEvent, FineTuneProgress};
use crate::unify::extras::Extras;
use crate::unify::members::Source;
use crate::wire::{Extra, LenientList, Timestamp};

/// Names that come in another spelling than the document's.
const SPELLINGS: [(&str, &str); 3] = [
    ("TrainingFileNumLines", "trainingfile_numlines"),
    ("TrainingFileSize", "trainingfile_size"),
    ("Suffix", "suffix"),
];

/// The vendor's own values, made into members when somebody looks.
#[derive(Clone)]
pub(super) struct Beside {
    pub(super) events: Option<LenientList<FineTuneEvent>>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) progress: Option<FineTuneProgress>,
    pub(super) total_price: Option<i64>,
    /// Where the job has not succeeded: until then it says nothing.
    pub(super) model_output_name: Option<String>,
    /// Likewise.
    pub(super) token_count: Option<i64>,
    /// Where no document names it.
    pub(super) training_method: Option<Value>,
    pub(super) unmapped: Unmapped,
    pub(super) undocumented: Extra,
}

impl Source for Beside {
    fn members(&self) -> Map<String, Value> {
        let mut extras = Extras::new();
        let set = |time: &&Timestamp| !time.is_unset();
        let events = self.events.as_ref().filter(|events| !events.is_empty());
        extras.json("events", events);
        extras.json("started_at", self.started_at.as_ref().filter(set));
        extras.json("updated_at", self.updated_at.as_ref().filter(set));
        extras.json("progress", self.progress.as_ref());
        extras.count("total_price", self.total_price);
        extras.put("model_output_name", self.model_output_name.clone());
        extras.count("token_count", self.token_count);
        extras.put("training_method", self.training_method.clone());
        self.unmapped.keep(&mut extras);
        extras.undocumented(&self.undocumented, &SPELLINGS);
        extras.into_members()
    }

    fn boxed(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }
}
