//! Compares enums and formats.

use super::parts::apart;
use super::resolve::{Flat, Node};
use super::{Schemas, label, similar};
use crate::finding::quoted;
use serde_json::Value;

/// The families of formats of text: what changes with them in Rust.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    Time,
    Binary,
    Other,
}

fn family(format: &str) -> Family {
    match format {
        "date-time" => Family::Time,
        "binary" => Family::Binary,
        _ => Family::Other,
    }
}

/// Returns the rules for a format that appears, and for one that goes, by
/// family.
fn rules(family: Family) -> (&'static str, &'static str) {
    match family {
        Family::Time => ("time-format-added", "time-format-removed"),
        Family::Binary => ("binary-format-added", "binary-format-removed"),
        Family::Other => ("format-added", "format-removed"),
    }
}

impl<'a> Schemas<'a> {
    /// Compares enums and formats.
    pub(super) fn values(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        self.formats(id, from, to);
        let stated = |values: &[Node<'a>]| label::values(values.iter().map(|node| node.value));
        match (from.values(), to.values()) {
            (None, None) => {}
            (None, Some(new)) => {
                let finding = self.here(id, "became-enum");
                self.find(id, finding.change("anything", stated(&new)));
            }
            (Some(old), None) => {
                let finding = self.here(id, "no-longer-enum");
                self.find(id, finding.change(stated(&old), "anything"));
            }
            (Some(old), Some(new)) => self.enums(id, &old, &new),
        }
    }

    fn enums(&mut self, id: usize, before: &[Node<'a>], after: &[Node<'a>]) {
        let has = |list: &[Node<'a>], value: &Value| list.iter().any(|node| node.value == value);
        let gone = before.iter().filter(|node| !has(after, node.value));
        let come = after.iter().filter(|node| !has(before, node.value));
        let mut come: Vec<&Node<'a>> = come.collect();
        for value in gone {
            let word = plain(value.value);
            let renamed = come
                .iter()
                .position(|other| similar::respelled(value.value, other.value));
            let finding = match renamed.map(|n| come.remove(n)) {
                Some(other) => self
                    .here(id, "enum-value-renamed")
                    .at(Some(&value.at), Some(&other.at))
                    .change(&word, plain(other.value))
                    .about(plain(other.value)),
                None => self
                    .here(id, "enum-value-removed")
                    .at(Some(&value.at), None)
                    .change(&word, "")
                    .about(&word),
            };
            self.find(id, finding);
        }
        for value in come {
            let finding = self
                .here(id, "enum-value-added")
                .at(None, Some(&value.at))
                .change("", plain(value.value))
                .about(plain(value.value));
            self.find(id, finding);
        }
    }

    /// Compares formats: those of all parts apply.
    fn formats(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let (old, new) = (from.distinct("format"), to.distinct("format"));
        let is_number = |flat: &Flat<'a>| matches!(flat.kind(), Some("integer" | "number"));
        let numbers = is_number(from) && is_number(to);
        for both in apart(&old, &new) {
            let text = |value: &Value| value.as_str().map(family);
            let (old, new) = both;
            let rule = match (old.and_then(text), new.and_then(text)) {
                _ if numbers => "number-format-changed",
                (None, Some(new)) => rules(new).0,
                (Some(old), None) => rules(old).1,
                _ => "format-changed",
            };
            let finding = self
                .here(id, rule)
                .change(quoted(old), quoted(new))
                .about("format");
            self.find(id, finding);
        }
    }
}

/// Returns a value as it is written on the wire, texts without quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
