//! From a pointer of the normal form to a line of the file as it was written.

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

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.document.written.file
    }

    /// The line of a place, or of the nearest place around it.
    #[must_use]
    pub fn line(&self, place: &str) -> Option<usize> {
        let mut at = self.origin(place);
        loop {
            if let Some(line) = self.lines.get(&at) {
                return Some(*line);
            }
            at = pointer::split(&at)?.0.to_owned();
        }
    }

    /// Where a place of the normal form stands in the written document, or
    /// what is nearest to it.
    #[must_use]
    pub fn origin(&self, place: &str) -> String {
        self.origin_at(place, 0)
    }

    fn origin_at(&self, place: &str, depth: usize) -> String {
        let schemas = "/components/schemas/";
        let (start, steps) = match place.strip_prefix(schemas) {
            Some(rest) => {
                let (name, steps) = rest.split_once('/').unwrap_or((rest, ""));
                let name = pointer::unescape(name);
                let start = match (
                    self.document.named.get(&squash(&name)),
                    self.uses.get(&name),
                ) {
                    (Some(own), _) => pointer::join("/components/schemas", own),
                    (None, Some(used)) if depth < 64 => self.origin_at(used, depth + 1),
                    _ => return schemas.trim_end_matches('/').to_owned(),
                };
                (start, steps)
            }
            None => (String::new(), place.trim_start_matches('/')),
        };
        self.walk(start, steps)
    }

    /// Goes down the written document as far as it has the steps, through
    /// references and through wrappers that the normal form does without.
    fn walk(&self, start: String, steps: &str) -> String {
        let root = &self.document.written.value;
        let mut at = start;
        for step in steps.split('/').filter(|step| !step.is_empty()) {
            for _ in 0..8 {
                let Some(value) = root.pointer(&at) else {
                    return at;
                };
                if value.get(pointer::unescape(step)).is_some() || value.is_array() {
                    break;
                }
                let reference = value.get("$ref").and_then(Value::as_str);
                let target = reference.and_then(pointer::of_reference);
                let wrapped = ["allOf", "anyOf", "oneOf"]
                    .into_iter()
                    .find(|word| value.get(word).is_some());
                match (target, wrapped) {
                    (Some(target), _) => at = target,
                    (None, Some(word)) => at = format!("{at}/{word}/0"),
                    (None, None) => break,
                }
            }
            let next = format!("{at}/{step}");
            if root.pointer(&next).is_none() {
                // The normal form has steps of its own: they are left out.
                if matches!(step, "allOf" | "oneOf" | "anyOf") || step.parse::<usize>().is_ok() {
                    continue;
                }
                return at;
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
                            // A component's own parts do not say where it is.
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
