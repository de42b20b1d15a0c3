//! What the normal form holds and a generated client does not offer, as lines
//! of the report: nothing is dropped silently.

use crate::report::Report;
use serde_json::{Map, Value};
use unitune_diff::keywords::METHODS;
use unitune_diff::pointer;

/// Keyword of an operation, and what is left out of it.
type Details = Vec<(&'static str, String)>;

/// One thing that generated code leaves out: its name in the report, and where
/// an operation has it.
struct Omission {
    rule: &'static str,
    find: fn(&Map<String, Value>) -> Details,
}

const OMISSIONS: &[Omission] = &[
    Omission {
        rule: "cookie-parameter",
        find: cookies,
    },
    Omission {
        rule: "request-media",
        find: request_media,
    },
    Omission {
        rule: "several-answers",
        find: successes,
    },
    Omission {
        rule: "answer-media",
        find: answer_media,
    },
    Omission {
        rule: "several-errors",
        find: errors,
    },
];

/// Adds a line for everything that the generator leaves out.
pub fn note(document: &Value, report: &mut Report) {
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(*method).and_then(Value::as_object) else {
                continue;
            };
            let at = pointer::join(&pointer::join("/paths", path), method);
            for omission in OMISSIONS {
                for (keyword, detail) in (omission.find)(operation) {
                    report.add(omission.rule, &pointer::join(&at, keyword), detail);
                }
            }
        }
    }
}

fn cookies(operation: &Map<String, Value>) -> Details {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let cookies = parameters.into_iter().flatten().filter(|parameter| {
        let place = parameter.get("in").and_then(Value::as_str);
        place == Some("cookie")
    });
    let name = |parameter: &Value| {
        let name = parameter.get("name").and_then(Value::as_str);
        format!(
            "{} is left out: a client sends no cookies",
            name.unwrap_or_default()
        )
    };
    cookies.map(|one| ("parameters", name(one))).collect()
}

/// Returns the media types beside the one that is used: the JSON, else the
/// first.
fn other_media(holder: &Value) -> Option<String> {
    let content = holder.get("content")?.as_object()?;
    let used = content
        .keys()
        .find(|media| is_json(media))
        .or_else(|| content.keys().next())?;
    let others: Vec<&str> = content
        .keys()
        .filter(|m| *m != used)
        .map(String::as_str)
        .collect();
    let detail = || format!("{} left out: {used} is what is used", others.join(", "));
    (!others.is_empty()).then(detail)
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

fn request_media(operation: &Map<String, Value>) -> Details {
    let Some(body) = operation.get("requestBody") else {
        return Vec::new();
    };
    let mut details: Vec<String> = other_media(body).into_iter().collect();
    let content = body.get("content").and_then(Value::as_object);
    let mut media = content.into_iter().flat_map(Map::keys);
    if let Some(first) = media.next()
        && !is_json(first)
        && !media.any(|other| is_json(other))
    {
        details.push(format!(
            "a body of {first}: this operation is written by hand, not generated"
        ));
    }
    details.into_iter().map(|d| ("requestBody", d)).collect()
}

fn responses(operation: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let responses = operation.get("responses").and_then(Value::as_object);
    responses.into_iter().flatten()
}

/// Returns the successes beside the one that a function answers with: a body
/// before none.
fn successes(operation: &Map<String, Value>) -> Details {
    let mut all: Vec<_> = responses(operation)
        .filter(|(code, _)| code.starts_with('2'))
        .collect();
    all.sort_by_key(|(code, response)| (response.get("content").is_none(), *code));
    let Some(((used, _), others)) = all.split_first() else {
        return Vec::new();
    };
    let detail = |code: &str| {
        format!("{code} is left out: an operation answers with one type, that of {used}")
    };
    others
        .iter()
        .map(|(code, _)| ("responses", detail(code)))
        .collect()
}

fn answer_media(operation: &Map<String, Value>) -> Details {
    responses(operation)
        .filter_map(|(code, response)| {
            Some(("responses", format!("{code}: {}", other_media(response)?)))
        })
        .collect()
}

/// Errors are one type of the library's: bodies of several forms are a line.
fn errors(operation: &Map<String, Value>) -> Details {
    let errors: Vec<(&String, &Value)> = responses(operation)
        .filter(|(code, _)| !code.starts_with('2'))
        .filter_map(|(code, response)| Some((code, response.get("content")?)))
        .collect();
    if errors.windows(2).all(|pair| pair[0].1 == pair[1].1) {
        return Vec::new();
    }
    let codes: Vec<&str> = errors.iter().map(|(code, _)| code.as_str()).collect();
    let detail = format!("{} are read as one type of error", codes.join(", "));
    vec![("responses", detail)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules(operation: Value) -> Vec<&'static str> {
        let mut report = Report::default();
        note(&json!({"paths": {"/a": {"post": operation}}}), &mut report);
        report.lines.iter().map(|line| line.rule).collect()
    }

    #[test]
    fn what_a_client_does_not_offer_is_a_line() {
        let operation = json!({
            "parameters": [{"name": "s", "in": "cookie"}, {"name": "body", "in": "query"}],
            "requestBody": {"content": {"application/json": {}, "text/plain": {}}},
            "responses": {
                "200": {}, "201": {"content": {"a/b": {}, "application/problem+json": {}}},
                "400": {"content": {"application/json": {"schema": {"type": "string"}}}},
                "500": {"content": {"application/json": {}}}
            }
        });
        assert_eq!(
            rules(operation),
            [
                "cookie-parameter",
                "request-media",
                "several-answers",
                "answer-media",
                "several-errors"
            ]
        );
    }

    #[test]
    fn handwritten_operations_are_reported() {
        let form = json!({"requestBody": {"content": {"multipart/form-data": {}}}});
        assert_eq!(rules(form), ["request-media"]);
        let same = json!({"content": {"application/json": {}}});
        let plain =
            json!({"requestBody": same, "responses": {"200": same, "4XX": same, "5XX": same}});
        assert_eq!(rules(plain), Vec::<&str>::new());
    }
}
