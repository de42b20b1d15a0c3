//! Reading documents: JSON, YAML, Markdown pages with one fenced block; from a
//! file or over HTTP(S).

mod markdown;
mod url;
pub mod value;

use crate::located_error::{Fault, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A document as it was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path or URL it came from.
    pub name: String,
    /// The text, as published.
    pub text: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The document.
    pub value: Value,
}

impl Source {
    /// Returns `info.version`, as text.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        match self.value.pointer("/info/version")? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// The forms that a document can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON text.
    Json,
    /// YAML text.
    Yaml,
    /// A Markdown page with one fenced YAML or JSON block.
    Markdown,
}

/// Returns whether a location is fetched rather than opened.
#[must_use]
pub fn is_url(location: &str) -> bool {
    location.starts_with("https://") || location.starts_with("http://")
}

/// Reads the document at a path or URL.
pub fn read(location: &str) -> Result<Source> {
    let bytes = if is_url(location) {
        url::fetch(location)?
    } else {
        std::fs::read(Path::new(location)).map_err(|e| Fault::file(location, e.to_string()))?
    };
    parse_bytes(location, bytes)
}

/// Lists the documents of a folder, by name.
pub fn documents(folder: &Path) -> Result<Vec<PathBuf>> {
    let fault = |e: std::io::Error| Fault::file(folder.display().to_string(), e.to_string());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        if path.is_file() && matches!(ending, "json" | "yaml" | "yml" | "md") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads text that is not a document: a rendered page.
pub fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|e| Fault::file(path.display().to_string(), e.to_string()).into())
}

fn parse_bytes(name: &str, bytes: Vec<u8>) -> Result<Source> {
    let sha256 = Sha256::digest(&bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    let text = String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        Fault::line(name, line, "not UTF-8 text")
    })?;
    let value = parse(name, &text)?;
    Ok(Source {
        name: name.to_owned(),
        text,
        sha256,
        value,
    })
}

/// Parses a document; its name or content decides on its form.
pub fn parse(name: &str, text: &str) -> Result<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = match form(name, text) {
        Form::Json => json(name, text)?,
        Form::Yaml => yaml(name, text, 0)?,
        Form::Markdown => {
            let block = markdown::fenced(name, text)?;
            yaml(name, &block.text, block.line)?
        }
    };
    if value.is_object() {
        Ok(value)
    } else {
        Err(Fault::line(
            name,
            1,
            "not an OpenAPI document: its root is not an object",
        )
        .into())
    }
}

fn form(name: &str, text: &str) -> Form {
    let path = name.split(['?', '#']).next().unwrap_or(name);
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => Form::Json,
        Some("yaml" | "yml") => Form::Yaml,
        Some("md" | "mdx" | "markdown") => Form::Markdown,
        _ if text.trim_start().starts_with('{') => Form::Json,
        _ if text.contains("\n```") => Form::Markdown,
        _ => Form::Yaml,
    }
}

fn json(name: &str, text: &str) -> Result<Value> {
    serde_json::from_str::<value::Strict>(text)
        .map(|strict| strict.0)
        .map_err(|e| Fault::line(name, e.line(), e.to_string()).into())
}

/// What the library that reads YAML says after a duplicate key.
const LIBRARY_ADVICE: &str = ", set DuplicateKeyPolicy in Options if acceptable";

/// Parses YAML whose first line is line `offset + 1` of the file.
fn yaml(name: &str, text: &str, offset: usize) -> Result<Value> {
    let budget = serde_saphyr::budget! {
        max_nodes: 20_000_000,
        max_events: 50_000_000,
        max_depth: 256,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<value::Strict>(text, options)
        .map(|strict| strict.0)
        .map_err(|e| {
            let line = e
                .location()
                .and_then(|location| usize::try_from(location.line()).ok())
                .unwrap_or(1);
            // The library's advice is for those who call it.
            let message = e
                .to_string()
                .replace(LIBRARY_ADVICE, ": remove one of them");
            Fault::line(name, line + offset, message).into()
        })
}

/// Parses YAML of our own: overlays.
pub fn parse_yaml(name: &str, text: &str) -> Result<Value> {
    yaml(name, text, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_keeps_what_other_readers_misread() {
        let text = "a: no\nb: 9223372036854776000\nc: -9223372036854776000\nd: 1e-5\n200: x\ne: '1'\nf: 99999999999999999999\n";
        assert_eq!(
            parse("x.yaml", text).unwrap(),
            json!({"a": "no", "b": 9_223_372_036_854_776_000_u64, "c": -9.223372036854776e18,
                "d": 1e-5, "200": "x", "e": "1", "f": 1e20})
        );
    }

    #[test]
    fn repeated_anchors_are_allowed() {
        let text = "a: &x {k: 1}\nb: *x\nc: &x {k: 2}\nd: *x\n";
        assert_eq!(
            parse("x.yaml", text).unwrap(),
            json!({"a": {"k": 1}, "b": {"k": 1}, "c": {"k": 2}, "d": {"k": 2}})
        );
    }

    #[test]
    fn faults_name_the_line() {
        let faults = parse("x.yaml", "a: 1\nb: [1,\nc: 2\n").unwrap_err();
        assert!(faults.0[0].line.is_some_and(|line| line >= 2), "{faults}");
        let faults = parse("x.json", "{\n\"a\": 1,\n\"a\": 2}").unwrap_err();
        assert_eq!(faults.0[0].line, Some(3));
        let faults = parse("x.yaml", "a: 1\na: 2\n").unwrap_err();
        assert_eq!(faults.0[0].line, Some(2));
        let message = &faults.0[0].message;
        assert!(message.contains("remove one of them"), "{message}");
        assert!(!message.contains("Options"), "{message}");
    }

    #[test]
    fn a_root_that_is_no_object_is_rejected() {
        assert!(parse("x.yaml", "").is_err());
        assert!(parse("x.json", "[]").is_err());
        assert!(parse("x.yaml", "just text").is_err());
    }
}
