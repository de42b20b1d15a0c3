//! Our corrections: OpenAPI Overlay 1.0 actions over the named document.
//!
//! An action that matches nothing is an error, so that corrections expire. So
//! is a description of something that is not there.

mod name_lists;

use crate::json::brief;
use crate::located_error::{Fault, Faults, Result};
use serde_json::{Map, Value};
use serde_json_path::JsonPath;
use unitune_diff::pointer;

/// One action.
struct Action {
    /// Its number and target, for messages.
    name: String,
    target: String,
    path: JsonPath,
    update: Option<Value>,
    remove: bool,
}

/// A file of actions.
pub struct Overlay {
    file: String,
    actions: Vec<Action>,
}

impl Overlay {
    /// Parses the text of an overlay.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let value = crate::read::parse_yaml(file, text)?;
        let fault = |at: &str, message: String| Fault::at(file, at, message);
        let Some(root) = value.as_object() else {
            return Err(fault("", "an overlay is an object".to_owned()).into());
        };
        let version = root
            .get("overlay")
            .map(ToString::to_string)
            .unwrap_or_default();
        if !version.trim_matches('"').starts_with("1.") {
            return Err(fault("/overlay", "overlay: 1.0.0 is missing".to_owned()).into());
        }
        let mut faults = Faults::default();
        for key in root.keys() {
            if !matches!(key.as_str(), "overlay" | "info" | "extends" | "actions")
                && !key.starts_with("x-")
            {
                faults
                    .0
                    .push(fault(&pointer::join("", key), "unknown keyword".to_owned()));
            }
        }
        let list = match root.get("actions") {
            Some(Value::Array(list)) => list.as_slice(),
            None | Some(Value::Null) => &[],
            Some(_) => {
                faults
                    .0
                    .push(fault("/actions", "actions must be a list".to_owned()));
                &[]
            }
        };
        let mut actions = Vec::new();
        for (n, item) in list.iter().enumerate() {
            match action(item, n) {
                Ok(action) => actions.push(action),
                Err(message) => faults
                    .0
                    .push(fault(&pointer::index("/actions", n), message)),
            }
        }
        faults.into_result()?;
        Ok(Self {
            file: file.to_owned(),
            actions,
        })
    }

    /// Applies the actions, in order.
    pub fn apply(&self, document: &mut Value) -> Result<()> {
        let mut faults = Faults::default();
        for action in &self.actions {
            let places = action.places(document);
            if places.is_empty() {
                let message = format!(
                    "{} matches nothing: if the vendor renamed a schema, name it under \
                     [components] of source.toml; if the vendor corrected the document, delete \
                     the action",
                    action.name
                );
                faults.0.push(Fault::file(&self.file, message));
                continue;
            }
            for name in name_lists::unmatched(&action.target, document) {
                let message = format!(
                    "{} matches nothing for {name}: correct the name, or take it out of the list",
                    action.name
                );
                faults.0.push(Fault::file(&self.file, message));
            }
            let before = document.clone();
            self.run(action, places, document, &mut faults);
            if *document == before {
                let message = format!(
                    "{} changes nothing: the document has that already, remove the action",
                    action.name
                );
                faults.0.push(Fault::file(&self.file, message));
            }
        }
        faults.into_result()
    }

    /// Applies the actions to a document that they were applied to before.
    /// What was removed is not there any more; everything else must be.
    pub fn reapply(&self, document: &mut Value) -> Result<()> {
        let mut faults = Faults::default();
        for (n, action) in self.actions.iter().enumerate() {
            let places = action.places(document);
            if !places.is_empty() {
                self.run(action, places, document, &mut faults);
            } else if !action.remove && !self.unmatched_afterwards(n) {
                let message = format!(
                    "{} matches nothing in the committed document: correct its target, or \
                     delete the action",
                    action.name
                );
                faults.0.push(Fault::file(&self.file, message));
            }
        }
        faults.into_result()
    }

    /// Returns whether the target of an action may match nothing after the actions: it
    /// is removed later, or selects by what the action changes.
    fn unmatched_afterwards(&self, n: usize) -> bool {
        let action = &self.actions[n];
        let mut later = self.actions[n..].iter().filter(|later| later.remove);
        let changed = action.update.as_ref().and_then(Value::as_object);
        let mut changed = changed.into_iter().flatten().map(|(key, _)| key);
        later.any(|later| action.target.starts_with(&later.target))
            || changed.any(|key| {
                let selectors = [format!("@.{key}"), format!("@['{key}']")];
                selectors.iter().any(|one| action.target.contains(one))
            })
    }

    fn run(&self, action: &Action, places: Vec<String>, document: &mut Value, faults: &mut Faults) {
        if action.remove {
            // From the back, so that places in one list stay right.
            for place in places.iter().rev() {
                pointer::remove(document, place);
            }
            return;
        }
        let Some(update) = &action.update else { return };
        for place in places {
            let Some(node) = document.pointer_mut(&place) else {
                continue;
            };
            let mut merge = Merge { wrong: Vec::new() };
            merge.node(node, update, &place);
            for wrong in merge.wrong {
                let message = format!("{}: {wrong}", action.name);
                faults.0.push(Fault::file(&self.file, message));
            }
        }
    }
}

