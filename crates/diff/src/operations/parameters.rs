//! Compares request parameters and response headers.

use super::Walk;
use crate::finding::{Finding, code, quoted};
use crate::level::Directions;
use crate::pointer;
use crate::schema::resolve::Node;
use crate::schema::similar;
use serde_json::Value;

const KNOWN: &[&str] = &[
    "name",
    "in",
    "required",
    "deprecated",
    "schema",
    "content",
    "style",
    "explode",
    "allowReserved",
    "allowEmptyValue",
    "description",
];

/// How a parameter is written.
const STYLE: &[&str] = &["style", "explode", "allowReserved", "allowEmptyValue"];

fn text<'a>(node: &Node<'a>, key: &str) -> &'a str {
    node.value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn flag(node: &Node<'_>, key: &str) -> bool {
    node.value.get(key) == Some(&Value::Bool(true))
}

fn called(node: &Node<'_>) -> String {
    format!(
        "{} parameter {}",
        text(node, "in"),
        code(text(node, "name"))
    )
}

/// Headers are called the same in any case.
fn key(node: &Node<'_>) -> (String, String) {
    let name = text(node, "name");
    match text(node, "in") {
        "header" => ("header".to_owned(), name.to_lowercase()),
        place => (place.to_owned(), name.to_owned()),
    }
}

/// Returns how it is written, with the defaults written out.
fn style(node: &Node<'_>) -> Vec<Value> {
    let usual = match text(node, "in") {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let style = node
        .value
        .get("style")
        .cloned()
        .unwrap_or_else(|| usual.into());
    let explode = node
        .value
        .get("explode")
        .cloned()
        .unwrap_or_else(|| (style == "form").into());
    let mut all = vec![style, explode];
    for keyword in STYLE.iter().skip(2) {
        all.push(flag(node, keyword).into());
    }
    all.push(node.value.get("content").is_some().into());
    all
}

/// Returns the schema of a parameter, its own or that of its one media type.
pub(super) fn schema<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    node.get("schema").or_else(|| {
        let content = node.get("content")?.members();
        content.into_iter().next()?.1.get("schema")
    })
}

/// Returns whether parameters of a path stand at other places of it.
fn reordered(old: &[String], new: &[String]) -> bool {
    fn common<'l>(list: &'l [String], other: &[String]) -> Vec<(usize, &'l String)> {
        let list = list.iter().enumerate();
        list.filter(|(_, name)| other.contains(name)).collect()
    }
    let (one, other) = (common(old, new), common(new, old));
    let names = |list: &[(usize, &String)]| list.iter().map(|(_, n)| (*n).clone()).collect();
    let (names, others): (Vec<String>, Vec<String>) = (names(&one), names(&other));
    names != others || (old.len() == new.len() && one != other)
}

