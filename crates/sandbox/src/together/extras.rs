//! What Together's SDK has beyond the document: a preview of tokens, and the tokenized data set.

use super::jobs;
use super::models;
use super::store::Store;
use crate::clock::HOUR;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply};
use crate::state::archive;
use crate::state::random::hash;
use serde_json::{Value, json};

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
    let wanted = fields.integer("top_k", 1, 100)?.unwrap_or(5).unsigned_abs() as usize;
    let on_inputs = fields.flag("train_on_inputs")?.unwrap_or(false);
    let text = String::from_utf8_lossy(&file.content);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<Value> = lines.take(wanted).map(row).collect();
    Ok(Answer::json(json!({
        "model": model,
        "dataset_format": "conversation",
        "max_seq_length": models::limits::SEQUENCE,
        "train_on_inputs": on_inputs,
        "rows": rows,
    })))
}

/// A row's words as if they were tokens.
fn row(line: &str) -> Value {
    let tokens: Vec<&str> = line.split_whitespace().collect();
    let ids: Vec<u64> = tokens.iter().map(|token| hash(token) % 128_000).collect();
    json!({
        "tokens": tokens,
        "input_ids": ids,
        "labels": ids,
        "num_tokens": ids.len(),
        "num_trained_tokens": ids.len(),
        "trained_spans": [[0, ids.len()]],
        "truncated": false,
    })
}

/// `GET /fine-tunes/{id}/download-tokenized-dataset`
pub(crate) fn tokenized_dataset(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(store, call.path("id"))?;
    if job
        .run
        .began(crate::state::run::Stage::Training, call.now)
        .is_none()
    {
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
