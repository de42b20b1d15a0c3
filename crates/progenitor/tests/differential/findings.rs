//! Differences between the two clients, and those that are known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cover::Deviation;
use super::input::Input;
use super::outcome::Outcome;
use super::recorder::Sent;

/// A call that both clients made: what was asked, sent and answered.
#[derive(Debug)]
pub struct Call<'a> {
    pub vendor: &'static str,
    pub function: &'a str,
    /// The names of the members of all objects in the document.
    pub members: &'a BTreeSet<String>,
    /// What of the input or the answer is beyond the document.
    pub deviation: Deviation,
    pub input: &'a Input,
    /// The JSON that was answered, where the test chose it.
    pub answer: Option<&'a Value>,
    pub sent: [Option<Sent>; 2],
    pub outcome: [Outcome; 2],
}

/// A difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// The requests differ in more than the body, or only one was sent.
    Request,
    /// The bodies of the requests differ at this place: unitune's value and
    /// progenitor's.
    Body(String, Option<Value>, Option<Value>),
    /// One client read the answer, or both failed in other ways.
    Outcome,
    /// Both read the answer, and have other values at this place: unitune's and
    /// progenitor's.
    Value(String, Option<Value>, Option<Value>),
}

/// A difference that is known.
pub struct Known {
    pub name: &'static str,
    /// Why it is there, and is meant to be.
    pub reason: &'static str,
    pub is: fn(&Call<'_>, &Difference) -> bool,
}

/// What was found so far.
pub struct Findings {
    known: &'static [Known],
    seen: BTreeSet<&'static str>,
    unknown: BTreeMap<String, String>,
}

impl Findings {
    pub fn new(known: &'static [Known]) -> Self {
        Self {
            known,
            seen: BTreeSet::new(),
            unknown: BTreeMap::new(),
        }
    }

    /// Adds the differences of a call. Whether all of them are known.
    pub fn add(&mut self, call: &Call<'_>) -> bool {
        let mut all_known = true;
        for difference in differences(call) {
            match self
                .known
                .iter()
                .find(|known| (known.is)(call, &difference))
            {
                Some(known) => {
                    self.seen.insert(known.name);
                }
                None => {
                    all_known = false;
                    let (key, text) = described(call, &difference);
                    // Of inputs that chance chose the last one is the smallest.
                    self.unknown.insert(key, text);
                }
            }
        }
        all_known
    }

    /// Fails where a difference is not known, and where a known one is gone.
    pub fn check(&self) {
        let count = self.unknown.len();
        let shown = self.unknown.iter().take(400);
        let shown: Vec<_> = shown
            .map(|(key, text)| format!("{key}\n    {text}"))
            .collect();
        let shown = shown.join("\n");
        assert!(
            count == 0,
            "{count} differences that no row explains:\n{shown}"
        );
        let gone = self
            .known
            .iter()
            .filter(|known| !self.seen.contains(known.name));
        let gone: Vec<_> = gone.map(|known| (known.name, known.reason)).collect();
        assert!(gone.is_empty(), "known differences that are gone: {gone:?}");
    }
}

/// Where a difference is, and what it is: unitune's first.
fn described(call: &Call<'_>, difference: &Difference) -> (String, String) {
    let (at, ours, theirs) = match difference {
        Difference::Request => {
            let [ours, theirs] = call.sent.each_ref().map(|sent| format!("{sent:?}"));
            ("request", ours, theirs)
        }
        Difference::Outcome => {
            let [ours, theirs] = call.outcome.each_ref().map(|o| format!("{o:?}"));
            ("outcome", ours, theirs)
        }
        Difference::Value(at, ours, theirs) | Difference::Body(at, ours, theirs) => {
            (at.as_str(), format!("{ours:?}"), format!("{theirs:?}"))
        }
    };
    let short = |text: String| text.chars().take(600).collect::<String>();
    (
        format!(
            "{} {} {:?} {at}",
            call.vendor, call.function, call.deviation
        ),
        format!("{}\n    {}", short(ours), short(theirs)),
    )
}

fn differences(call: &Call<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    match &call.sent {
        [Some(ours), Some(theirs)] => {
            if !ours.equal_but_for_the_body(theirs) {
                found.push(Difference::Request);
            }
            let (ours, theirs) = (Some(&ours.body), Some(&theirs.body));
            values("", ours, theirs, Difference::Body, &mut found);
        }
        [None, None] => {}
        _ => found.push(Difference::Request),
    }
    match &call.outcome {
        [Outcome::Read(ours), Outcome::Read(theirs)] => {
            values("", Some(ours), Some(theirs), Difference::Value, &mut found);
        }
        [Outcome::Unreadable(_), Outcome::Unreadable(_)]
        | [Outcome::NotSent(_), Outcome::NotSent(_)] => {}
        [ours, theirs] if ours == theirs => {}
        _ => found.push(Difference::Outcome),
    }
    found
}

/// Adds the places at which two values differ.
fn values(
    at: &str,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    kind: fn(String, Option<Value>, Option<Value>) -> Difference,
    found: &mut Vec<Difference>,
) {
    match (ours, theirs) {
        // Most are equal, and to compare them takes less than to go through their members.
        (ours, theirs) if ours == theirs => {}
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for key in keys {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                let at = format!("{at}/{escaped}");
                values(&at, ours.get(key), theirs.get(key), kind, found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) if ours.len() == theirs.len() => {
            for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                values(&format!("{at}/{i}"), Some(ours), Some(theirs), kind, found);
            }
        }
        (ours, theirs) => found.push(kind(at.to_owned(), ours.cloned(), theirs.cloned())),
    }
}
