//! Decodes an object some of whose members do not decode: those are removed,
//! and empty values stand in for members that the type requires.
//!
//! This is for objects that do not decode as they are. It decodes each member
//! once, and once more for each problem.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::decode_fault::{Fault, Problem, Step, read};

/// The number of parts of a member that are removed before the whole member is.
const MOST_PARTS: usize = 8;

/// An object that decoded after repairs.
#[derive(Debug)]
pub(crate) struct Repaired<T> {
    pub(crate) value: T,
    /// The problems, one for each member.
    pub(crate) defects: Vec<Defect>,
}

/// A member of an object that is missing, or that does not decode.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Defect {
    /// The member.
    pub(crate) member: String,
    /// The first problem of the member.
    pub(crate) fault: Fault,
    /// The number of further problems.
    pub(crate) more: usize,
    /// The member as it was received; `None` if it is missing or cannot be
    /// kept.
    pub(crate) raw: Option<Value>,
    /// Whether an empty value is in the member's place.
    pub(crate) is_replaced: bool,
}

impl Defect {
    /// Returns the defect of a member that cannot be read.
    pub(crate) fn unreadable(member: &str, problem: &Problem) -> Self {
        let fault = Fault {
            path: vec![Step::Member(member.to_owned())],
            problem: problem.clone(),
        };
        Self::new(member, fault, None)
    }

    /// Creates the defect of a member by itself.
    pub(crate) fn new(member: &str, fault: Fault, raw: Option<Value>) -> Self {
        Self {
            member: member.to_owned(),
            fault,
            more: 0,
            raw,
            is_replaced: false,
        }
    }
}

/// Decodes an object without the parts that do not decode. The member `id` is
/// never replaced.
///
/// # Errors
///
/// The value is not an object, or has no id; or the type requires a member for
/// which there is no empty value.
pub(crate) fn repair<T: DeserializeOwned>(value: &Value, id: &str) -> Result<Repaired<T>, Fault> {
    let (good, defects) = repaired_members(value, id, Fault::of::<T>)?;
    match read(&Value::Object(good)) {
        Ok(value) => Ok(Repaired { value, defects }),
        Err(_) => Err(Fault::of::<T>(value).unwrap_or_else(|| Fault::missing(id))),
    }
}

/// Returns why a value does not decode as some type. All that is repaired is compiled once,
/// with this in place of the type.
type FaultOf = fn(&Value) -> Option<Fault>;

/// Returns the members with which an object decodes, and what was wrong with the others.
fn repaired_members(
    value: &Value,
    id: &str,
    fault_of: FaultOf,
) -> Result<(Map<String, Value>, Vec<Defect>), Fault> {
    let not_repairable = || fault_of(value).unwrap_or_else(|| Fault::missing(id));
    let Value::Object(members) = value else {
        return Err(not_repairable());
    };
    let mut good = Map::new();
    let mut defects = Vec::new();
    for (name, value) in members {
        let (value, defect) = repair_member(name, value, fault_of);
        if let Some(value) = value {
            good.insert(name.clone(), value);
        }
        defects.extend(defect);
    }
    if !good.get(id).is_some_and(Value::is_string) {
        let of_id = defects.into_iter().find(|defect| defect.member == id);
        return Err(of_id.map_or_else(|| Fault::missing(id), |defect| defect.fault));
    }
    for name in complete(&mut good, fault_of).ok_or_else(not_repairable)? {
        match defects.iter_mut().find(|defect| defect.member == name) {
            Some(defect) => defect.is_replaced = true,
            None => defects.push(Defect {
                is_replaced: true,
                ..Defect::new(&name, Fault::missing(&name), None)
            }),
        }
    }
    Ok((good, defects))
}

