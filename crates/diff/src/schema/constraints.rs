//! Compares bounds of numbers, texts, lists and objects.

use super::Schemas;
use super::resolve::{Flat, Node};
use crate::finding::Finding;
use crate::pointer;
use serde_json::Value;
use std::cmp::Ordering;

/// How a bound bounds.
#[derive(Clone, Copy, PartialEq)]
enum Bound {
    /// More is tighter.
    Low,
    /// The same, and 0 is no bound.
    LowCount,
    /// Less is tighter.
    High,
    /// Set is tighter.
    Flag,
    /// A multiple is tighter; those of all parts apply.
    Multiple,
    /// Two of them cannot be compared; those of all parts apply.
    Text,
}

const BOUNDS: &[(&str, Bound)] = &[
    ("minimum", Bound::Low),
    ("maximum", Bound::High),
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

/// Flags that are a part of a bound, and what they are called beside it.
const EXCLUSIVE: &[(&str, &str)] = &[
    ("minimum", "exclusiveMinimum"),
    ("maximum", "exclusiveMaximum"),
];

/// Returns whether a keyword is one of them.
pub(super) fn is_bound(keyword: &str) -> bool {
    BOUNDS.iter().any(|(name, _)| *name == keyword)
        || EXCLUSIVE.iter().any(|(_, flag)| *flag == keyword)
}

enum Tightness {
    Same,
    Tighter,
    Looser,
    Other,
}

/// One bound: its value, and whether the value itself is outside.
#[derive(Clone, Copy, Debug)]
struct Limit<'a> {
    value: &'a Value,
    exclusive: bool,
}

/// Returns a value that bounds nothing is none.
fn bounds(bound: Bound, value: &Value) -> bool {
    match bound {
        Bound::LowCount => value.as_u64() != Some(0),
        Bound::Flag => value.as_bool() == Some(true),
        _ => true,
    }
}

/// Returns what a keyword comes to: one bound where the parts' bounds can be
/// put together, else all of them.
fn limits<'a>(flat: &Flat<'a>, keyword: &str, bound: Bound) -> Vec<Limit<'a>> {
    let partner = EXCLUSIVE.iter().find(|(name, _)| *name == keyword);
    // A flag belongs to the bound that stands beside it.
    let exclusive = |node: &Node<'a>| {
        let parent = |at: &str| pointer::split(at).map(|(around, _)| around.to_owned());
        partner.is_some_and(|(_, flag)| {
            let mut flags = flat.all(flag).iter();
            flags.any(|f| parent(&f.at) == parent(&node.at) && f.value == &Value::Bool(true))
        })
    };
    let mut found: Vec<Limit<'a>> = Vec::new();
    for node in flat.all(keyword).iter().filter(|n| bounds(bound, n.value)) {
        let limit = Limit {
            value: node.value,
            exclusive: exclusive(node),
        };
        let known = found.iter().position(|known| {
            !matches!(
                compare_limits(bound, Some(*known), Some(limit)),
                Tightness::Other
            )
        });
        match known {
            None => found.push(limit),
            Some(n) => {
                if let Tightness::Tighter = compare_limits(bound, Some(found[n]), Some(limit)) {
                    found[n] = limit;
                }
            }
        }
    }
    found
}

fn compare_limits(bound: Bound, from: Option<Limit<'_>>, to: Option<Limit<'_>>) -> Tightness {
    let (from, to) = match (from, to) {
        (None, None) => return Tightness::Same,
        (None, Some(_)) => return Tightness::Tighter,
        (Some(_), None) => return Tightness::Looser,
        (Some(from), Some(to)) => (from, to),
    };
    if super::annotations::same(from.value, to.value) {
        return match (from.exclusive, to.exclusive) {
            (false, true) => Tightness::Tighter,
            (true, false) => Tightness::Looser,
            _ => Tightness::Same,
        };
    }
    let (Some(a), Some(b)) = (from.value.as_f64(), to.value.as_f64()) else {
        return Tightness::Other;
    };
    match (bound, b.partial_cmp(&a)) {
        (Bound::Low | Bound::LowCount, Some(Ordering::Greater))
        | (Bound::High, Some(Ordering::Less)) => Tightness::Tighter,
        (Bound::Low | Bound::LowCount, Some(Ordering::Less))
        | (Bound::High, Some(Ordering::Greater)) => Tightness::Looser,
        (Bound::Multiple, _) if a != 0.0 && (b / a).fract() == 0.0 => Tightness::Tighter,
        (Bound::Multiple, _) if b != 0.0 && (a / b).fract() == 0.0 => Tightness::Looser,
        _ => Tightness::Other,
    }
}

fn describe(keyword: &str, limit: Option<Limit<'_>>) -> String {
    let flag = EXCLUSIVE.iter().find(|(name, _)| *name == keyword);
    match (limit, flag) {
        (Some(limit), Some((_, flag))) if limit.exclusive => format!("{flag} {}", limit.value),
        (Some(limit), _) => format!("{keyword} {}", limit.value),
        (None, _) => format!("no {keyword}"),
    }
}

impl<'a> Schemas<'a> {
    /// Compares the bounds of a pair.
    pub(super) fn constraints(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        for (keyword, bound) in BOUNDS {
            let mut come = limits(to, keyword, *bound);
            let mut gone = Vec::new();
            for old in limits(from, keyword, *bound) {
                let same = |new: &Limit<'a>| {
                    matches!(
                        compare_limits(*bound, Some(old), Some(*new)),
                        Tightness::Same
                    )
                };
                match come.iter().position(same) {
                    Some(n) => {
                        come.remove(n);
                    }
                    None => gone.push(old),
                }
            }
            for n in 0..gone.len().max(come.len()) {
                let (old, new) = (gone.get(n).copied(), come.get(n).copied());
                let rule = match compare_limits(*bound, old, new) {
                    Tightness::Same => continue,
                    Tightness::Tighter => "constraint-tightened",
                    Tightness::Looser => "constraint-loosened",
                    Tightness::Other => "constraint-changed",
                };
                let finding: Finding = self
                    .here(id, rule)
                    .change(describe(keyword, old), describe(keyword, new))
                    .about(*keyword);
                self.find(id, finding);
            }
        }
        self.lone_flags(id, from, to);
    }

    /// Ignores a flag without the bound that it belongs to.
    fn lone_flags(&mut self, id: usize, from: &Flat<'a>, to: &Flat<'a>) {
        for (bound, flag) in EXCLUSIVE {
            let lone = |flat: &Flat<'a>| flat.all(bound).is_empty();
            let (old, new) = (from.keyword(flag), to.keyword(flag));
            if lone(from) && lone(to) && old != new {
                let nodes = (from.all(flag).first(), to.all(flag).first());
                self.unclassified(id, flag, nodes.0, nodes.1);
            }
        }
    }
}
