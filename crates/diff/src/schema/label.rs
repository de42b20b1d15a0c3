//! Names a place or a schema for a sentence.

use super::resolve::{Node, flatten, follow};
use crate::finding::code;
use crate::pointer;
use serde_json::Value;

/// Returns what a place is called: `Component.member[]`, or a part of an
/// operation.
#[must_use]
pub fn place(root: &Value, at: &str) -> String {
    let steps: Vec<String> = at.split('/').skip(1).map(pointer::unescape).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    match steps.as_slice() {
        [] => "the document".to_owned(),
        ["components", "schemas", name, rest @ ..] => code(&format!("{name}{}", inner(rest))),
        ["components", folder, name, rest @ ..] => {
            format!("{folder} {}", code(&format!("{name}{}", inner(rest))))
        }
        ["paths", path, method, rest @ ..] => {
            let operation = format!("{} {path}", method.to_uppercase());
            let part = part(root, path, method, rest);
            if part.is_empty() {
                operation
            } else {
                format!("{part} of {operation}")
            }
        }
        [first, ..] => code(first),
    }
}

/// Returns a part of an operation.
fn part(root: &Value, path: &str, method: &str, steps: &[&str]) -> String {
    match steps {
        ["parameters", n, rest @ ..] => {
            let at = format!("/paths/{}/{method}/parameters/{n}", pointer::escape(path));
            let parameter = root.pointer(&at);
            let field = |key: &str| {
                let value = parameter.and_then(|p| p.get(key)).and_then(Value::as_str);
                value.unwrap_or("?").to_owned()
            };
            format!(
                "the {} parameter {}",
                field("in"),
                code(&format!("{}{}", field("name"), inner(rest)))
            )
        }
        ["requestBody", "content", media, rest @ ..] => with("the body", media, rest),
        ["requestBody", ..] => "the body".to_owned(),
        ["responses", status, "content", media, rest @ ..] => {
            with(&format!("the answer {status}"), media, rest)
        }
        ["responses", status, "headers", name, ..] => {
            format!("the header {} of the answer {status}", code(name))
        }
        ["responses", status, ..] => format!("the answer {status}"),
        [] => String::new(),
        [keyword, ..] => code(keyword),
    }
}

fn with(what: &str, media: &str, rest: &[&str]) -> String {
    let members = inner(rest);
    let media = if media == "application/json" {
        String::new()
    } else {
        format!(" ({media})")
    };
    match members.strip_prefix('.') {
        Some(member) => format!("{} in {what}{media}", code(member)),
        None if members.is_empty() => format!("{what}{media}"),
        None => format!("{} of {what}{media}", code(&members)),
    }
}

/// Steps inside a schema, as one would write them.
fn inner(steps: &[&str]) -> String {
    let mut text = String::new();
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        match *step {
            "properties" => {
                if let Some(name) = steps.next() {
                    text.push('.');
                    text.push_str(name);
                }
            }
            "items" => text.push_str("[]"),
            "additionalProperties" => text.push_str("{}"),
            "allOf" => {
                steps.next();
            }
            "oneOf" | "anyOf" => {
                if let Some(n) = steps.next().and_then(|n| n.parse::<usize>().ok()) {
                    text.push_str(&format!("|{}", n + 1));
                }
            }
            _ => {}
        }
    }
    text
}

/// Returns what a schema is, in a few words.
#[must_use]
pub fn schema(root: &Value, node: &Node<'_>) -> String {
    let followed = follow(root, node);
    match followed.component {
        Some(component) => code(component),
        None => shape(root, &followed.core),
    }
}

/// Returns the same, without the name that it may have.
#[must_use]
pub fn shape(root: &Value, core: &Node<'_>) -> String {
    let flat = flatten(root, core);
    if let Some(union) = flat.unions.first() {
        let branches: Vec<String> = union.branches.iter().map(|b| schema(root, b)).collect();
        return list(&branches, "or");
    }
    if let Some(values) = flat.values() {
        return self::values(values.iter().map(|node| node.value));
    }
    match flat.kind() {
        Some("array") => flat.schemas("items").first().map_or_else(
            || "a list".to_owned(),
            |items| format!("a list of {}", schema(root, items)),
        ),
        Some("object") if flat.properties.is_empty() => "a free object".to_owned(),
        Some("object") => "an object".to_owned(),
        Some("integer") => "an integer".to_owned(),
        Some(kind) => match flat.keyword("format").and_then(Value::as_str) {
            Some(format) => format!("a {kind} ({format})"),
            None => format!("a {kind}"),
        },
        None => "anything".to_owned(),
    }
}

/// Returns a text with some of the values.
#[must_use]
pub fn values<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let texts: Vec<String> = values
        .map(|value| match value {
            Value::String(text) => code(&format!("\"{text}\"")),
            other => code(&other.to_string()),
        })
        .collect();
    if texts.len() > 6 {
        let rest = texts.len() - 5;
        return format!("{} or {rest} more", texts[..5].join(", "));
    }
    list(&texts, "or")
}

/// Returns a text such as `a, b or c`.
#[must_use]
pub fn list(texts: &[String], word: &str) -> String {
    match texts {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}
