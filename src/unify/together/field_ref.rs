//! Members under the vendor's names, still in the vendor's types.

use serde::Serialize;
use serde_json::Value;

use crate::together::types::{FineTuneEvent, FineTuneProgress, MultimodalParams, TrainOnInputs};
use crate::wire::{Extra, LenientList, Timestamp};

/// Collects members under the vendor's names, still in the vendor's types.
#[derive(Default)]
pub(super) struct Collector<'a>(Vec<(&'a str, FieldRef<'a>)>);

/// The value of a member.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum FieldRef<'a> {
    Events(&'a LenientList<FineTuneEvent>),
    Time(&'a Timestamp),
    Progress(&'a FineTuneProgress),
    Multimodal(&'a MultimodalParams),
    TrainOnInputs(&'a TrainOnInputs),
    Boolean(bool),
    Number(i64),
    Float(f64),
    Text(&'a str),
    Value(&'a Value),
}

impl<'a> Collector<'a> {
    /// Keeps a value, unless there is none.
    pub(super) fn put(&mut self, name: &'a str, value: Option<FieldRef<'a>>) {
        self.0.extend(value.map(|value| (name, value)));
    }

    /// Keeps a text, unless it is empty: vendors write `""` for "not set".
    pub(super) fn text(&mut self, name: &'a str, value: Option<&'a String>) {
        let text = value.filter(|text| !text.is_empty());
        self.put(name, text.map(|text| FieldRef::Text(text)));
    }

    /// Keeps a number.
    pub(super) fn number(&mut self, name: &'a str, value: Option<i64>) {
        self.put(name, value.map(FieldRef::Number));
    }

    /// Keeps a number, unless it is zero: vendors write `0` for "not set".
    pub(super) fn count(&mut self, name: &'a str, value: Option<i64>) {
        self.number(name, value.filter(|number| *number != 0));
    }

    /// Keeps what the vendor's document does not name. `spellings` are other
    /// names under which a documented member comes, and what they stand for.
    pub(super) fn undocumented(&mut self, members: &'a Extra, spellings: &[(&str, &'a str)]) {
        for (name, value) in members.iter() {
            let meant = spellings.iter().find(|(spelling, meant)| {
                *spelling == name && !self.0.iter().any(|(known, _)| known == meant)
            });
            let name = meant.map_or(name, |(_, meant)| *meant);
            self.0.push((name, FieldRef::Value(value)));
        }
    }

    /// Returns the members by name, each name once: the last one counts.
    pub(super) fn in_order(mut self) -> Vec<(&'a str, FieldRef<'a>)> {
        self.0.reverse();
        self.0.sort_by_key(|(name, _)| *name);
        self.0.dedup_by_key(|(name, _)| *name);
        self.0
    }
}
