//! Merges several upstream documents into one: equal parts may repeat, and a
//! contradiction about a selected part is an error.

use crate::json::{self, plain_numbers};
use crate::located_error::{Fault, Faults};
use crate::report::Report;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use unitune_diff::keywords::{self, Kind, METHODS, Shape, Treatment};
use unitune_diff::pointer;
use unitune_diff::walk;

/// One upstream document.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    /// Its name in messages.
    pub file: &'a str,
    /// The document.
    pub value: &'a Value,
}

/// Upstream documents as one.
#[derive(Debug)]
pub struct Merged<'a> {
    /// The document.
    pub document: Cow<'a, Value>,
    /// The names of all files, in messages about the whole.
    pub files: String,
    /// JSON pointer of an operation or a component → the file it comes from.
    origins: BTreeMap<String, &'a str>,
    /// The contradictions of later documents.
    contradictions: Vec<Fault>,
}

/// Merges documents in order.
#[must_use]
pub fn merge<'a>(documents: &[Upstream<'a>], report: &mut Report) -> Merged<'a> {
    let files: Vec<&str> = documents.iter().map(|upstream| upstream.file).collect();
    let mut merged = Merged {
        document: Cow::Owned(json!({"openapi": "3.0.3", "info": {}, "paths": {}})),
        files: files.join(", "),
        origins: BTreeMap::new(),
        contradictions: Vec::new(),
    };
    let Some((first, others)) = documents.split_first() else {
        return merged;
    };
    merged.document = Cow::Borrowed(first.value);
    if others.is_empty() {
        return merged;
    }
    merged.note_all(first.value, first.file);
    for upstream in others {
        merged.add(*upstream, first.file, report);
    }
    merged
}

impl<'a> Merged<'a> {
    /// Returns the contradictions in what a slice holds.
    #[must_use]
    pub fn contradictions(&self, sliced: &Value) -> Faults {
        let found = self.contradictions.iter();
        let selected = found.filter(|fault| {
            let place = fault.pointer.as_deref().unwrap_or_default();
            sliced.pointer(place).is_some()
        });
        Faults(selected.cloned().collect())
    }

    /// Puts the file that a fault's place comes from in the place of all files.
    #[must_use]
    pub fn attributed(&self, mut faults: Faults) -> Faults {
        for fault in &mut faults.0 {
            let of_all = fault.file == self.files;
            let Some(mut place) = fault.pointer.as_deref().filter(|_| of_all) else {
                continue;
            };
            while let Some((around, _)) = place.rsplit_once('/') {
                if let Some(file) = self.origins.get(place) {
                    fault.file = (*file).to_owned();
                    break;
                }
                place = around;
            }
        }
        faults
    }

    /// Adds what a later document has more, and notes what it contradicts.
    fn add(&mut self, later: Upstream<'a>, first: &str, report: &mut Report) {
        let mut document = std::mem::take(self.document.to_mut());
        let none = Map::new();
        for (name, theirs) in later.value.as_object().unwrap_or(&none) {
            let at = pointer::join("", name);
            match (name.as_str(), document.get(name)) {
                (_, None) => document[name.as_str()] = theirs.clone(),
                ("paths", Some(_)) => {
                    for (path, item) in theirs.as_object().unwrap_or(&none) {
                        self.add_path(&mut document, path, item, (later.file, first));
                    }
                }
                ("components", Some(_)) => {
                    for (folder, members) in theirs.as_object().unwrap_or(&none) {
                        let place = (at.clone(), folder.as_str());
                        self.add_components(&mut document, place, members, (later.file, first));
                    }
                }
                // A document of the older version means the same in the newer one.
                ("openapi", Some(ours)) if version(theirs) > version(ours) => {
                    self.origins.insert(at, later.file);
                    document["openapi"] = theirs.clone();
                }
                ("openapi", Some(_)) => {}
                ("info", Some(ours)) => {
                    if ours != theirs {
                        let detail = format!("{}: left out for that of {first}", later.file);
                        report.add("merge", &at, detail);
                    }
                }
                (name, Some(ours)) => {
                    if is_kept(Kind::Document, name) && ours != theirs {
                        self.contradict(at, ours, theirs, (later.file, first));
                    }
                }
            }
        }
        *self.document.to_mut() = document;
    }