impl Action {
    fn places(&self, document: &Value) -> Vec<String> {
        self.path
            .query_located(document)
            .dedup()
            .iter()
            .map(|node| node.location().to_json_pointer())
            .collect()
    }
}

fn action(item: &Value, n: usize) -> std::result::Result<Action, String> {
    let map = item.as_object().ok_or("an action is an object")?;
    for key in map.keys() {
        if !matches!(key.as_str(), "target" | "description" | "update" | "remove")
            && !key.starts_with("x-")
        {
            return Err(format!("unknown keyword {key:?} of an action"));
        }
    }
    let target = map
        .get("target")
        .and_then(Value::as_str)
        .ok_or("an action without a target")?
        .to_owned();
    let path = JsonPath::parse(&target).map_err(|e| format!("the target {target}: {e}"))?;
    let remove = match map.get("remove") {
        None => false,
        Some(Value::Bool(remove)) => *remove,
        Some(other) => {
            return Err(format!(
                "remove must be true or false, not {}",
                brief(other)
            ));
        }
    };
    let update = map.get("update").cloned();
    if !remove && update.is_none() {
        return Err("an action without update or remove".to_owned());
    }
    if remove && update.is_some() {
        return Err("an action with update and remove".to_owned());
    }
    Ok(Action {
        name: format!("action {} ({target})", n + 1),
        target,
        path,
        update,
        remove,
    })
}

struct Merge {
    wrong: Vec<String>,
}

impl Merge {
    /// Objects merge, lists take what they do not hold yet, everything else is
    /// replaced.
    fn node(&mut self, node: &mut Value, update: &Value, at: &str) {
        match (node, update) {
            (Value::Object(node), Value::Object(update)) => self.object(node, update, at),
            (Value::Array(node), Value::Array(update)) => {
                for item in update {
                    if !node.contains(item) {
                        node.push(item.clone());
                    }
                }
            }
            // Overlay 1.0: what is merged into a list is one entry of it.
            (Value::Array(node), update) => {
                if !node.contains(update) {
                    node.push(update.clone());
                }
            }
            (node, update) => *node = update.clone(),
        }
    }

