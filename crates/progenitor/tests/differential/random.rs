//! Values of a schema that chance chooses: combinations that no list covers.

use serde_json::{Map, Value, json};

use super::cover::{Cover, integers, is_any_text, is_required, numbers, reference, strings};
use super::input::{Input, Operation, ParameterLocation};

/// Numbers that decide, one after the other; at their end the least is chosen.
pub struct Choices<'a>(pub &'a [u32]);

impl Choices<'_> {
    fn next(&mut self) -> u32 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number below this one.
    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }

    fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    fn text(&mut self) -> String {
        let length = self.below(8);
        let chars = (0..length).map(|_| char::from_u32(self.next() % 0x250));
        chars.map(Option::unwrap_or_default).collect()
    }

    fn one(&mut self, mut values: Vec<Value>) -> Value {
        values.swap_remove(self.below(values.len()))
    }
}

/// An input of an operation.
pub fn input(cover: &Cover<'_>, operation: &Operation, choices: &mut Choices<'_>) -> Input {
    let mut input = Input::default();
    for parameter in &operation.parameters {
        let value = match parameter.location {
            // A part of the path is never empty, and never dots alone.
            ParameterLocation::Path => json!(format!("id-{}", choices.text())),
            ParameterLocation::Header if !is_any_text(&parameter.schema) => {
                value(cover, &parameter.schema, choices)
            }
            ParameterLocation::Header => {
                json!(choices.text().replace(|c: char| !c.is_ascii_graphic(), "_"))
            }
            ParameterLocation::Query => value(cover, &parameter.schema, choices),
        };
        if parameter.required || choices.below(2) == 1 {
            input.parameters.insert(parameter.name.clone(), value);
        }
    }
    let body = operation.body.as_ref();
    input.body = body.map(|schema| value(cover, schema, choices));
    input
}

/// A value of a schema.
pub fn value(cover: &Cover<'_>, schema: &Value, choices: &mut Choices<'_>) -> Value {
    if choices.is_over() {
        let least = cover.least(schema, &mut Vec::new());
        return least.expect("a value that ends");
    }
    if schema["nullable"] == true && choices.below(4) == 0 {
        return Value::Null;
    }
    if let Some(name) = reference(schema) {
        return value(cover, cover.component(name), choices);
    }
    if let Some(branches) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return value(cover, &branches[choices.below(branches.len())], choices);
    }
    if let Some(values) = schema["enum"].as_array() {
        return choices.one(values.clone());
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"].is_null() && schema["maxLength"].is_null() => {
            match choices.below(2) {
                0 => choices.one(strings(schema)),
                _ => json!(format!(
                    "{}{}",
                    "x".repeat(least_length(schema)),
                    choices.text()
                )),
            }
        }
        Some("string") => choices.one(strings(schema)),
        Some("integer") => {
            let near = i64::from(choices.next() % 1000);
            let limits = integers(schema);
            let fits = |n: i64| {
                let low = schema["minimum"].as_i64().is_none_or(|least| n > least);
                low && schema["maximum"].as_i64().is_none_or(|most| n < most)
            };
            if fits(near) {
                json!(near)
            } else {
                choices.one(limits)
            }
        }
        Some("number") => choices.one(numbers(schema)),
        Some("boolean") => json!(choices.below(2) == 1),
        Some("array") => array(cover, schema, choices),
        Some("object") => object(cover, schema, choices),
        _ => json!([choices.text(), null, {"a": choices.next()}]),
    }
}

fn least_length(schema: &Value) -> usize {
    schema["minLength"].as_u64().unwrap_or(0) as usize
}

fn array(cover: &Cover<'_>, schema: &Value, choices: &mut Choices<'_>) -> Value {
    let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
    let most = schema["maxItems"].as_u64().unwrap_or(3).min(3) as usize;
    let length = least + choices.below(most.saturating_sub(least) + 1);
    let items = (0..length).map(|_| value(cover, &schema["items"], choices));
    Value::Array(items.collect())
}

fn object(cover: &Cover<'_>, schema: &Value, choices: &mut Choices<'_>) -> Value {
    let mut object = Map::new();
    let inner = &schema["additionalProperties"];
    let typed = inner.as_object().is_some_and(|s| !s.is_empty());
    match schema["properties"].as_object() {
        Some(properties) => {
            for (name, property) in properties {
                if is_required(schema, name) || choices.below(2) == 1 {
                    object.insert(name.clone(), value(cover, property, choices));
                }
            }
        }
        None => {
            for _ in 0..choices.below(3) {
                let member = match typed {
                    true => value(cover, inner, choices),
                    false => json!({"any": choices.text()}),
                };
                object.insert(choices.text(), member);
            }
        }
    }
    Value::Object(object)
}
