//! Finds the element of a written list for one of the normal form, where lists
//! are sorted, merged and without duplicates.

use crate::document::squash;
use crate::pointer;
use serde_json::Value;
use std::collections::BTreeMap;

/// The input of the comparison.
pub(super) struct Elements<'a> {
    /// The written document.
    pub root: &'a Value,
    /// The component schemas that the vendor named.
    pub named: &'a BTreeMap<String, String>,
    /// The list in the normal form.
    pub list: &'a [Value],
}

impl Elements<'_> {
    /// Returns where the element of that number stands, if the written list at
    /// `at`, which a keyword holds, has it.
    pub fn find(&self, at: &str, keyword: &str, n: usize) -> Option<String> {
        let element = self.list.get(n)?;
        match keyword {
            "parameters" => self.parameter(at, element),
            "oneOf" | "anyOf" | "allOf" => self.branch(at, n),
            "enum" | "required" => {
                let list = self.root.pointer(at)?.as_array()?;
                let found = list.iter().position(|other| other == element)?;
                Some(pointer::index(at, found))
            }
            _ => {
                let place = pointer::index(at, n);
                self.root.pointer(&place).map(|_| place)
            }
        }
    }

    /// Returns a parameter, by its place and name: in the list itself, or
    /// beside the operations of its path.
    fn parameter(&self, at: &str, parameter: &Value) -> Option<String> {
        let key = |value: &Value| {
            let text = |key: &str| {
                value
                    .get(key)
                    .and_then(Value::as_str)
                    .map(str::to_lowercase)
            };
            (text("in"), text("name"))
        };
        let path = pointer::split(at).and_then(|(operation, _)| pointer::split(operation));
        let shared = path.map(|(path, _)| format!("{path}/parameters"));
        [Some(at.to_owned()), shared]
            .into_iter()
            .flatten()
            .find_map(|at| {
                let list = self.root.pointer(&at)?.as_array()?;
                let places = (0..list.len()).map(|n| followed(self.root, pointer::index(&at, n)));
                let mut places = places.filter(|place| {
                    let found = self.root.pointer(place);
                    found.is_some_and(|found| key(found) == key(parameter))
                });
                places.next()
            })
    }

    /// Returns a branch: by the schema that it refers to; one without a name of
    /// the vendor's by its order among those.
    fn branch(&self, at: &str, n: usize) -> Option<String> {
        let Some(written) = self.root.pointer(at).and_then(Value::as_array) else {
            // There is one branch, and it stands for itself.
            return Some(at.to_owned());
        };
        let own = |branch: &Value| -> Option<String> {
            let name = component(branch)?;
            self.named.get(&squash(&name)).cloned()
        };
        let places = || written.iter().enumerate();
        let element = self.list.get(n)?;
        let found = match own(element) {
            Some(name) => places()
                .find(|(_, branch)| component(branch).as_ref() == Some(&name))
                .map(|(k, _)| k),
            None => {
                let before = self.list.iter().take(n);
                let nth = before.filter(|branch| own(branch).is_none()).count();
                let unnamed = |branch: &Value| {
                    let null = branch.get("type").and_then(Value::as_str) == Some("null");
                    !null && component(branch).is_none()
                };
                let mut unnamed = places().filter(|(_, branch)| unnamed(branch));
                unnamed.nth(nth).map(|(k, _)| k)
            }
        };
        let place = found.map(|k| pointer::index(at, k));
        Some(place.unwrap_or_else(|| at.to_owned()))
    }
}

/// Returns the component that a branch refers to, alone or with something
/// beside it.
fn component(branch: &Value) -> Option<String> {
    let all = branch.get("allOf").and_then(Value::as_array);
    let alone = all.filter(|all| all.len() == 1).and_then(|all| all.first());
    let reference = branch.get("$ref").or_else(|| alone?.get("$ref"))?;
    let name = reference.as_str()?.strip_prefix("#/components/schemas/")?;
    (!name.contains('/')).then(|| pointer::unescape(name))
}

/// Returns a place, or what stands there refers to.
fn followed(root: &Value, mut at: String) -> String {
    for _ in 0..8 {
        let reference = root.pointer(&at).and_then(|value| value.get("$ref"));
        match reference
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
        {
            Some(target) => at = target,
            None => break,
        }
    }
    at
}

/// Returns one step further in, where what is looked for does not stand: what
/// is referred to, or the branch that has it.
pub(super) fn inside(root: &Value, at: &str, step: &str) -> Option<String> {
    let value = root.pointer(at)?;
    let reference = value.get("$ref").and_then(Value::as_str);
    if let Some(target) = reference.and_then(pointer::of_reference) {
        return Some(target);
    }
    let words = ["allOf", "anyOf", "oneOf"].into_iter();
    let mut lists = words.filter_map(|word| Some((word, value.get(word)?.as_array()?.len())));
    let (word, length) = lists.next()?;
    let place = |n: usize| pointer::index(&pointer::join(at, word), n);
    let key = pointer::unescape(step);
    let has = |n: &usize| {
        let target = root.pointer(&followed(root, place(*n)));
        target.is_some_and(|target| target.get(&key).is_some())
    };
    // A union that only the normal form has is no step further in.
    let united = matches!(step, "allOf" | "anyOf" | "oneOf");
    match (0..length).find(has) {
        None if united => None,
        found => Some(place(found.unwrap_or_default())),
    }
}

/// Returns where a schema has a value: in its list, as its constant, or in a
/// branch.
pub(super) fn value_at(root: &Value, at: &str, word: &Value, depth: usize) -> Option<String> {
    let at = followed(root, at.to_owned());
    let value = root.pointer(&at)?;
    if let Some(list) = value.get("enum").and_then(Value::as_array)
        && let Some(n) = list.iter().position(|other| other == word)
    {
        return Some(pointer::index(&pointer::join(&at, "enum"), n));
    }
    if value.get("const") == Some(word) {
        return Some(pointer::join(&at, "const"));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let list = value.get(keyword).and_then(Value::as_array);
        let length = list.filter(|_| depth < 8).map_or(0, Vec::len);
        for n in 0..length {
            let branch = pointer::index(&pointer::join(&at, keyword), n);
            if let Some(found) = value_at(root, &branch, word, depth + 1) {
                return Some(found);
            }
        }
    }
    None
}
