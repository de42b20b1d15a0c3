//! Graders: checked for real, and run as far as that needs neither a model nor Python.

use super::formula::{Fault, Formula};
use super::grader_check::check;
use crate::http::{Answer, Call, Fields, Refusal, Reply};
use crate::secret;
use crate::state::World;
use crate::state::curve::round;
use crate::state::random::{Random, hash};
use serde_json::{Map, Value, json};

/// Everything that can go wrong when a grader runs; here only a formula does.
const ERRORS: &[&str] = &[
    "formula_parse_error",
    "sample_parse_error",
    "truncated_observation_error",
    "unresponsive_reward_error",
    "invalid_variable_error",
    "other_error",
    "python_grader_server_error",
    "python_grader_runtime_error",
    "model_grader_server_error",
    "model_grader_refusal_error",
    "model_grader_parse_error",
];

/// The details that go with some of them.
const DETAILS: &[&str] = &[
    "python_grader_server_error_type",
    "python_grader_runtime_error_details",
    "model_grader_server_error_details",
];

/// `POST /fine_tuning/alpha/graders/validate`
pub(crate) fn validate(_: &mut World, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    let grader = fields
        .value("grader")
        .ok_or_else(|| fields.missing("grader"))?;
    check(grader, "grader")?;
    formula(grader)?;
    Ok(Answer::json(json!({ "grader": understood(grader) })))
}

/// Refuses a `multi` whose formula is none over its graders.
fn formula(grader: &Value) -> Result<(), Refusal> {
    let Some(formula) = grader["calculate_output"].as_str() else {
        return Ok(());
    };
    let names: Vec<String> = parts(grader).map(|(name, _)| name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let Err(fault) = Formula::parse(formula, names.iter().map(String::as_str)) else {
        return Ok(());
    };
    let reason = match fault {
        Fault::Variable => format!("it may name these graders: {}", names.join(", ")),
        Fault::Syntax | Fault::Value => "it is no formula".to_owned(),
    };
    let field = "grader.calculate_output";
    let message = format!("Invalid value for '{field}': {reason}.");
    Err(Refusal::field(field, message).code("invalid_value"))
}

/// A grader as it is answered: what was null was not said, and keys are not repeated.
pub(super) fn understood(grader: &Value) -> Value {
    secret::without(&said(grader))
}

fn said(grader: &Value) -> Value {
    match grader {
        Value::Object(fields) => {
            let present = fields.iter().filter(|field| !field.1.is_null());
            Value::Object(
                present
                    .map(|(name, value)| (name.clone(), said(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(said).collect()),
        other => other.clone(),
    }
}

/// `POST /fine_tuning/alpha/graders/run`
pub(crate) fn run(_: &mut World, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    let grader = fields
        .value("grader")
        .ok_or_else(|| fields.missing("grader"))?;
    check(grader, "grader")?;
    let sample = fields.required_text("model_sample")?;
    fields.object("item")?;
    let item = fields.value("item").unwrap_or(&Value::Null);

    let scores: Map<String, Value> = parts(grader)
        .map(|(name, part)| (name, json!(score(part, sample, item))))
        .collect();
    let outcome = match grader["type"].as_str() {
        Some("multi") => combined(grader, &scores),
        _ => Ok(score(grader, sample, item)),
    };
    // A run that fails is answered as one that gave no reward.
    let reward = outcome.unwrap_or(0.0);
    let kind = grader["type"].as_str().unwrap_or("");
    let model = matches!(kind, "score_model" | "label_model").then(|| &grader["model"]);
    let tokens = model.map(|_| (sample.len() as u64).div_ceil(4) + 50);
    let usage = match model.and_then(Value::as_str) {
        Some(name) => json!({name: {"total_tokens": tokens}}),
        None => json!({}),
    };
    Ok(Answer::json(json!({
        "reward": reward,
        "metadata": {
            "name": grader["name"],
            "type": kind,
            "errors": errors(outcome.err()),
            "execution_time": 0.05,
            "scores": scores,
            "token_usage": tokens,
            "sampled_model_name": model,
        },
        "sub_rewards": scores,
        "model_grader_token_usage_per_model": usage,
    })))
}

/// What a `multi` makes of its graders' scores.
fn combined(grader: &Value, scores: &Map<String, Value>) -> Result<f64, Fault> {
    let formula = grader["calculate_output"].as_str().unwrap_or("");
    let value = Formula::parse(formula, scores.keys().map(String::as_str))?.value(scores)?;
    Ok(round(value, 6))
}

fn errors(fault: Option<Fault>) -> Value {
    let fault = fault.map(Fault::error);
    let none = ERRORS
        .iter()
        .map(|name| ((*name).to_owned(), json!(Some(*name) == fault)));
    let details = DETAILS.iter().map(|name| ((*name).to_owned(), Value::Null));
    Value::Object(none.chain(details).collect())
}

/// The graders of a `multi`: one, or several by name.
pub(super) fn parts(grader: &Value) -> impl Iterator<Item = (String, &Value)> {
    let graders = grader.get("graders").filter(|_| grader["type"] == "multi");
    let single = graders.filter(|graders| graders.get("type").is_some_and(Value::is_string));
    let named = graders
        .filter(|_| single.is_none())
        .and_then(Value::as_object);
    let single = single.map(|one| (one["name"].as_str().unwrap_or("grader").to_owned(), one));
    let named = named
        .into_iter()
        .flatten()
        .map(|(name, one)| (name.clone(), one));
    single.into_iter().chain(named)
}

/// A sample's score. What would need a model or Python is made up, and always made up the same.
fn score(grader: &Value, sample: &str, item: &Value) -> f64 {
    let text = |field: &str| fill(grader[field].as_str().unwrap_or(""), sample, item);
    match grader["type"].as_str().unwrap_or("") {
        "string_check" => {
            let (input, reference) = (text("input"), text("reference"));
            let (lower_input, lower_reference) = (input.to_lowercase(), reference.to_lowercase());
            let passes = match grader["operation"].as_str().unwrap_or("") {
                "ne" => input != reference,
                "like" => input.contains(&reference),
                "ilike" => lower_input.contains(&lower_reference),
                _ => input == reference,
            };
            f64::from(u8::from(passes))
        }
        "text_similarity" => similarity(&text("input"), &text("reference")),
        _ => {
            let seed = hash(&format!("{grader}{sample}{item}"));
            round(Random::new(seed, "grader").unit(), 4)
        }
    }
}

/// `{{sample.output_text}}` and `{{item.field}}`, filled in.
fn fill(template: &str, sample: &str, item: &Value) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((variable, after)) = after.split_once("}}") else {
            break;
        };
        filled.push_str(before);
        match variable.trim().split_once('.') {
            Some(("item", field)) => match &item[field] {
                Value::String(text) => filled.push_str(text),
                Value::Null => {}
                other => filled.push_str(&other.to_string()),
            },
            _ => filled.push_str(sample),
        }
        rest = after;
    }
    filled + rest
}

/// How many words two texts share, from 0 to 1.
fn similarity(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        text.to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let all = one.union(&other).count();
    match all {
        0 => 1.0,
        all => round(one.intersection(&other).count() as f64 / all as f64, 6),
    }
}
