//! Splits a dataset into chunks.

use super::datasets::{self, Dataset, find};
use super::store::Store;
use super::{account, create, errors, fields, tables};
use crate::http::{Answer, Call, Reply};
use bytes::Bytes;
use serde_json::{Value, json};

/// The smallest chunk.
const LEAST: u64 = 200;
/// The most chunks that the sandbox makes of one dataset.
const MOST: usize = 100;

/// `POST …/datasets/{id}:splitDataset`
pub(crate) fn split(store: &mut Store, call: &Call) -> Reply {
    let body = fields::read(tables::SPLIT, &call.object()?, "")?;
    let source = find(store, call)?;
    if !source.ready {
        return Err(errors::precondition("The dataset is not uploaded yet."));
    }
    let size = body.get("chunkSize").and_then(Value::as_u64).unwrap_or(0);
    if size < LEAST {
        let message = format!("must be at least {LEAST}");
        return Err(create::invalid("chunkSize", &message));
    }
    let content = datasets::content(store, source);
    let lines: Vec<&[u8]> = content
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let chunks: Vec<(usize, Bytes)> = lines
        .chunks(size)
        .map(|lines| {
            let mut content = lines.join(&b'\n');
            content.push(b'\n');
            (lines.len(), Bytes::from(content))
        })
        .collect();
    if chunks.len() > MOST {
        let message = format!(
            "makes {} chunks, and the sandbox makes {MOST}",
            chunks.len()
        );
        return Err(create::invalid("chunkSize", &message));
    }
    let (source, total) = (source.clone(), lines.len());
    let id = |number: usize| format!("{}-chunk-{number}", source.id);
    if let Some(taken) = (0..chunks.len())
        .map(id)
        .find(|id| store.dataset(id).is_some())
    {
        return Err(errors::exists(&account::resource("datasets", &taken)));
    }
    let mut names = Vec::new();
    for (number, (count, content)) in chunks.into_iter().enumerate() {
        let mut values = source.values.clone();
        values.remove("userUploaded");
        let origin = json!({"sourceDatasetId": source.name()});
        values.insert("splitted".into(), origin);
        values.insert("exampleCount".into(), json!(count.to_string()));
        let chunk = Dataset {
            id: id(number),
            values,
            created: call.now,
            updated: call.now,
            ready: true,
            registered: Vec::new(),
        };
        names.push(chunk.name());
        datasets::add(store, chunk, "data.jsonl", content)?;
    }
    Ok(Answer::json(json!({
        "chunksCreated": names.len(),
        "chunkDatasetNames": names,
        "totalExamples": total.to_string(),
    })))
}
