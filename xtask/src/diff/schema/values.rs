//! Enums and formats.

use super::resolve::Flat;
use super::{Schemas, label, similar};
use crate::diff::found::quoted;
use crate::pointer;
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

/// The rules for a format that appears, and for one that goes, by family.
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
        let list = |flat: &Flat<'a>| flat.words.get("enum").cloned();
        match (list(from), list(to)) {
            (None, None) => {}
            (None, Some(new)) => {
                let values = new.value.as_array().map(Vec::as_slice).unwrap_or_default();
                let finding = self
                    .here(id, "became-enum")
                    .change("anything", label::values(values));
                self.find(id, finding);
            }
            (Some(old), None) => {
                let values = old.value.as_array().map(Vec::as_slice).unwrap_or_default();
                let finding = self
                    .here(id, "no-longer-enum")
                    .change(label::values(values), "anything");
                self.find(id, finding);
            }
            (Some(old), Some(new)) => self.enums(id, &old, &new),
        }
    }

    fn enums(&mut self, id: usize, old: &super::resolve::Node<'a>, new: &super::resolve::Node<'a>) {
        let list = |node: &super::resolve::Node<'a>| -> &'a [Value] {
            node.value.as_array().map(Vec::as_slice).unwrap_or_default()
        };
        let (before, after) = (list(old), list(new));
        let index = |list: &[Value], value: &Value| list.iter().position(|v| v == value);
        let gone: Vec<&Value> = before.iter().filter(|v| !after.contains(v)).collect();
        let mut come: Vec<&Value> = after.iter().filter(|v| !before.contains(v)).collect();
        for value in gone {
            let old_at = index(before, value).map(|n| pointer::index(&old.at, n));
            let word = plain(value);
            match come
                .iter()
                .position(|other| similar::respelled(value, other))
            {
                Some(n) => {
                    let other = come.remove(n);
                    let new_at = index(after, other).map(|n| pointer::index(&new.at, n));
                    let finding = self
                        .here(id, "enum-value-renamed")
                        .at(old_at.as_deref(), new_at.as_deref())
                        .change(&word, plain(other))
                        .about(plain(other));
                    self.find(id, finding);
                }
                None => {
                    let finding = self
                        .here(id, "enum-value-removed")
                        .at(old_at.as_deref(), None)
                        .change(&word, "")
                        .about(&word);
                    self.find(id, finding);
                }
            }
        }
        for value in come {
            let new_at = index(after, value).map(|n| pointer::index(&new.at, n));
            let finding = self
                .here(id, "enum-value-added")
                .at(None, new_at.as_deref())
                .change("", plain(value))
                .about(plain(value));
            self.find(id, finding);
        }
    }

    fn formats(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        let (old, new) = (from.word("format"), to.word("format"));
        if old == new {
            return;
        }
        let text = |value: Option<&'a Value>| value.and_then(Value::as_str);
        let is_number = |flat: &Flat<'a>| matches!(flat.kind(), Some("integer" | "number"));
        let rule = match (text(old), text(new)) {
            _ if is_number(from) && is_number(to) => "number-format-changed",
            (None, Some(new)) => rules(family(new)).0,
            (Some(old), None) => rules(family(old)).1,
            _ => "format-changed",
        };
        let finding = self
            .here(id, rule)
            .change(quoted(old), quoted(new))
            .about("format");
        self.find(id, finding);
    }
}

/// A value as it is written on the wire, texts without quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
