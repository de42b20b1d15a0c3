//! What the vendor says that the gateway's job has no slot for.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::view::Unmapped;
use crate::together::types::{FineTuneEvent, FineTuneProgress, MultimodalParams, TrainOnInputs};
use crate::wire::{Extra, LenientList, Timestamp};

/// Names that come in another spelling than the document's.
const SPELLINGS: [(&str, &str); 3] = [
    ("TrainingFileNumLines", "trainingfile_numlines"),
    ("TrainingFileSize", "trainingfile_size"),
    ("Suffix", "suffix"),
];

/// The vendor's own values, written as members when somebody looks.
#[derive(Clone)]
pub(in crate::unify) struct Beside {
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

impl Serialize for Beside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = Said::default();
        let set = |time: &&Timestamp| !time.is_unset();
        let events = self.events.as_ref().filter(|events| !events.is_empty());
        all.put("events", events.map(Word::Events));
        all.put(
            "started_at",
            self.started_at.as_ref().filter(set).map(Word::Time),
        );
        all.put(
            "updated_at",
            self.updated_at.as_ref().filter(set).map(Word::Time),
        );
        all.put("progress", self.progress.as_ref().map(Word::Progress));
        all.count("total_price", self.total_price);
        all.put(
            "model_output_name",
            self.model_output_name.as_deref().map(Word::Text),
        );
        all.count("token_count", self.token_count);
        all.put(
            "training_method",
            self.training_method.as_ref().map(Word::Value),
        );
        self.unmapped.say(&mut all);
        all.undocumented(&self.undocumented, &SPELLINGS);
        serializer.collect_map(all.in_order())
    }
}

/// Members under the vendor's names, still in the vendor's types.
#[derive(Default)]
pub(super) struct Said<'a>(Vec<(&'a str, Word<'a>)>);

/// The value of a member.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Word<'a> {
    Events(&'a LenientList<FineTuneEvent>),
    Time(&'a Timestamp),
    Progress(&'a FineTuneProgress),
    Multimodal(&'a MultimodalParams),
    TrainOnInputs(&'a TrainOnInputs),
    Number(i64),
    Text(&'a str),
    Value(&'a Value),
}

impl<'a> Said<'a> {
    /// Keeps a value, unless there is none.
    pub(super) fn put(&mut self, name: &'a str, value: Option<Word<'a>>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    /// Keeps a text, unless it is empty: vendors write `""` for "not set".
    pub(super) fn text(&mut self, name: &'a str, value: Option<&'a String>) {
        let text = value.filter(|text| !text.is_empty());
        self.put(name, text.map(|text| Word::Text(text)));
    }

    /// Keeps a number.
    pub(super) fn number(&mut self, name: &'a str, value: Option<i64>) {
        self.put(name, value.map(Word::Number));
    }

    /// Keeps a number, unless it is a zero that makes no sense.
    pub(super) fn count(&mut self, name: &'a str, value: Option<i64>) {
        self.number(name, value.filter(|number| *number != 0));
    }

    /// Keeps what the vendor's document does not name. `spellings` are other
    /// names under which a documented member comes, and what they stand for.
    fn undocumented(&mut self, members: &'a Extra, spellings: &[(&str, &'a str)]) {
        for (name, value) in members.iter() {
            let meant = spellings.iter().find(|(spelling, meant)| {
                *spelling == name && !self.0.iter().any(|(known, _)| known == meant)
            });
            let name = meant.map_or(name, |(_, meant)| *meant);
            self.0.push((name, Word::Value(value)));
        }
    }

    /// By name, and each name once: what came last counts.
    fn in_order(mut self) -> Vec<(&'a str, Word<'a>)> {
        self.0.reverse();
        self.0.sort_by_key(|(name, _)| *name);
        self.0.dedup_by_key(|(name, _)| *name);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_said_once_and_in_order() {
        let (one, two, unset) = (Value::from(1), Value::from(2), String::new());
        let mut said = Said::default();
        said.number("b", Some(0));
        said.count("c", Some(0));
        said.text("d", Some(&unset));
        said.put("b", Some(Word::Value(&one)));
        said.put("a", Some(Word::Value(&two)));
        let said = serde_json::to_string(
            &said
                .in_order()
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>(),
        );
        assert_eq!(said.unwrap(), r#"{"a":2,"b":1}"#);
    }
}