    fn add_path(&mut self, document: &mut Value, path: &str, item: &Value, files: (&'a str, &str)) {
        let at = pointer::join("/paths", path);
        let Some(known) = document["paths"].get_mut(path) else {
            document["paths"][path] = item.clone();
            self.note(&at, item, files.0);
            return;
        };
        let (ours, theirs) = (shared(known), shared(item));
        if ours != theirs {
            self.contradict(at, &ours, &theirs, files);
            return;
        }
        for method in METHODS {
            let Some(theirs) = item.get(*method) else {
                continue;
            };
            let at = pointer::join(&at, method);
            match known.get(*method) {
                None => {
                    known[*method] = theirs.clone();
                    self.origins.insert(at, files.0);
                }
                Some(ours) if !same(Kind::Operation, ours, theirs) => {
                    let [ours, theirs] = [ours, theirs].map(|v| comparable(Kind::Operation, v));
                    self.contradict(at, &ours, &theirs, files);
                }
                Some(_) => {}
            }
        }
    }

    fn add_components(
        &mut self,
        document: &mut Value,
        (at, folder): (String, &str),
        members: &Value,
        files: (&'a str, &str),
    ) {
        let at = pointer::join(&at, folder);
        let Some(known) = document["components"].get_mut(folder) else {
            document["components"][folder] = members.clone();
            self.note(&at, members, files.0);
            return;
        };
        let kind = match keywords::key(Kind::Components, folder).map(|key| key.shape) {
            Some(Shape::Map(kind)) => kind,
            _ => return,
        };
        for (name, theirs) in members.as_object().into_iter().flatten() {
            let at = pointer::join(&at, name);
            match known.get(name) {
                None => {
                    if let Some(known) = known.as_object_mut() {
                        known.insert(name.clone(), theirs.clone());
                        self.origins.insert(at, files.0);
                    }
                }
                Some(ours) if !same(kind, ours, theirs) => {
                    let [ours, theirs] = [ours, theirs].map(|v| comparable(kind, v));
                    self.contradict(at, &ours, &theirs, files);
                }
                Some(_) => {}
            }
        }
    }

    /// Notes the file of every operation and component.
    fn note_all(&mut self, document: &Value, file: &'a str) {
        for holder in ["/paths", "/components"] {
            let members = document.pointer(holder).and_then(Value::as_object);
            for (name, member) in members.into_iter().flatten() {
                self.note(&pointer::join(holder, name), member, file);
            }
        }
    }

    /// Notes the file of everything that stands directly at a place.
    fn note(&mut self, at: &str, holder: &Value, file: &'a str) {
        for (name, _) in holder.as_object().into_iter().flatten() {
            self.origins.insert(pointer::join(at, name), file);
        }
    }

    fn contradict(&mut self, at: String, ours: &Value, theirs: &Value, files: (&str, &str)) {
        let (file, first) = files;
        let difference = json::difference(theirs, ours);
        let place = match difference.at.as_str() {
            "" => String::new(),
            at => format!(" in {at}"),
        };
        let (here, there) = (difference.here, difference.there);
        let message = format!("contradicts {first}{place}: {here} here, {there} there");
        self.contradictions.push(Fault::at(file, at, message));
    }
}

/// Returns the version of OpenAPI for a comparison; text that is no version
/// comes last, so that it is kept and reported.
fn version(value: &Value) -> (bool, &str) {
    let text = value.as_str().unwrap_or_default();
    (!text.starts_with("3."), text)
}

fn is_kept(kind: Kind, name: &str) -> bool {
    keywords::key(kind, name).is_some_and(|key| key.treatment == Treatment::Keep)
}

/// Returns what the operations of a path share.
fn shared(item: &Value) -> Value {
    let members = item.as_object().into_iter().flatten();
    let shared: Map<String, Value> = members
        .filter(|(name, _)| !METHODS.contains(&name.as_str()) && is_kept(Kind::PathItem, name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    comparable(Kind::PathItem, &Value::Object(shared))
}

/// Returns whether two nodes are the same after the lowering takes out the
/// prose.
fn same(kind: Kind, one: &Value, other: &Value) -> bool {
    one == other || comparable(kind, one) == comparable(kind, other)
}

/// Returns a node without what the lowering takes out, and with numbers as it
/// writes them.
fn comparable(kind: Kind, value: &Value) -> Value {
    let mut value = value.clone();
    walk::nodes_mut(kind, &mut value, "", &mut |kind, node, _| {
        if let Value::Object(members) = node {
            members.retain(|name, _| match keywords::key(kind, name) {
                Some(key) => key.treatment == Treatment::Keep,
                None => !keywords::is_extension(name),
            });
        }
    });
    plain_numbers(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(a: &Value, b: &Value) -> (Value, Vec<Fault>) {
        let documents = [
            Upstream {
                file: "a",
                value: a,
            },
            Upstream {
                file: "b",
                value: b,
            },
        ];
        let merged = merge(&documents, &mut Report::default());
        let all = merged.contradictions(&merged.document);
        (merged.document.clone().into_owned(), all.0)
    }

    #[test]
    fn parts_add_up() {
        let a = json!({"paths": {"/a": {"get": {"security": []}}}, "components": {"schemas": {"A": {}}}});
        let b = json!({
            "paths": {"/a": {"get": {"security": [], "summary": "x"}, "put": {}}, "/b": {}},
            "components": {"schemas": {"B": {}}, "responses": {}}
        });
        let (document, contradictions) = merged(&a, &b);
        assert_eq!(
            document,
            json!({
                "paths": {"/a": {"get": {"security": []}, "put": {}}, "/b": {}},
                "components": {"schemas": {"A": {}, "B": {}}, "responses": {}}
            })
        );
        assert_eq!(contradictions, []);
    }

    #[test]
    fn contradictions_name_their_place_and_file() {
        let parameters = json!({"parameters": [{"in": "query", "name": "q"}]});
        let a = json!({"paths": {"/a": {"get": {}}}, "components": {"schemas": {"A": {"type": "string"}}}});
        let b = json!({"paths": {"/a": parameters}, "components": {"schemas": {"A": {"type": "integer"}}}});
        let (_, contradictions) = merged(&a, &b);
        let mut places: Vec<_> = contradictions
            .iter()
            .map(|fault| (fault.file.as_str(), fault.pointer.as_deref().unwrap()))
            .collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [("b", "/components/schemas/A"), ("b", "/paths/~1a")]
        );
    }

    #[test]
    fn a_contradiction_shows_where_two_long_values_differ() {
        let schema = |kind: &str| {
            let long = "The same long text in both of them. ".repeat(5);
            let inner = json!({"type": kind, "description": long});
            json!({"components": {"schemas": {"A": {"properties": {"a": inner}}}}})
        };
        let (_, contradictions) = merged(&schema("string"), &schema("integer"));
        let messages: Vec<_> = contradictions.iter().map(|f| f.message.as_str()).collect();
        assert_eq!(
            messages,
            ["contradicts a in /properties/a/type: \"integer\" here, \"string\" there"]
        );
    }

    #[test]
    fn contradictions_outside_the_slice_do_not_matter() {
        let of = |name: &str| json!({"components": {"schemas": {"A": {"type": name}}}});
        let (a, b) = (of("string"), of("integer"));
        let documents = [
            Upstream {
                file: "a",
                value: &a,
            },
            Upstream {
                file: "b",
                value: &b,
            },
        ];
        let merged = merge(&documents, &mut Report::default());
        assert_eq!(merged.contradictions(&json!({"paths": {}})).0, []);
    }

    #[test]
    fn faults_name_the_file_that_their_place_comes_from() {
        let a = json!({"paths": {"/a": {"get": {}}}});
        let b = json!({"paths": {"/a": {"put": {}}}});
        let documents = [
            Upstream {
                file: "a",
                value: &a,
            },
            Upstream {
                file: "b",
                value: &b,
            },
        ];
        let merged = merge(&documents, &mut Report::default());
        let faults = ["/paths/~1a/get/x", "/paths/~1a/put/x", "/paths/~1b"];
        let faults = faults.map(|at| Fault::at(&merged.files, at, "wrong"));
        let files = merged.attributed(Faults(faults.to_vec()));
        let files: Vec<String> = files.0.into_iter().map(|fault| fault.file).collect();
        assert_eq!(files, ["a", "b", "a, b"]);
    }
}
