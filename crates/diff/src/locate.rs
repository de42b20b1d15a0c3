//! Finds the line of the written file for a JSON pointer of the normal form.

mod elements;
mod json;
mod yaml;

use super::document::{Document, squash};
use crate::pointer;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The lines of one document's file.
#[derive(Debug)]
pub struct Lines<'a> {
    document: &'a Document,
    /// Pointers of the written document → lines.
    lines: HashMap<String, usize>,
    /// Components of the normal form → where they are used first.
    uses: BTreeMap<String, String>,
}

impl<'a> Lines<'a> {
    /// Reads the lines of a document's file.
    #[must_use]
    pub fn of(document: &'a Document) -> Self {
        let text = &document.written.text;
        let lines = if text.trim_start().starts_with('{') {
            json::lines(text)
        } else {
            yaml::lines(text)
        };
        let mut uses = BTreeMap::new();
        used(&document.value, "", &mut uses);
        Self {
            document,
            lines,
            uses,
        }
    }

    /// Returns the file's name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.document.written.file
    }

    /// Returns the line of a place of the file itself, or of the nearest place
    /// around it.
    #[must_use]
    pub fn line_of(&self, origin: &str) -> Option<usize> {
        let mut at = origin.to_owned();
        loop {
            if let Some(line) = self.lines.get(&at) {
                return Some(*line);
            }
            at = pointer::split(&at)?.0.to_owned();
        }
    }

    /// Returns where a place of the normal form stands in the written document,
    /// or what is nearest to it.
    #[must_use]
    pub fn origin(&self, place: &str) -> String {
        self.origin_at(place, 0)
    }

    fn origin_at(&self, place: &str, depth: usize) -> String {
        let schemas = "/components/schemas";
        let rest = place
            .strip_prefix(schemas)
            .and_then(|r| r.strip_prefix('/'));
        let Some(rest) = rest else {
            return self.walk(String::new(), String::new(), place.trim_start_matches('/'));
        };
        let (written, steps) = rest.split_once('/').unwrap_or((rest, ""));
        let name = pointer::unescape(written);
        let named = self.document.named.get(&squash(&name));
        let start = match (named, self.uses.get(&name)) {
            (Some(own), _) => pointer::join(schemas, own),
            (None, Some(used)) if depth < 64 => self.origin_at(used, depth + 1),
            _ => return schemas.to_owned(),
        };
        self.walk(start, format!("{schemas}/{written}"), steps)
    }

    /// Goes down the written document as far as it has the steps, through
    /// references and through wrappers that the normal form does without.
    /// `normal` is where the same steps start in the normal form: it tells
    /// which element of a list is meant.
    fn walk(&self, start: String, normal: String, steps: &str) -> String {
        let root = &self.document.written.value;
        let (mut at, mut normal) = (start, normal);
        let mut steps = steps.split('/').filter(|step| !step.is_empty()).peekable();
        while let Some(step) = steps.next() {
            let list = self.document.value.pointer(&normal);
            let key = normal.rsplit('/').next().unwrap_or_default().to_owned();
            normal = format!("{normal}/{step}");
            if let (Some(Value::Array(list)), Ok(n)) = (list, step.parse::<usize>()) {
                let elements = elements::Elements {
                    root,
                    named: &self.document.named,
                    list,
                };
                match elements.find(&at, &key, n) {
                    Some(found) => at = found,
                    None => return at,
                }
                continue;
            }
            // A list of words may stand in another form, and in several places.
            if let Some(Value::Array(words)) = self.document.value.pointer(&normal)
                && step == "enum"
                && let Some(word) = steps.peek().and_then(|n| n.parse::<usize>().ok())
                && let Some(word) = words.get(word)
                && let Some(found) = elements::value_at(root, &at, word, 0)
            {
                return found;
            }
            for _ in 0..8 {
                let Some(value) = root.pointer(&at) else {
                    return at;
                };
                if value.get(pointer::unescape(step)).is_some() || value.is_array() {
                    break;
                }
                match elements::inside(root, &at, step) {
                    Some(inner) => at = inner,
                    None => break,
                }
            }
            let next = format!("{at}/{step}");
            if root.pointer(&next).is_none() {
                // The normal form has steps of its own: they are left out; and
                // the parameters of a path stand beside its operations.
                let beside = pointer::split(&at).map(|(path, _)| format!("{path}/{step}"));
                match beside.filter(|_| step == "parameters") {
                    Some(beside) if root.pointer(&beside).is_some() => at = beside,
                    _ if matches!(step, "allOf" | "oneOf" | "anyOf") => {}
                    _ => return at,
                }
                continue;
            }
            at = next;
        }
        at
    }
}

fn used(value: &Value, at: &str, uses: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (name, child) in map {
                match child {
                    Value::String(reference) if name == "$ref" => {
                        if let Some(name) = reference.strip_prefix("#/components/schemas/") {
                            let name = pointer::unescape(name);
                            // A component's own parts do not have its place.
                            let inside = pointer::join("/components/schemas", &name);
                            if !at.starts_with(&format!("{inside}/")) {
                                uses.entry(name).or_insert_with(|| at.to_owned());
                            }
                        }
                    }
                    _ => used(child, &pointer::join(at, name), uses),
                }
            }
        }
        Value::Array(list) => {
            for (n, child) in list.iter().enumerate() {
                used(child, &pointer::index(at, n), uses);
            }
        }
        _ => {}
    }
}
