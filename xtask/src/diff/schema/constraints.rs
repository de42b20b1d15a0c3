//! Bounds of numbers, texts, lists and objects.

use super::Schemas;
use super::resolve::Flat;
use crate::diff::found::Finding;
use serde_json::Value;
use std::cmp::Ordering;

/// How a bound bounds.
#[derive(Clone, Copy)]
enum Bound {
    /// More is tighter.
    Low,
    /// The same, and 0 is no bound.
    LowCount,
    /// Less is tighter.
    High,
    /// Set is tighter.
    Flag,
    /// A multiple is tighter.
    Multiple,
    /// Two of them cannot be compared.
    Text,
}

const BOUNDS: &[(&str, Bound)] = &[
    ("minimum", Bound::Low),
    ("maximum", Bound::High),
    ("exclusiveMinimum", Bound::Flag),
    ("exclusiveMaximum", Bound::Flag),
    ("multipleOf", Bound::Multiple),
    ("minLength", Bound::LowCount),
    ("maxLength", Bound::High),
    ("pattern", Bound::Text),
    ("minItems", Bound::LowCount),
    ("maxItems", Bound::High),
    ("uniqueItems", Bound::Flag),
    ("minProperties", Bound::LowCount),
    ("maxProperties", Bound::High),
];

/// Whether a keyword is one of them.
pub(super) fn is_bound(keyword: &str) -> bool {
    BOUNDS.iter().any(|(name, _)| *name == keyword)
}

enum Verdict {
    Same,
    Tighter,
    Looser,
    Other,
}

/// A value that bounds nothing is none.
fn effective(bound: Bound, value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match bound {
        Bound::LowCount => value.as_u64() != Some(0),
        Bound::Flag => value.as_bool() == Some(true),
        _ => true,
    })
}

fn judge(bound: Bound, from: Option<&Value>, to: Option<&Value>) -> Verdict {
    let (from, to) = match (effective(bound, from), effective(bound, to)) {
        (None, None) => return Verdict::Same,
        (None, Some(_)) => return Verdict::Tighter,
        (Some(_), None) => return Verdict::Looser,
        (Some(from), Some(to)) => (from, to),
    };
    if super::annotations::same(from, to) {
        return Verdict::Same;
    }
    let (Some(a), Some(b)) = (from.as_f64(), to.as_f64()) else {
        return Verdict::Other;
    };
    match (bound, b.partial_cmp(&a)) {
        (Bound::Low | Bound::LowCount, Some(Ordering::Greater))
        | (Bound::High, Some(Ordering::Less)) => Verdict::Tighter,
        (Bound::Low | Bound::LowCount, Some(Ordering::Less))
        | (Bound::High, Some(Ordering::Greater)) => Verdict::Looser,
        (Bound::Multiple, _) if a != 0.0 && (b / a).fract() == 0.0 => Verdict::Tighter,
        (Bound::Multiple, _) if b != 0.0 && (a / b).fract() == 0.0 => Verdict::Looser,
        _ => Verdict::Other,
    }
}

fn said(keyword: &str, value: Option<&Value>) -> String {
    match value {
        Some(value) => format!("{keyword} {value}"),
        None => format!("no {keyword}"),
    }
}

impl<'a> Schemas<'a> {
    /// Compares the bounds of a pair.
    pub(super) fn constraints(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        for (keyword, bound) in BOUNDS {
            let (old, new) = (from.word(keyword), to.word(keyword));
            let rule = match judge(*bound, old, new) {
                Verdict::Same => continue,
                Verdict::Tighter => "constraint-tightened",
                Verdict::Looser => "constraint-loosened",
                Verdict::Other => "constraint-changed",
            };
            let finding: Finding = self
                .here(id, rule)
                .change(said(keyword, old), said(keyword, new))
                .about(*keyword);
            self.find(id, finding);
        }
    }
}
