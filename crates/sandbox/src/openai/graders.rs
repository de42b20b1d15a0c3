//! Graders: their form is checked, and their scores are random: the same seed and the same call give the same score.

use super::grader_form::{check, parts};
use super::store::Store;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply};
use crate::state::curve::round;
use crate::state::random::{Random, hash};
use serde_json::{Map, Value, json};
use unitune_redact::{mentions_secret, remove_where};

/// The errors that a run can be answered with; none of them happens here.
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
pub(crate) fn validate(_: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let grader = grader(&Fields::of(&body, "")?)?;
    Ok(Answer::json(json!({ "grader": answered(grader) })))
}

/// `POST /fine_tuning/alpha/graders/run`
pub(crate) fn run(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    let grader = grader(&fields)?;
    let sample = fields.required_text("model_sample")?;
    fields.object("item")?;
    let item = fields.value("item").unwrap_or(&Value::Null);

    let score = |grader: &Value| {
        let seed = store.seed ^ hash(&format!("{grader}{sample}{item}"));
        round(Random::new(seed, "grader").unit(), 4)
    };
    let parts = parts(grader).map(|(name, part)| (name, json!(score(part))));
    let scores: Map<String, Value> = parts.collect();
    let model = grader.get("model").and_then(Value::as_str);
    let tokens = model.map(|_| (sample.len() as u64).div_ceil(4) + 50);
    let usage = match model {
        Some(name) => json!({name: {"total_tokens": tokens}}),
        None => json!({}),
    };
    let errors = ERRORS.iter().map(|name| ((*name).to_owned(), json!(false)));
    let details = DETAILS.iter().map(|name| ((*name).to_owned(), Value::Null));
    Ok(Answer::json(json!({
        "reward": score(grader),
        "metadata": {
            "name": grader["name"],
            "type": grader["type"],
            "errors": errors.chain(details).collect::<Map<_, _>>(),
            "execution_time": 0.05,
            "scores": scores,
            "token_usage": tokens,
            "sampled_model_name": model,
        },
        "sub_rewards": scores,
        "model_grader_token_usage_per_model": usage,
    })))
}

/// The grader of a request, checked.
fn grader<'a>(fields: &Fields<'a>) -> Result<&'a Value, ErrorResponse> {
    let grader = fields
        .value("grader")
        .ok_or_else(|| fields.missing("grader"))?;
    check(grader, "grader")?;
    Ok(grader)
}

/// A grader as it is answered: without nulls, and without keys.
pub(super) fn answered(grader: &Value) -> Value {
    let mut answered = without_nulls(grader);
    // The names of a `multi`'s graders are the caller's own: a grader called `secret_word` is no key.
    let is_grader = |value: &Value| value.get("type").is_some_and(Value::is_string);
    remove_where(&mut answered, &|name, value| {
        mentions_secret(name) && !is_grader(value)
    });
    answered
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let present = fields.iter().filter(|field| !field.1.is_null());
            let present = present.map(|(name, value)| (name.clone(), without_nulls(value)));
            Value::Object(present.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}
