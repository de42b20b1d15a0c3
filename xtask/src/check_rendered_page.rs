//! Checks a slice against a rendered text page: every parameter and every field
//! that the page shows must be in the document.

use crate::located_error::{Fault, Faults, Result};
use crate::normal_form::operations_mut;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use unitune_diff::pointer;

/// Headings of a page, and where the parameters under them are.
const HEADINGS: &[(&str, &str)] = &[
    ("Query Parameters", "query"),
    ("Path Parameters", "path"),
    ("Headers", "header"),
    ("Response", ""),
    ("Body", ""),
    ("Authorizations", ""),
];

/// The content of a page about one operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Parameters: where and name.
    pub parameters: BTreeSet<(String, String)>,
    /// Fields of the answer that are listed with a type.
    pub fields: BTreeSet<String>,
    /// The example body.
    pub example: Option<Value>,
}

/// Reads a rendered page.
#[must_use]
pub fn read(text: &str) -> Page {
    let mut page = Page {
        example: example(text),
        ..Page::default()
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut place: Option<&str> = None;
    let mut answer = false;
    for pair in lines.windows(2) {
        if let Some((heading, found)) = HEADINGS.iter().find(|(heading, _)| *heading == pair[0]) {
            place = Some(found).filter(|found| !found.is_empty()).copied();
            answer = *heading == "Response";
            continue;
        }
        if !(is_name(pair[0]) && is_type(pair[1])) {
            continue;
        }
        if let Some(place) = place {
            page.parameters
                .insert((place.to_owned(), pair[0].to_owned()));
        } else if answer {
            page.fields.insert(pair[0].to_owned());
        }
    }
    page
}

fn is_name(line: &str) -> bool {
    !line.is_empty()
        && line
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn is_type(line: &str) -> bool {
    let base = line.split(['[', '<', ' ']).next().unwrap_or("");
    matches!(
        base,
        "string" | "integer" | "number" | "boolean" | "object" | "enum" | "array" | "any" | "null"
    )
}

/// Returns the first JSON object that starts a line.
fn example(text: &str) -> Option<Value> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "{" {
            let mut stream = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
            if let Some(Ok(value)) = stream.next() {
                return Some(value);
            }
        }
        at += line.len();
    }
    None
}

/// Checks a document against a page.
pub fn check(file: &str, page: &Page, document: &Value, operation: &str) -> Result<()> {
    let mut faults = Faults::default();
    let mut owned = document.clone();
    let found = operations_mut(&mut owned)
        .into_iter()
        .find(|o| o.get("operationId").and_then(Value::as_str) == Some(operation));
    let Some(found) = found else {
        let message = format!("no operation is named {operation:?}");
        return Err(Fault::file(file, message).into());
    };
    for (place, name) in &page.parameters {
        let known = found
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|p| p.get("name").and_then(Value::as_str) == Some(name));
        if !known {
            let message = format!("the page's {place} parameter {name:?} is not in {operation}");
            faults.0.push(Fault::file(file, message));
        }
    }
    let answer = answer(found);
    let Some(schema) = answer else {
        if page.example.is_some() || !page.fields.is_empty() {
            let message = format!("{operation} has no JSON answer to check the page against");
            faults.0.push(Fault::file(file, message));
        }
        return faults.into_result();
    };
    let check = Check { document };
    for field in &page.fields {
        if check.member(schema, field).is_empty() {
            let message = format!("the page's field {field:?} is not in the answer of {operation}");
            faults.0.push(Fault::file(file, message));
        }
    }
    if let Some(example) = &page.example {
        let mut missing = Vec::new();
        check.value(&[schema], example, "", &mut missing);
        for place in missing {
            let message = format!("the page's field {place} is not in the answer of {operation}");
            faults.0.push(Fault::file(file, message));
        }
    }
    faults.into_result()
}

fn answer(operation: &Map<String, Value>) -> Option<&Value> {
    let responses = operation.get("responses")?.as_object()?;
    let success = responses.iter().find(|(code, _)| code.starts_with('2'))?.1;
    success
        .get("content")?
        .as_object()?
        .values()
        .find_map(|media| media.get("schema"))
}

