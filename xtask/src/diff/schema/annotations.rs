//! What is said beside a shape: null, defaults, deprecation, descriptions,
//! read-only, our own extensions.

use super::Schemas;
use crate::diff::found::quoted;
use crate::diff::level::Ways;
use crate::lower::rules::type_of;
use serde_json::Value;

/// Flags: keyword, the rule for one that appears, the rule for one that goes.
const FLAGS: &[(&str, &str, &str)] = &[
    ("nullable", "became-nullable", "became-non-nullable"),
    ("deprecated", "schema-deprecated", "schema-undeprecated"),
    ("readOnly", "became-read-only", "no-longer-read-only"),
    ("writeOnly", "became-write-only", "no-longer-write-only"),
];

type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);

fn is_set(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}

/// `integer` and `number` are one type of JSON.
fn json_type(value: &Value) -> &'static str {
    match type_of(value) {
        "integer" => "number",
        other => other,
    }
}

impl<'a> Schemas<'a> {
    /// Compares the annotations of a pair.
    pub(super) fn annotations(&mut self, id: usize, get: &dyn Fn(&str) -> Sides<'a>) {
        for (keyword, appears, goes) in FLAGS {
            let (from, to) = get(keyword);
            let rule = match (is_set(from), is_set(to)) {
                (false, true) => appears,
                (true, false) => goes,
                _ => continue,
            };
            let finding = self.here(id, rule).about(*keyword);
            self.find(id, finding);
        }
        self.default(id, get("default"));
        let (from, to) = get("description");
        if from != to {
            let finding = self
                .here(id, "description-changed")
                .change(quoted(from), quoted(to))
                .about("description");
            self.find(id, finding);
        }
        for keyword in [
            "x-unitune-boxed",
            "x-unitune-lenient",
            "x-unitune-transport",
        ] {
            let (from, to) = get(keyword);
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

    fn default(&mut self, id: usize, (from, to): Sides<'a>) {
        let rule = match (from, to) {
            (None, None) => return,
            (None, Some(_)) | (Some(_), None) if self.pairs[id].quiet_default => return,
            (None, Some(_)) => "default-added",
            (Some(_), None) => "default-removed",
            (Some(from), Some(to)) if same(from, to) => return,
            (Some(from), Some(to)) if json_type(from) != json_type(to) => "default-type-changed",
            (Some(_), Some(_)) => "default-changed",
        };
        let finding = self
            .here(id, rule)
            .change(quoted(from), quoted(to))
            .about("default");
        self.find(id, finding);
    }

    /// Lets the requiredness of a member speak for its default.
    pub(super) fn silence_default(&mut self, id: usize) {
        self.pairs[id].quiet_default = true;
    }
}

/// Equal as JSON: 1 and 1.0 are one number.
pub(super) fn same(from: &Value, to: &Value) -> bool {
    from == to
        || matches!((from.as_f64(), to.as_f64()), (Some(a), Some(b)) if a.to_bits() == b.to_bits())
}

/// The directions in which a member of these two schemas can be seen.
pub(super) fn visible(from: impl Fn(&str) -> bool, to: impl Fn(&str) -> bool) -> Ways {
    Ways {
        sent: !(from("readOnly") && to("readOnly")),
        received: !(from("writeOnly") && to("writeOnly")),
    }
}