/// Returns the part of a member that decodes.
fn repair_member(name: &str, value: &Value, fault_of: FaultOf) -> (Option<Value>, Option<Defect>) {
    let mut object = Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
    let mut defect: Option<Defect> = None;
    // An object of this member alone lacks others, and that is found last.
    let fault_in = |object: &Value| {
        fault_of(object)
            .filter(|fault| !fault.path.is_empty() || !matches!(fault.problem, Problem::Missing(_)))
    };
    while let Some(fault) = fault_in(&object) {
        let parts = defect.as_ref().map_or(0, |defect| defect.more + 1);
        let is_whole = fault.path.len() <= 1 || parts >= MOST_PARTS;
        let is_gone = is_whole || !take_out(&mut object, &fault.path);
        match &mut defect {
            Some(defect) => defect.more += 1,
            None => {
                let raw = (!value.is_null()).then(|| value.clone());
                defect = Some(Defect::new(name, fault, raw));
            }
        }
        if is_gone {
            return (None, defect);
        }
    }
    let rest = object.as_object_mut().and_then(|all| all.remove(name));
    (rest, defect)
}

/// Removes the value at a path from what it is in.
fn take_out(value: &mut Value, path: &[Step]) -> bool {
    let Some((last, way)) = path.split_last() else {
        return false;
    };
    let mut parent = value;
    for step in way {
        let next = match step {
            Step::Member(name) => parent.get_mut(name),
            Step::Item(index) => parent.get_mut(*index),
        };
        match next {
            Some(next) => parent = next,
            None => return false,
        }
    }
    match (parent, last) {
        (Value::Object(members), Step::Member(name)) => members.remove(name).is_some(),
        (Value::Array(items), Step::Item(index)) if *index < items.len() => {
            items.remove(*index);
            true
        }
        _ => false,
    }
}

/// Returns an empty value of each type.
fn empty_values() -> [Value; 5] {
    [
        Value::from(""),
        Value::from(0),
        Value::Array(Vec::new()),
        Value::Object(Map::new()),
        Value::from(false),
    ]
}

