//! Compares annotations: null, defaults, deprecation, descriptions, read-only,
//! our own extensions.

use super::resolve::Annotation;
use super::{Schemas, label};
use crate::finding::{Finding, quoted};
use crate::json_schema::type_of;
use crate::level::Directions;
use serde_json::Value;

/// Flags: keyword, the rule for one that appears, the rule for one that goes.
const FLAGS: &[(&str, &str, &str)] = &[
    ("nullable", "became-nullable", "became-non-nullable"),
    ("deprecated", "schema-deprecated", "schema-undeprecated"),
    ("readOnly", "became-read-only", "no-longer-read-only"),
    ("writeOnly", "became-write-only", "no-longer-write-only"),
];

type OldAndNew<'v> = (Option<Annotation<'v>>, Option<Annotation<'v>>);

fn is_set(annotation: &Option<Annotation<'_>>) -> bool {
    value(annotation) == Some(&Value::Bool(true))
}

fn value<'v>(annotation: &Option<Annotation<'v>>) -> Option<&'v Value> {
    annotation.as_ref().map(|annotation| annotation.value)
}

/// Returns the JSON type of a value; `integer` and `number` are one type.
fn json_type(value: &Value) -> &'static str {
    match type_of(value) {
        "integer" => "number",
        other => other,
    }
}

impl<'a> Schemas<'a> {
    /// Compares the annotations of a pair.
    pub(super) fn annotations(&mut self, id: usize, get: &dyn Fn(&str) -> OldAndNew<'a>) {
        for (keyword, appears, goes) in FLAGS {
            let both = get(keyword);
            let rule = match (is_set(&both.0), is_set(&both.1)) {
                (false, true) => appears,
                (true, false) => goes,
                _ => continue,
            };
            let finding = self.at_annotation(id, rule, &both).about(*keyword);
            self.find(id, finding);
        }
        self.default(id, get("default"));
        let both = get("description");
        let (from, to) = (value(&both.0), value(&both.1));
        if from != to {
            let finding = self
                .at_annotation(id, "description-changed", &both)
                .change(quoted(from), quoted(to))
                .about("description");
            self.find(id, finding);
        }
        for keyword in [
            "x-unitune-boxed",
            "x-unitune-lenient",
            "x-unitune-transport",
        ] {
            let both = get(keyword);
            let (from, to) = (value(&both.0), value(&both.1));
            if from != to {
                let place = self.here(id, "extension-changed").name;
                let finding = self
                    .here(id, "extension-changed")
                    .named(format!("{keyword} of {}", place.trim_matches('`')))
                    .change(quoted(from), quoted(to))
                    .about(keyword);
                self.find(id, finding);
            }
        }
    }

    /// Returns a finding where the annotation stands: around the whole, or in a
    /// part.
    fn at_annotation(&self, id: usize, rule: &str, both: &OldAndNew<'a>) -> Finding {
        let part = |annotation: &Option<Annotation<'a>>| {
            annotation
                .as_ref()
                .and_then(|annotation| annotation.part.clone())
        };
        match (part(&both.0), part(&both.1)) {
            (Some(old), Some(new)) => Finding::new(rule)
                .at(Some(&old), Some(&new))
                .named(label::place(&self.head.value, &new)),
            _ => self.here(id, rule),
        }
    }

    fn default(&mut self, id: usize, both: OldAndNew<'a>) {
        let (from, to) = (value(&both.0), value(&both.1));
        let rule = match (from, to) {
            (None, None) => return,
            (None, Some(_)) | (Some(_), None) if self.pairs[id].default_is_reported_elsewhere => {
                return;
            }
            (None, Some(_)) => "default-added",
            (Some(_), None) => "default-removed",
            (Some(from), Some(to)) if same(from, to) => return,
            (Some(from), Some(to)) if json_type(from) != json_type(to) => "default-type-changed",
            (Some(_), Some(_)) => "default-changed",
        };
        let finding = self
            .at_annotation(id, rule, &both)
            .change(quoted(from), quoted(to))
            .about("default");
        self.find(id, finding);
    }

    /// Reports a change of a member's default as one of whether it is required.
    pub(super) fn silence_default(&mut self, id: usize) {
        self.pairs[id].default_is_reported_elsewhere = true;
    }
}

/// Returns true for values that are equal as JSON: 1 and 1.0 are the same
/// number.
pub(super) fn same(from: &Value, to: &Value) -> bool {
    from == to
        || matches!((from.as_f64(), to.as_f64()), (Some(a), Some(b)) if a.to_bits() == b.to_bits())
}

/// Returns the directions in which a member of these two schemas can be seen.
pub(super) fn visible(from: impl Fn(&str) -> bool, to: impl Fn(&str) -> bool) -> Directions {
    Directions {
        sent: !(from("readOnly") && to("readOnly")),
        received: !(from("writeOnly") && to("writeOnly")),
    }
}
