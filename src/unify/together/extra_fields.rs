//! Values that the gateway's job has no slot for: `provider.extra`.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::field_ref::{Collector, FieldRef};
use super::job_fields::Unmapped;
use crate::together::types::{FineTuneEvent, FineTuneProgress};
use crate::wire::{Extra, LenientList, Timestamp};

/// Names that come in another spelling than the document's.
const SPELLINGS: [(&str, &str); 3] = [
    ("TrainingFileNumLines", "trainingfile_numlines"),
    ("TrainingFileSize", "trainingfile_size"),
    ("Suffix", "suffix"),
];

/// The vendor's own values, serialised on demand.
#[derive(Clone)]
pub(super) struct ExtraFields {
    pub(super) events: Option<LenientList<FineTuneEvent>>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) progress: Option<FineTuneProgress>,
    pub(super) total_price: Option<i64>,
    /// Where the job has not succeeded: until then no model has the name.
    pub(super) model_output_name: Option<String>,
    /// Where the job has not succeeded: until then nothing is billed.
    pub(super) token_count: Option<i64>,
    /// Where no document names the method.
    pub(super) training_method: Option<Value>,
    pub(super) unmapped: Unmapped,
    pub(super) undocumented: Extra,
}

impl Serialize for ExtraFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Collector::default();
        let is_set = |time: &&Timestamp| !time.is_unset();
        let events = self.events.as_ref().filter(|events| !events.is_empty());
        fields.put("events", events.map(FieldRef::Events));
        let started_at = self.started_at.as_ref().filter(is_set);
        fields.put("started_at", started_at.map(FieldRef::Time));
        let updated_at = self.updated_at.as_ref().filter(is_set);
        fields.put("updated_at", updated_at.map(FieldRef::Time));
        fields.put("progress", self.progress.as_ref().map(FieldRef::Progress));
        fields.count("total_price", self.total_price);
        let name = self.model_output_name.as_deref();
        fields.put("model_output_name", name.map(FieldRef::Text));
        fields.count("token_count", self.token_count);
        let method = self.training_method.as_ref();
        fields.put("training_method", method.map(FieldRef::Value));
        self.unmapped.collect_into(&mut fields);
        fields.undocumented(&self.undocumented, &SPELLINGS);
        serializer.collect_map(fields.in_order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_there_once_and_in_order() {
        let (one, two, unset) = (Value::from(1), Value::from(2), String::new());
        let mut fields = Collector::default();
        fields.number("b", Some(0));
        fields.count("c", Some(0));
        fields.text("d", Some(&unset));
        fields.put("b", Some(FieldRef::Value(&one)));
        fields.put("a", Some(FieldRef::Value(&two)));
        let fields = serde_json::to_string(
            &fields
                .in_order()
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>(),
        );
        assert_eq!(fields.unwrap(), r#"{"a":2,"b":1}"#);
    }
}