    fn object(&mut self, node: &mut Map<String, Value>, update: &Map<String, Value>, at: &str) {
        for (name, value) in update {
            let at = pointer::join(at, name);
            match node.get_mut(name) {
                Some(known @ Value::Object(_)) if value.is_object() => self.node(known, value, &at),
                Some(known @ Value::Array(_)) if value.is_array() => self.node(known, value, &at),
                Some(known) => *known = value.clone(),
                None => {
                    self.created(value, &at);
                    node.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// Checks that a new node is more than a description.
    fn created(&mut self, value: &Value, at: &str) {
        let Some(map) = value.as_object() else {
            return;
        };
        let parent = at.rsplit('/').nth(1).unwrap_or("");
        let words = ["description", "deprecated", "summary", "title"];
        let holds = matches!(parent, "properties" | "schemas" | "parameters" | "paths")
            || unitune_diff::keywords::METHODS.contains(&at.rsplit('/').next().unwrap_or(""));
        if holds && !map.is_empty() && map.keys().all(|key| words.contains(&key.as_str())) {
            self.wrong
                .push(format!("nothing there to describe at {at}"));
        }
        for (name, child) in map {
            self.created(child, &pointer::join(at, name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn apply(actions: &str, mut document: Value) -> Result<Value> {
        let text = format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
        Overlay::parse("overlay.yaml", &text)?.apply(&mut document)?;
        Ok(document)
    }

    #[test]
    fn updates_and_removes() {
        let document = json!({"a": {"b": 1, "e": ["x"]}, "c": [{"n": 1}, {"n": 2}, {"n": 3}]});
        let actions = "- {target: '$.a', update: {b: 2, e: [x, y], new: {k: 1}}}\n- {target: '$.c[?@.n<3]', remove: true}\n- {target: '$.c', update: {n: 4}}\n";
        assert_eq!(
            apply(actions, document).unwrap(),
            json!({"a": {"b": 2, "e": ["x", "y"], "new": {"k": 1}}, "c": [{"n": 3}, {"n": 4}]})
        );
    }

    #[test]
    fn an_action_without_a_match_is_named() {
        let faults = apply("- {target: '$.a', update: {b: 2}}\n", json!({})).unwrap_err();
        assert!(faults.to_string().contains("action 1 ($.a)"), "{faults}");
    }

    #[test]
    fn a_name_of_a_list_that_matches_nothing_is_named() {
        let document = json!({"properties": {"first_id": {}, "last_id": {}}});
        let action = |last: &str| {
            format!(
                "- {{target: \"$.properties['first_id', '{last}']\", update: {{nullable: true}}}}\n"
            )
        };
        assert!(apply(&action("last_id"), document.clone()).is_ok());
        let faults = apply(&action("last_idd"), document)
            .unwrap_err()
            .to_string();
        assert!(
            faults.contains("matches nothing for 'last_idd'"),
            "{faults}"
        );
    }

    #[test]
    fn an_action_without_an_effect_is_named() {
        let document = json!({"enum": ["a", "user_error"]});
        let faults = apply("- {target: '$', update: {enum: [user_error]}}\n", document);
        let faults = faults.unwrap_err().to_string();
        assert!(faults.contains("action 1 ($) changes nothing"), "{faults}");
    }

    #[test]
    fn descriptions_expire_with_their_property() {
        let document = json!({"properties": {"a": {"type": "string"}}});
        let right = "- {target: '$', update: {properties: {a: {description: x}}}}\n";
        assert!(apply(right, document.clone()).is_ok());
        let wrong = "- {target: '$', update: {properties: {b: {description: x}}}}\n";
        let faults = apply(wrong, document.clone()).unwrap_err();
        assert!(
            faults
                .to_string()
                .contains("nothing there to describe at /properties/b"),
            "{faults}"
        );
        let new = "- {target: '$', update: {properties: {b: {description: x, type: string}}}}\n";
        assert!(apply(new, document).is_ok());
    }

    #[test]
    fn an_action_whose_target_is_not_in_the_committed_document_is_named() {
        let again = |actions: &str, mut document: Value| {
            let text =
                format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
            Overlay::parse("overlay.yaml", &text)?.reapply(&mut document)
        };
        let faults = again("- {target: '$.a', update: {b: 2}}\n", json!({})).unwrap_err();
        assert!(faults.to_string().contains("action 1 ($.a)"), "{faults}");
        let changed = json!({"a": [{"b": 2}]});
        for fine in [
            "- {target: '$.a[0]', update: {b: 2}}\n",
            "- {target: '$.gone', remove: true}\n",
            // What an action selects by may be what it changes, or be removed later.
            "- {target: '$.a[?@.b==1]', update: {b: 2}}\n",
            "- {target: '$.c.d', update: {b: 2}}\n- {target: '$.c', remove: true}\n",
        ] {
            assert_eq!(again(fine, changed.clone()), Ok(()), "{fine}");
        }
        assert!(again("- {target: '$.a[?@.c==1]', update: {b: 2}}\n", changed).is_err());
    }

    #[test]
    fn malformed_overlays_are_faults() {
        for text in [
            "[]",
            "overlay: 2.0.0\nactions: []\n",
            "overlay: 1.0.0\nactions: {}\n",
            "overlay: 1.0.0\nactions: [{target: '$$', update: 1}]\n",
            "overlay: 1.0.0\nactions: [{target: '$'}]\n",
            "overlay: 1.0.0\nactions: [{target: '$', remove: yes}]\n",
            "overlay: 1.0.0\nactions: [{target: '$', update: 1, remove: true}]\n",
            "overlay: 1.0.0\nactions: [{target: '$', updat: 1}]\n",
        ] {
            assert!(Overlay::parse("o", text).is_err(), "{text}");
        }
    }
}
