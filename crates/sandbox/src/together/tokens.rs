//! Training files as tokens: a preview of the first examples, and the download of a job's whole data set.

use super::dataset::examine;
use super::jobs;
use super::models;
use super::store::Store;
use crate::clock::HOUR;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply};
use crate::state::archive;
use crate::state::dataset::Form;
use crate::state::random::hash;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// The label of a token that nothing is learnt from.
const MASKED: i64 = -100;
/// How many tokens the vocabulary of every model has.
const VOCABULARY: u64 = 128_000;
/// How many examples a preview has unless told otherwise.
const ROWS: i64 = 5;

/// `POST /fine-tunes/preview`
pub(crate) fn preview(store: &mut Store, call: &Call) -> Reply {
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    let file = super::create::file(store, &fields, "training_file")?;
    let file = file.ok_or_else(|| fields.missing("training_file"))?;
    let model = fields.required_text("model")?;
    if models::model(model).is_none() {
        let message = format!("The model '{model}' cannot be fine-tuned.");
        return Err(fields
            .error_response("model", message)
            .code("model_not_supported"));
    }
    fields.choice("training_method", &["sft"])?;
    let rows = fields.integer("top_k", 1, 100)?.unwrap_or(ROWS);
    let dataset = examine(&file.content);
    let unusable = |what: &str| {
        let message = format!("The training file cannot be shown: {what}.");
        fields.error_response("training_file", message)
    };
    if let Some(problem) = &dataset.problem {
        return Err(unusable(problem));
    }
    let format = dataset.form.and_then(format_of);
    let format = format.ok_or_else(|| unusable("it is not for supervised training"))?;
    // Texts have no prompt, and are trained on as a whole.
    let asked = fields.flag("train_on_inputs")?.unwrap_or(false);
    let on_inputs = asked || dataset.form == Some(Form::Text);
    let lines = file.content.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let rows: Vec<Value> = lines
        .take(rows.unsigned_abs() as usize)
        .filter_map(|line| serde_json::from_slice(line).ok())
        .map(|example: Value| row(&example, on_inputs))
        .collect();
    Ok(Answer::json(json!({
        "model": model,
        "dataset_format": format,
        "max_seq_length": models::limits::SEQUENCE,
        "train_on_inputs": on_inputs,
        "rows": rows,
    })))
}

/// The vendor's word for a form of examples; none for those that only other methods have.
pub(super) fn format_of(form: Form) -> Option<&'static str> {
    match form {
        Form::Chat => Some("conversation"),
        Form::Instruction => Some("instruction"),
        Form::Text => Some("general"),
        Form::Preference => None,
    }
}

/// The parts of an example: a text, and whether it is an answer.
fn parts(example: &Value) -> Vec<(String, bool)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match &example["messages"] {
        Value::Array(messages) => messages
            .iter()
            .map(|message| (text(&message["content"]), message["role"] == "assistant"))
            .collect(),
        _ if example.get("prompt").is_some() => vec![
            (text(&example["prompt"]), false),
            (text(&example["completion"]), true),
        ],
        _ => vec![(text(&example["text"]), true)],
    }
}

/// An example's words as if they were tokens.
fn row(example: &Value, on_inputs: bool) -> Value {
    let (mut tokens, mut ids, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    let mut spans: Vec<[usize; 2]> = Vec::new();
    let most = models::limits::SEQUENCE.unsigned_abs() as usize;
    let mut truncated = false;
    for (text, is_answer) in parts(example) {
        let is_trained = is_answer || on_inputs;
        for word in text.split_whitespace() {
            if tokens.len() == most {
                truncated = true;
                break;
            }
            let id = i64::try_from(hash(word) % VOCABULARY).unwrap_or(0);
            if is_trained {
                match spans.last_mut().filter(|span| span[1] == tokens.len()) {
                    Some(span) => span[1] += 1,
                    None => spans.push([tokens.len(), tokens.len() + 1]),
                }
            }
            tokens.push(word.to_owned());
            ids.push(id);
            labels.push(if is_trained { id } else { MASKED });
        }
    }
    json!({
        "num_tokens": tokens.len(),
        "num_trained_tokens": labels.iter().filter(|label| **label != MASKED).count(),
        "tokens": tokens,
        "input_ids": ids,
        "labels": labels,
        "trained_spans": spans,
        "truncated": truncated,
    })
}

/// `GET /fine-tunes/{id}/download-tokenized-dataset`
pub(crate) fn tokenized_dataset(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(store, call.path("id"))?;
    if job.run.began(Stage::Training, call.now).is_none() {
        let message = "The data set is not tokenized before training begins.";
        return Err(ErrorResponse::new(400, message).code("not_ready"));
    }
    let id = &job.id;
    let archive = archive::model(&job.model, id, true);
    Ok(Answer::json(json!({
        "content_type": "application/zstd",
        "expires_at": call.now.plus(HOUR).rfc3339(),
        "filename": format!("{id}-tokenized.tar.zst"),
        "size": archive.len(),
        "url": format!("{}/fine-tunes/{id}/tokenized-dataset?signature=sandbox", call.base_url),
    })))
}

/// The signed URL that [`tokenized_dataset`] names.
pub(crate) fn signed_dataset(store: &mut Store, call: &Call) -> Reply {
    if call.query("signature") != Some("sandbox") {
        return Err(ErrorResponse::new(403, "This signed URL is not valid."));
    }
    let job = jobs::find(store, call.path("id"))?;
    Ok(Answer::bytes(
        "application/zstd",
        archive::model(&job.model, &job.id, true),
    ))
}