impl<'a> Walk<'a> {
    /// Compares the parameters of an operation.
    pub(super) fn parameters(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let list = |node: &Node<'a>| {
            node.get("parameters")
                .map(|p| p.items())
                .unwrap_or_default()
        };
        let mut gone = Vec::new();
        let mut come = list(new);
        for one in list(old) {
            match come.iter().position(|other| key(other) == key(&one)) {
                Some(k) => {
                    let other = come.remove(k);
                    self.parameter(n, &one, &other);
                }
                None => gone.push(one),
            }
        }
        self.path_parameters(n, &mut gone, &mut come);
        for one in gone {
            let name = text(&one, "name");
            let moved = come.iter().position(|other| text(other, "name") == name);
            let renamed = || {
                come.iter().position(|other| {
                    text(other, "in") == text(&one, "in")
                        && similar::renamed(name, text(other, "name"))
                        && self.same_schema(&one, other)
                })
            };
            let found = moved.or_else(renamed);
            if let Some(k) = found {
                let other = come.remove(k);
                let at = |rule: &str| Finding::new(rule).at(Some(&one.at), Some(&other.at));
                let finding = if moved.is_some() {
                    at("parameter-moved")
                        .named(name)
                        .change(text(&one, "in"), text(&other, "in"))
                } else {
                    at("parameter-renamed").change(called(&one), text(&other, "name"))
                };
                self.find(
                    finding.about(text(&other, "name")).only(Directions::SENT),
                    n,
                );
                self.parameter(n, &one, &other);
                continue;
            }
            let rule = if flag(&one, "required") {
                "required-parameter-removed"
            } else {
                "parameter-removed"
            };
            let finding = Finding::new(rule)
                .at(Some(&one.at), None)
                .named(called(&one));
            self.find(finding.about(name).only(Directions::SENT), n);
        }
        for other in come {
            let rule = if flag(&other, "required") {
                "required-parameter-added"
            } else {
                "parameter-added"
            };
            let finding = Finding::new(rule)
                .at(None, Some(&other.at))
                .named(called(&other));
            self.find(
                finding.about(text(&other, "name")).only(Directions::SENT),
                n,
            );
        }
    }

    /// Path parameters are identified by their position.
    fn path_parameters(&mut self, n: usize, gone: &mut Vec<Node<'a>>, come: &mut Vec<Node<'a>>) {
        let path = |node: Option<&Node<'a>>| -> Vec<String> {
            let at = node.and_then(|node| pointer::split(&node.at));
            let path = at
                .and_then(|(path, _)| pointer::split(path))
                .map(|(_, path)| path);
            let path = path.unwrap_or_default();
            let names = path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next());
            names.map(str::to_owned).collect()
        };
        let operation = &self.operations[n];
        let pairs = (path(operation.base.as_ref()), path(operation.head.as_ref()));
        if reordered(&pairs.0, &pairs.1) {
            let shown = |names: &[String]| {
                let texts: Vec<String> = names.iter().map(|name| code(name)).collect();
                texts.join(", ")
            };
            let at = |node: Option<&Node<'a>>| node.map(|node| node.at.clone());
            let (base, head) = (at(operation.base.as_ref()), at(operation.head.as_ref()));
            let finding = Finding::new("path-parameters-reordered")
                .at(base.as_deref(), head.as_deref())
                .named(operation.name.clone())
                .change(shown(&pairs.0), shown(&pairs.1))
                .only(Directions::SENT);
            self.find(finding, n);
        }
        if pairs.0.len() != pairs.1.len() {
            return;
        }
        for (old, new) in pairs.0.iter().zip(&pairs.1).filter(|(old, new)| old != new) {
            let find = |list: &[Node<'a>], name: &str| {
                list.iter()
                    .position(|p| text(p, "in") == "path" && text(p, "name") == name)
            };
            if let (Some(i), Some(j)) = (find(gone, old), find(come, new)) {
                let (one, other) = (gone.remove(i), come.remove(j));
                let finding = Finding::new("path-parameter-renamed")
                    .at(Some(&one.at), Some(&other.at))
                    .change(old, new)
                    .about(new)
                    .only(Directions::SENT);
                self.find(finding, n);
                self.parameter(n, &one, &other);
            }
        }
    }

    fn same_schema(&self, one: &Node<'a>, other: &Node<'a>) -> bool {
        match (schema(one), schema(other)) {
            (Some(a), Some(b)) => {
                similar::shape(self.base(), &a, 4) == similar::shape(self.head(), &b, 4)
            }
            (None, None) => true,
            _ => false,
        }
    }

    fn parameter(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let at = |rule: &str| {
            Finding::new(rule)
                .at(Some(&old.at), Some(&new.at))
                .named(called(new))
                .about(text(new, "name"))
                .only(Directions::SENT)
        };
        let changed = |key: &str| (flag(old, key), flag(new, key));
        match changed("required") {
            (false, true) => self.find(at("parameter-became-required"), n),
            (true, false) => self.find(at("parameter-became-optional"), n),
            _ => {}
        }
        match changed("deprecated") {
            (false, true) => self.find(at("parameter-deprecated"), n),
            (true, false) => self.find(at("parameter-undeprecated"), n),
            _ => {}
        }
        let same_place = text(old, "in") == text(new, "in");
        if same_place && style(old) != style(new) {
            self.find(at("parameter-style-changed"), n);
        }
        self.described(n, old, new, &called(new), Directions::SENT);
        self.leftover(n, old, new, KNOWN, Directions::SENT);
        self.schema(
            n,
            Directions::SENT,
            schema(old).as_ref(),
            schema(new).as_ref(),
        );
    }

    pub(super) fn described(
        &mut self,
        n: usize,
        old: &Node<'a>,
        new: &Node<'a>,
        what: &str,
        directions: Directions,
    ) {
        let (from, to) = (old.value.get("description"), new.value.get("description"));
        if from != to {
            let finding = Finding::new("description-changed")
                .at(Some(&old.at), Some(&new.at))
                .named(what)
                .change(quoted(from), quoted(to))
                .only(directions);
            self.find(finding, n);
        }
    }

    /// Compares the headers of an answer.
    pub(super) fn headers(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let list = |node: &Node<'a>| node.get("headers").map(|h| h.members()).unwrap_or_default();
        let mut come = list(new);
        for (name, one) in list(old) {
            let same = |other: &str| other.eq_ignore_ascii_case(name);
            let Some(k) = come.iter().position(|(other, _)| same(other)) else {
                let finding = Finding::new("response-header-removed").at(Some(&one.at), None);
                self.find(
                    finding.named(name).about(name).only(Directions::RECEIVED),
                    n,
                );
                continue;
            };
            let (_, other) = come.remove(k);
            let at = |rule: &str| {
                let finding = Finding::new(rule).at(Some(&one.at), Some(&other.at));
                finding.named(name).about(name).only(Directions::RECEIVED)
            };
            match (flag(&one, "required"), flag(&other, "required")) {
                (false, true) => self.find(at("response-header-became-required"), n),
                (true, false) => self.find(at("response-header-became-optional"), n),
                _ => {}
            }
            match (flag(&one, "deprecated"), flag(&other, "deprecated")) {
                (false, true) => self.find(at("response-header-deprecated"), n),
                (true, false) => self.find(at("response-header-undeprecated"), n),
                _ => {}
            }
            let what = format!("the header {}", code(name));
            self.described(n, &one, &other, &what, Directions::RECEIVED);
            let known = ["required", "deprecated", "schema", "content", "description"];
            self.leftover(n, &one, &other, &known, Directions::RECEIVED);
            self.schema(
                n,
                Directions::RECEIVED,
                schema(&one).as_ref(),
                schema(&other).as_ref(),
            );
        }
        for (name, other) in come {
            let finding = Finding::new("response-header-added").at(None, Some(&other.at));
            self.find(
                finding.named(name).about(name).only(Directions::RECEIVED),
                n,
            );
        }
    }
}
