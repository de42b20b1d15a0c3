//! Compares the bodies of requests and responses.

use super::Walk;
use crate::finding::Finding;
use crate::level::Directions;
use crate::pointer;
use crate::schema::resolve::Node;
use serde_json::Value;

/// Returns an answer, followed where it is shared.
fn resolved<'a>(root: &'a Value, node: &Node<'a>) -> Node<'a> {
    let reference = node.value.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(pointer::of_reference).and_then(|at| {
        let value = root.pointer(&at)?;
        Some(Node { at, value })
    });
    target.unwrap_or_else(|| node.clone())
}

fn has_content(node: &Node<'_>) -> bool {
    node.get("content").is_some_and(|c| !c.members().is_empty())
}

/// Returns how a media type is compared: any case, no parameters.
fn media(name: &str) -> String {
    name.split(';').next().unwrap_or(name).trim().to_lowercase()
}

impl<'a> Walk<'a> {
    /// Compares the bodies of requests.
    pub(super) fn request(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let body = |node: &Node<'a>| node.get("requestBody");
        let flag = |node: &Node<'a>| node.value.get("required") == Some(&Value::Bool(true));
        let (one, other) = match (body(old), body(new)) {
            (None, None) => return,
            (Some(one), None) => {
                let rule = if flag(&one) {
                    "required-request-body-removed"
                } else {
                    "request-body-removed"
                };
                let finding = Finding::new(rule).at(Some(&one.at), None);
                return self.find(finding.only(Directions::SENT), n);
            }
            (None, Some(other)) => {
                let rule = if flag(&other) {
                    "required-request-body-added"
                } else {
                    "request-body-added"
                };
                let finding = Finding::new(rule).at(None, Some(&other.at));
                return self.find(finding.only(Directions::SENT), n);
            }
            (Some(one), Some(other)) => (one, other),
        };
        let rule = match (flag(&one), flag(&other)) {
            (false, true) => Some("request-body-became-required"),
            (true, false) => Some("request-body-became-optional"),
            _ => None,
        };
        if let Some(rule) = rule {
            let finding = Finding::new(rule).at(Some(&one.at), Some(&other.at));
            self.find(finding.only(Directions::SENT), n);
        }
        self.described(n, &one, &other, "the body", Directions::SENT);
        let known = ["required", "content", "description"];
        self.leftover(n, &one, &other, &known, Directions::SENT);
        self.content(n, &one, &other, Directions::SENT);
    }

    /// Compares the answers of an operation.
    pub(super) fn responses(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>) {
        let list = |node: &Node<'a>| {
            node.get("responses")
                .map(|r| r.members())
                .unwrap_or_default()
        };
        let (mut gone, mut come) = (list(old), list(new));
        // `default` stands for success where nothing else does.
        let success = |all: &[(&str, Node<'a>)], status: &str| {
            status.starts_with('2')
                || (status == "default" && all.iter().all(|(code, _)| !code.starts_with('2')))
        };
        let (before, after) = (gone.clone(), come.clone());
        let mut both = Vec::new();
        gone.retain(|(status, one)| {
            let found = come
                .iter()
                .position(|(other, _)| other.eq_ignore_ascii_case(status));
            if let Some(k) = found {
                both.push((*status, one.clone(), come.remove(k).1));
            }
            found.is_none()
        });
        for (status, one, other) in both {
            self.response(n, status, &one, &other);
        }
        let good = |all: &[(&'a str, Node<'a>)], list: &[(&'a str, Node<'a>)]| -> Vec<usize> {
            let found = list.iter().enumerate();
            found
                .filter(|(_, (status, _))| success(all, status))
                .map(|(k, _)| k)
                .collect()
        };
        if let ([i], [j]) = (
            good(&before, &gone).as_slice(),
            good(&after, &come).as_slice(),
        ) {
            let ((old_status, one), (new_status, other)) = (gone.remove(*i), come.remove(*j));
            let finding = Finding::new("success-status-replaced")
                .at(Some(&one.at), Some(&other.at))
                .change(old_status, new_status)
                .about(new_status);
            self.find(finding.only(Directions::RECEIVED), n);
            self.response(n, new_status, &one, &other);
        }
        for (status, one) in gone {
            let rule = if success(&before, status) {
                "success-status-removed"
            } else {
                "error-status-removed"
            };
            let finding = Finding::new(rule).at(Some(&one.at), None).named(status);
            self.find(finding.about(status).only(Directions::RECEIVED), n);
        }
        for (status, other) in come {
            let rule = if success(&after, status) {
                "success-status-added"
            } else {
                "error-status-added"
            };
            let finding = Finding::new(rule).at(None, Some(&other.at)).named(status);
            self.find(finding.about(status).only(Directions::RECEIVED), n);
        }
    }

    fn response(&mut self, n: usize, status: &str, old: &Node<'a>, new: &Node<'a>) {
        let (one, other) = (resolved(self.base(), old), resolved(self.head(), new));
        let what = format!("the answer {status}");
        self.described(n, &one, &other, &what, Directions::RECEIVED);
        self.headers(n, &one, &other);
        let known = ["headers", "content", "description"];
        self.leftover(n, &one, &other, &known, Directions::RECEIVED);
        let rule = match (has_content(&one), has_content(&other)) {
            (false, false) => return,
            (true, true) => return self.content(n, &one, &other, Directions::RECEIVED),
            (false, true) => "response-body-added",
            (true, false) => "response-body-removed",
        };
        let finding = Finding::new(rule)
            .at(Some(&one.at), Some(&other.at))
            .named(status);
        self.find(finding.about(status).only(Directions::RECEIVED), n);
    }

    /// Compares the media types of a body.
    fn content(&mut self, n: usize, old: &Node<'a>, new: &Node<'a>, directions: Directions) {
        let list = |node: &Node<'a>| node.get("content").map(|c| c.members()).unwrap_or_default();
        let (mut gone, mut come) = (list(old), list(new));
        let mut both = Vec::new();
        gone.retain(|(name, one)| {
            let found = come
                .iter()
                .position(|(other, _)| media(other) == media(name));
            if let Some(k) = found {
                both.push((one.clone(), come.remove(k)));
            }
            found.is_none()
        });
        for (one, (name, other)) in both {
            self.media(n, name, &one, &other, directions);
        }
        if let ([(from, one)], [(to, other)]) = (gone.as_slice(), come.as_slice()) {
            let finding = Finding::new("media-type-replaced")
                .at(Some(&one.at), Some(&other.at))
                .change(*from, *to)
                .about(*to);
            return self.find(finding.only(directions), n);
        }
        for (name, one) in gone {
            let finding = Finding::new("media-type-removed").at(Some(&one.at), None);
            self.find(finding.named(name).about(name).only(directions), n);
        }
        for (name, other) in come {
            let finding = Finding::new("media-type-added").at(None, Some(&other.at));
            self.find(finding.named(name).about(name).only(directions), n);
        }
    }

    fn media(
        &mut self,
        n: usize,
        name: &str,
        old: &Node<'a>,
        new: &Node<'a>,
        directions: Directions,
    ) {
        let (from, to) = (old.get("encoding"), new.get("encoding"));
        if from.as_ref().map(|e| e.value) != to.as_ref().map(|e| e.value) {
            let finding = Finding::new("encoding-changed")
                .at(Some(&old.at), Some(&new.at))
                .named(name);
            self.find(finding.only(directions), n);
        }
        self.leftover(n, old, new, &["schema", "encoding"], directions);
        self.schema(
            n,
            directions,
            old.get("schema").as_ref(),
            new.get("schema").as_ref(),
        );
    }
}