struct Check<'a> {
    document: &'a Value,
}

impl<'a> Check<'a> {
    /// Returns a schema's alternatives: itself, what it refers to, its
    /// branches.
    fn expand(&self, schema: &'a Value, depth: usize) -> Vec<&'a Value> {
        let mut all = vec![schema];
        if depth > 16 {
            return all;
        }
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(pointer::of_reference)
            .and_then(|at| self.document.pointer(&at));
        if let Some(target) = target {
            all.extend(self.expand(target, depth + 1));
        }
        for keyword in ["allOf", "oneOf", "anyOf"] {
            for branch in schema
                .get(keyword)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                all.extend(self.expand(branch, depth + 1));
            }
        }
        all
    }

    /// Returns the schemas that a member of an object can have.
    fn member(&self, schema: &'a Value, name: &str) -> Vec<&'a Value> {
        static ANYTHING: Value = Value::Bool(true);
        let mut found = Vec::new();
        for schema in self.expand(schema, 0) {
            if let Some(member) = schema.get("properties").and_then(|p| p.get(name)) {
                found.push(member);
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => {}
                Some(open) => found.push(open),
                None if schema.get("type").and_then(Value::as_str) == Some("object")
                    && schema
                        .get("properties")
                        .is_none_or(|p| p.as_object().is_some_and(Map::is_empty)) =>
                {
                    found.push(&ANYTHING);
                }
                None => {}
            }
        }
        found
    }

    fn value(&self, schemas: &[&'a Value], value: &Value, at: &str, missing: &mut Vec<String>) {
        if schemas.iter().any(|schema| schema.as_bool() == Some(true)) {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let at = pointer::join(at, name);
                    let found: Vec<&Value> =
                        schemas.iter().flat_map(|s| self.member(s, name)).collect();
                    if found.is_empty() {
                        missing.push(at);
                    } else {
                        self.value(&found, value, &at, missing);
                    }
                }
            }
            Value::Array(list) => {
                let items: Vec<&Value> = schemas
                    .iter()
                    .flat_map(|s| self.expand(s, 0))
                    .filter_map(|s| s.get("items"))
                    .collect();
                for (n, value) in list.iter().enumerate() {
                    self.value(&items, value, &pointer::index(at, n), missing);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PAGE: &str = "GET\ncurl x\n{\n  \"data\": [\n    {\"id\": \"<string>\", \"tags\": {\"a\": 1}}\n  ]\n}\n\nQuery Parameters\n\nafter\nstring\n\nSome words.\n\nlimit\ninteger\ndefault:20\n\nResponse\n\n200 - application/json\n\ndata\nobject[]\nrequired\n\nOK\n";

    fn document() -> Value {
        json!({"paths": {"/a": {"get": {
            "operationId": "list",
            "parameters": [{"name": "after", "in": "query"}, {"name": "limit", "in": "query"}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/List"}}}}}
        }}}, "components": {"schemas": {
            "List": {"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}},
            "A": {"type": "object", "properties": {"id": {"type": "string"}, "tags": {"type": "object"}}}
        }}})
    }

    #[test]
    fn reads_parameters_fields_and_the_example() {
        let page = read(PAGE);
        let names: Vec<_> = page
            .parameters
            .iter()
            .map(|(_, name)| name.as_str())
            .collect();
        assert_eq!(names, ["after", "limit"]);
        assert!(page.fields.contains("data"));
        assert!(page.example.is_some());
    }

    #[test]
    fn what_the_page_shows_must_be_there() {
        let page = read(PAGE);
        check("p.txt", &page, &document(), "list").unwrap();
        let mut without = document();
        pointer::remove(&mut without, "/components/schemas/A/properties/id");
        let faults = check("p.txt", &page, &without, "list").unwrap_err();
        assert!(faults.to_string().contains("/data/0/id"), "{faults}");
        let mut without = document();
        pointer::remove(&mut without, "/paths/~1a/get/parameters/1");
        assert!(check("p.txt", &page, &without, "list").is_err());
        assert!(check("p.txt", &page, &document(), "other").is_err());
    }
}