/// Adds empty values for members that the type requires and the object lacks,
/// and returns their names; `None` if no empty value decodes.
fn complete(good: &mut Map<String, Value>, fault_of: FaultOf) -> Option<Vec<String>> {
    // Only what the type requires is decoded here, again and again.
    let mut required = Value::Object(Map::new());
    let mut stand_ins: Vec<(String, std::array::IntoIter<Value, 5>)> = Vec::new();
    while let Some(fault) = fault_of(&required) {
        let name = match (fault.path.first(), fault.problem) {
            (None, Problem::Missing(name)) => name,
            (Some(Step::Member(name)), _) => name.clone(),
            _ => return None,
        };
        let known = stand_ins.iter_mut().find(|(known, _)| *known == name);
        let value = match (known, good.get(&name), required.get(&name)) {
            (Some((_, rest)), _, _) => rest.next()?,
            (None, Some(value), None) => value.clone(),
            // The members that are present decode by themselves.
            (None, _, Some(_)) => return None,
            (None, None, None) => {
                let mut rest = empty_values().into_iter();
                let first = rest.next()?;
                stand_ins.push((name.clone(), rest));
                first
            }
        };
        required[&name] = value;
    }
    let names = stand_ins.into_iter().map(|(name, _)| name);
    let names: Vec<String> = names.collect();
    for name in &names {
        good.insert(name.clone(), required[name].take());
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::wire::{LenientList, Timestamp};

    #[derive(Debug, Deserialize, PartialEq)]
    struct Job {
        id: String,
        state: String,
        count: i64,
        files: Vec<String>,
        seed: Option<i64>,
        settings: Option<Settings>,
        labels: Option<BTreeMap<String, String>>,
        steps: Option<LenientList<i64>>,
        time: Option<Timestamp>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Settings {
        epochs: Option<i64>,
        rate: Option<f64>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Kind {
        name: String,
    }

    fn repaired(value: Value) -> (Job, Vec<String>) {
        let repaired = repair::<Job>(&value, "id").unwrap();
        let defects = repaired.defects.iter().map(|defect| {
            let replaced = if defect.is_replaced {
                " (replaced)"
            } else {
                ""
            };
            if let Some(raw) = &defect.raw {
                assert_eq!(raw, &value[&defect.member]);
            }
            format!("{}+{}{replaced}", defect.fault, defect.more)
        });
        let defects = defects.collect();
        (repaired.value, defects)
    }

    #[test]
    fn a_minimal_object_is_enough() {
        let (job, defects) = repaired(json!({"id": "a"}));
        assert_eq!((job.state.as_str(), job.count), ("", 0));
        assert!(job.files.is_empty());
        assert_eq!(
            defects,
            [
                "missing field `state`+0 (replaced)",
                "missing field `count`+0 (replaced)",
                "missing field `files`+0 (replaced)",
            ]
        );
    }

    #[test]
    fn a_bad_part_is_lost_and_its_neighbours_are_not() {
        let (job, defects) = repaired(json!({
            "id": "a", "state": null, "count": "many", "files": ["x", {"id": "y"}, "z", 7],
            "seed": "", "settings": {"epochs": "three", "rate": 0.5, "kind": {}},
            "labels": {"a": "b", "c": 1}, "steps": "none", "time": [1], "more": {"any": "thing"},
        }));
        assert_eq!((job.state.as_str(), job.count), ("", 0));
        assert_eq!(job.files, ["x", "z"]);
        let settings = job.settings.unwrap();
        assert_eq!(
            settings,
            Settings {
                epochs: None,
                rate: Some(0.5),
                kind: None
            }
        );
        assert_eq!(job.labels.unwrap()["a"], "b");
        assert_eq!((job.seed, job.steps, job.time), (None, None, None));
        let expected = [
            "/count: expected an integer, found a string+0 (replaced)",
            "/files/1: expected a string, found an object+1",
            "/labels/c: expected a string, found an integer+0",
            "/seed: expected an integer, found a string+0",
            "/settings/epochs: expected an integer, found a string+1",
            "/state: expected a string, found null+0 (replaced)",
            "/steps: expected a list, found a string+0",
            "/time: expected a time as text or as Unix seconds, found a list+0",
        ];
        let mut defects = defects;
        defects.sort();
        assert_eq!(defects, expected);
    }

    #[test]
    fn what_has_no_id_or_is_no_object_is_not_repaired() {
        for (value, expected) in [
            (json!({"state": 1}), "missing field `id`"),
            (json!({"id": 7}), "/id: expected a string, found an integer"),
            (json!({"id": null}), "/id: expected a string, found null"),
            (json!("a"), "expected an object, found a string"),
            (json!(null), "expected an object, found null"),
        ] {
            let fault = repair::<Job>(&value, "id").unwrap_err();
            let text = fault.to_string().replace("an array", "an object");
            assert_eq!(text, expected, "{value}");
        }
    }

    /// Otherwise a body of a few megabytes would keep a processor busy for hours.
    #[test]
    fn a_member_with_many_bad_parts_is_lost_as_a_whole() {
        let labels: Map<String, Value> = (0..100_000)
            .map(|n| (format!("label-{n}"), Value::from(n)))
            .collect();
        let value = json!({"id": "a", "state": "on", "count": 1, "files": [], "labels": labels});
        let repaired = repair::<Job>(&value, "id").unwrap();
        assert_eq!(repaired.value.labels, None);
        assert_eq!(repaired.defects[0].more, MOST_PARTS);
    }

    #[test]
    fn what_no_empty_value_stands_for_is_an_error() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code)]
        struct Strict {
            id: String,
            nested: Settings,
            kind: Kind,
        }
        let fault = repair::<Strict>(&json!({"id": "a"}), "id").unwrap_err();
        assert_eq!(fault.to_string(), "missing field `nested`");
    }
}
