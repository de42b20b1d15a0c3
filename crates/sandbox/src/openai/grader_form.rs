//! The form of graders: the fields of each type, down to the messages of those that ask a model.

use crate::http::{ErrorResponse, Fields};
use serde_json::Value;

/// The shape of a field's value.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Choice(&'static [&'static str]),
    Messages,
    Sampling,
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

const EFFORTS: &[&str] = &["none", "minimal", "low", "medium", "high", "xhigh", "max"];

const CONTENT: &[&str] = &["input_text", "output_text", "input_image", "input_audio"];

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
        ("sampling_params", false, Shape::Sampling), ("range", false, Shape::Range),
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

/// Rejects a grader that lacks a field, or holds a wrong value.
pub(super) fn check(grader: &Value, path: &str) -> Result<(), ErrorResponse> {
    check_as(grader, path, OUTER)
}

fn check_as(grader: &Value, path: &str, types: &[&str]) -> Result<(), ErrorResponse> {
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
) -> Result<(), ErrorResponse> {
    match shape {
        Shape::Text => fields.text(name).map(drop),
        Shape::Sampling => match fields.object(name)? {
            Some(settings) => sampling(&settings),
            None => Ok(()),
        },
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

fn items<'a>(fields: &Fields<'a>, name: &str) -> Result<&'a [Value], ErrorResponse> {
    Ok(fields.list(name)?.map(Vec::as_slice).unwrap_or_default())
}

fn sampling(settings: &Fields<'_>) -> Result<(), ErrorResponse> {
    settings.integer("seed", i64::MIN, i64::MAX)?;
    settings.number("top_p", f64::MIN, f64::MAX)?;
    settings.number("temperature", f64::MIN, f64::MAX)?;
    settings.integer("max_completions_tokens", 1, i64::MAX)?;
    settings.choice("reasoning_effort", EFFORTS).map(drop)
}

fn message(message: &Fields<'_>) -> Result<(), ErrorResponse> {
    message
        .choice("role", ROLES)?
        .ok_or_else(|| message.missing("role"))?;
    message.choice("type", &["message"])?;
    let content = message
        .value("content")
        .ok_or_else(|| message.missing("content"))?;
    let path = message.path_of("content");
    match content.as_array() {
        Some(all) => all.iter().try_for_each(|one| part(one, &path)),
        None => part(content, &path),
    }
}

/// A text, or an object with a type.
fn part(content: &Value, path: &str) -> Result<(), ErrorResponse> {
    if content.is_string() {
        return Ok(());
    }
    let fields = Fields::of(content, path)?;
    let kind = fields
        .choice("type", CONTENT)?
        .ok_or_else(|| fields.missing("type"))?;
    match kind {
        "input_image" => {
            let url = fields.required_text("image_url")?;
            require(is_url(url), &fields, "image_url", "a URL")?;
            fields.text("detail").map(drop)
        }
        "input_audio" => {
            let clip = fields
                .object("input_audio")?
                .ok_or_else(|| fields.missing("input_audio"))?;
            clip.required_text("data")?;
            let format = clip.choice("format", &["mp3", "wav"])?;
            format.map(drop).ok_or_else(|| clip.missing("format"))
        }
        _ => {
            fields.required_text("text")?;
            let Some(breakpoint) = fields.object("prompt_cache_breakpoint")? else {
                return Ok(());
            };
            let mode = breakpoint.choice("mode", &["explicit"])?;
            mode.map(drop).ok_or_else(|| breakpoint.missing("mode"))
        }
    }
}

/// A scheme, a colon, and the rest without spaces and brackets.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let clean = |c: char| c.is_ascii_graphic() && !"<>\"{}|\\^`[]".contains(c);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(word)
        && !rest.is_empty()
        && rest.chars().all(clean)
}

fn require(
    holds: bool,
    fields: &Fields<'_>,
    name: &str,
    expected: &str,
) -> Result<(), ErrorResponse> {
    if holds {
        return Ok(());
    }
    let path = fields.path_of(name);
    let message = format!("'{path}' has the wrong type: expected {expected}.");
    Err(fields.error_response(name, message).code("invalid_type"))
}
