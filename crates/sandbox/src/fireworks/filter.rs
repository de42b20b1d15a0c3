//! The `filter` of lists: comparisons with fields, joined by `AND`, out of the grammar of AIP-160.

use super::fields::{self, Field, camel_case};
use crate::clock::Time;
use crate::http::{Call, ErrorResponse};
use serde_json::Value;
use std::cmp::Ordering;

/// The operators, longer ones first.
const OPERATORS: &[&str] = &["!=", "<=", ">=", "=", "<", ">", ":"];

/// All comparisons must hold.
#[derive(Debug)]
pub(super) struct Filter(Vec<Comparison>);

#[derive(Debug)]
struct Comparison {
    /// The members that lead to the value.
    path: Vec<String>,
    operator: &'static str,
    value: String,
}

impl Filter {
    /// Reads the filter of a request.
    pub(super) fn read(call: &Call, table: &'static [Field]) -> Result<Filter, ErrorResponse> {
        let text = call.query("filter").unwrap_or("");
        parse(text, table).map_err(|problem| {
            let message = format!("'filter' {problem}.");
            ErrorResponse::field("filter", message).code("invalid_filter")
        })
    }

    /// Whether everything matches.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a body matches.
    pub(super) fn matches(&self, body: &Value) -> bool {
        self.0.iter().all(|comparison| comparison.holds(body))
    }
}

impl Comparison {
    fn holds(&self, body: &Value) -> bool {
        let value = self
            .path
            .iter()
            .try_fold(body, |value, name| value.get(name));
        let value = value.unwrap_or(&Value::Null);
        if self.operator == ":" {
            return match value {
                Value::String(text) => text.contains(&self.value),
                Value::Array(all) => all.iter().any(|item| item.as_str() == Some(&self.value)),
                Value::Object(members) => members.contains_key(&self.value),
                _ => false,
            };
        }
        let Some(order) = order(value, &self.value) else {
            return self.operator == "!=";
        };
        match self.operator {
            "=" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_ge(),
        }
    }
}

/// Compares a member with the text of a filter, as what the member is.
fn order(value: &Value, text: &str) -> Option<Ordering> {
    match value {
        Value::String(value) => match (Time::parse(value), Time::parse(text)) {
            (Some(value), Some(other)) => Some(value.cmp(&other)),
            _ => Some(value.as_str().cmp(text)),
        },
        Value::Number(number) => number.as_f64()?.partial_cmp(&text.parse().ok()?),
        Value::Bool(value) => Some(value.cmp(&text.to_ascii_lowercase().parse().ok()?)),
        _ => None,
    }
}

fn parse(text: &str, table: &'static [Field]) -> Result<Filter, String> {
    let mut rest = text.trim();
    let mut comparisons = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest
            .strip_prefix("AND ")
            .filter(|_| !comparisons.is_empty())
        {
            rest = after.trim_start();
        }
        let end = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !"_.".contains(letter))
            .unwrap_or(rest.len());
        let (path, after) = rest.split_at(end);
        if path.is_empty() || ["OR", "NOT", "AND"].contains(&path) {
            return Err(format!(
                "has '{rest}' where a comparison was expected; the sandbox knows comparisons joined by AND"
            ));
        }
        let first = path.split('.').next().unwrap_or(path);
        // A field of another resource is in examples for all lists; it is false here.
        if fields::find(table, first).is_none() && camel_case(first) != "latestValidated" {
            return Err(format!("has '{path}', which is no field"));
        }
        let after = after.trim_start();
        let operator = OPERATORS.iter().find(|it| after.starts_with(**it));
        let operator = operator.ok_or_else(|| format!("has no operator after '{path}'"))?;
        let after = after[operator.len()..].trim_start();
        let (value, after) = literal(after)?;
        comparisons.push(Comparison {
            path: path.split('.').map(camel_case).collect(),
            operator,
            value,
        });
        rest = after.trim_start();
    }
    Ok(Filter(comparisons))
}

/// A text in quotes, or a word; and what follows it.
fn literal(text: &str) -> Result<(String, &str), String> {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            let (value, after) = inner
                .split_once(quote)
                .ok_or("has a text without its closing quote")?;
            return Ok((value.to_owned(), after));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    match value.is_empty() || value.contains(['(', ')']) {
        true => Err("has an operator without a value".to_owned()),
        false => Ok((value.to_owned(), after)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::SUPERVISED;
    use super::*;
    use serde_json::json;

    #[test]
    fn comparisons_are_by_the_type_of_the_field() {
        let body = json!({
            "state": "JOB_STATE_RUNNING",
            "epochs": 10,
            "earlyStop": true,
            "createTime": "2026-01-15T12:00:00.000001Z",
            "wandbConfig": {"project": "p"},
        });
        let holds = |text| parse(text, SUPERVISED).unwrap().matches(&body);
        for text in [
            "",
            "state=JOB_STATE_RUNNING",
            "state = \"JOB_STATE_RUNNING\" AND epochs > 9",
            "epochs>9 early_stop=true",
            "create_time >= '2026-01-15T11:59:59Z'",
            "wandb_config.project:p",
            "state!=JOB_STATE_FAILED",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "state=x",
            "epochs<2",
            "latest_validated=true",
            "completedTime=1",
        ] {
            assert!(!holds(text), "{text}");
        }
        for text in [
            "nothing=1",
            "state",
            "state=",
            "a=1 OR b=2",
            "(state=x)",
            "state=\"x",
        ] {
            assert!(parse(text, SUPERVISED).is_err(), "{text}");
        }
    }
}
