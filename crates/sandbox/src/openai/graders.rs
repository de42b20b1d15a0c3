//! Graders: their form is checked, and their scores are random: the same seed and the same call give the same score.

use super::store::Store;
use crate::http::{Answer, Call, Fields, Refusal, Reply};
use crate::state::curve::round;
use crate::state::random::{Random, hash};
use serde_json::{Map, Value, json};
use unitune_redact::{mentions_secret, remove_where};

/// The shape of a field's value.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Choice(&'static [&'static str]),
    Messages,
    Object,
    Range,
    Graders,
}

/// A field: its name, whether it is required, its shape.
type Row = (&'static str, bool, Shape);

const OPERATIONS: &[&str] = &["eq", "ne", "like", "ilike"];

#[rustfmt::skip]
const METRICS: &[&str] = &[
    "cosine", "fuzzy_match", "bleu", "gleu", "meteor", "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l",
];

const ROLES: &[&str] = &["user", "assistant", "system", "developer"];

/// Each type of grader with its fields.
#[rustfmt::skip]
const TYPES: &[(&str, &[Row])] = &[
    ("string_check", &[
        ("name", true, Shape::Text), ("input", true, Shape::Text), ("reference", true, Shape::Text),
        ("operation", true, Shape::Choice(OPERATIONS)),
    ]),
    ("text_similarity", &[
        ("name", true, Shape::Text), ("input", true, Shape::Text), ("reference", true, Shape::Text),
        ("evaluation_metric", true, Shape::Choice(METRICS)),
    ]),
    ("python", &[
        ("name", true, Shape::Text), ("source", true, Shape::Text), ("image_tag", false, Shape::Text),
    ]),
    ("score_model", &[
        ("name", true, Shape::Text), ("input", true, Shape::Messages), ("model", true, Shape::Text),
        ("sampling_params", false, Shape::Object), ("range", false, Shape::Range),
    ]),
    ("label_model", &[
        ("name", true, Shape::Text), ("input", true, Shape::Messages), ("model", true, Shape::Text),
        ("labels", true, Shape::Texts), ("passing_labels", true, Shape::Texts),
    ]),
    ("multi", &[
        ("name", true, Shape::Text), ("graders", true, Shape::Graders), ("calculate_output", true, Shape::Text),
    ]),
];

/// Types that stand alone, and types that a `multi` combines.
const OUTER: &[&str] = &[
    "string_check",
    "text_similarity",
    "python",
    "score_model",
    "multi",
];
const INNER: &[&str] = &[
    "string_check",
    "text_similarity",
    "python",
    "score_model",
    "label_model",
];

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
pub(super) fn validate(_: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let grader = grader(&Fields::of(&body, "")?)?;
    Ok(Answer::json(json!({ "grader": answered(grader) })))
}

/// `POST /fine_tuning/alpha/graders/run`
pub(super) fn run(store: &mut Store, call: &Call) -> Reply {
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
fn grader<'a>(fields: &Fields<'a>) -> Result<&'a Value, Refusal> {
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

/// The graders of a `multi`: one, or several by name.
fn parts(grader: &Value) -> impl Iterator<Item = (String, &Value)> {
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

/// Refuses a grader that lacks a field, or holds a wrong value.
pub(super) fn check(grader: &Value, path: &str) -> Result<(), Refusal> {
    check_as(grader, path, OUTER)
}

fn check_as(grader: &Value, path: &str, types: &[&str]) -> Result<(), Refusal> {
    let fields = Fields::of(grader, path)?;
    let kind = fields
        .choice("type", types)?
        .ok_or_else(|| fields.missing("type"))?;
    let rows = TYPES.iter().find(|row| row.0 == kind);
    for (name, required, shape) in rows.map_or(&[][..], |row| row.1) {
        if fields.value(name).is_some() {
            check_field(&fields, name, *shape, grader)?;
        } else if *required || grader.get(name).is_some() {
            return Err(fields.missing(name));
        }
    }
    Ok(())
}

fn check_field(
    fields: &Fields<'_>,
    name: &str,
    shape: Shape,
    grader: &Value,
) -> Result<(), Refusal> {
    match shape {
        Shape::Text => fields.text(name).map(drop),
        Shape::Object => fields.object(name).map(drop),
        Shape::Choice(table) => fields.choice(name, table).map(drop),
        Shape::Texts => {
            let items = items(fields, name)?;
            let texts = items.iter().all(Value::is_string);
            require(texts, fields, name, "a list of strings")
        }
        Shape::Range => {
            let items = items(fields, name)?;
            let range = items.len() == 2 && items.iter().all(Value::is_number);
            require(range, fields, name, "a list of two numbers")
        }
        Shape::Messages => items(fields, name)?
            .iter()
            .try_for_each(|item| message(&Fields::of(item, &fields.path_of(name))?)),
        Shape::Graders => {
            fields.object(name)?;
            let mut parts = parts(grader).peekable();
            let any = parts.peek().is_some();
            require(any, fields, name, "a grader, or graders by name")?;
            let path = fields.path_of(name);
            parts.try_for_each(|(part, grader)| check_as(grader, &format!("{path}.{part}"), INNER))
        }
    }
}

fn items<'a>(fields: &Fields<'a>, name: &str) -> Result<&'a [Value], Refusal> {
    Ok(fields.list(name)?.map(Vec::as_slice).unwrap_or_default())
}

fn message(message: &Fields<'_>) -> Result<(), Refusal> {
    let role = message.choice("role", ROLES)?;
    role.ok_or_else(|| message.missing("role"))?;
    let content = message.value("content");
    content.map(drop).ok_or_else(|| message.missing("content"))
}

fn require(holds: bool, fields: &Fields<'_>, name: &str, expected: &str) -> Result<(), Refusal> {
    if holds {
        return Ok(());
    }
    let path = fields.path_of(name);
    let message = format!("'{path}' has the wrong type: expected {expected}.");
    Err(fields.refusal(name, message).code("invalid_type"))
}
