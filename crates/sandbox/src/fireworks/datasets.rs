//! Datasets: their records. Their files are in [`super::uploads`].

use super::fields;
use super::store::Store;
use super::{account, create, errors, list, tables, times};
use crate::clock::{DAY, MINUTE, START, Time};
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::simulation::SeedContent;
use crate::state::dataset as examples;
use crate::state::files::StoredFile;
use crate::state::limits;
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// A file of a dataset, of the size that its upload was announced with.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(super) name: String,
    pub(super) size: u64,
}

/// One dataset.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(super) id: String,
    /// What the caller set, in canonical form.
    pub(super) values: Map<String, Value>,
    pub(super) created: Time,
    pub(super) updated: Time,
    pub(super) ready: bool,
    pub(super) registered: Vec<Registered>,
}

impl Dataset {
    /// `accounts/sandbox/datasets/x`
    pub(super) fn name(&self) -> String {
        account::resource("datasets", &self.id)
    }

    /// Whether jobs can train on it.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    /// Whether its content is somewhere else.
    pub(super) fn is_external(&self) -> bool {
        self.text("externalUrl").is_some()
    }

    fn text(&self, field: &str) -> Option<&str> {
        let text = self.values.get(field).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// Where a file of it is in the store of files.
    pub(super) fn key(&self, file: &str) -> String {
        format!("{}/{file}", self.id)
    }

    fn examples(&self) -> u64 {
        let count = self.text("exampleCount").and_then(|it| it.parse().ok());
        count.unwrap_or(0)
    }
}

/// What is in a dataset's files; what the caller says of it where its content is somewhere else.
pub(super) fn examine(store: &Store, dataset: &Dataset) -> examples::Dataset {
    if dataset.is_external() {
        return examples::Dataset {
            examples: dataset.examples(),
            tokens: dataset.examples().saturating_mul(200),
            has_tools: false,
            has_images: false,
            form: None,
            problem: None,
        };
    }
    examples::examine(&content(store, dataset))
}

/// The line of the first example without a message of the assistant, if there is one.
pub(super) fn without_assistant(store: &Store, dataset: &Dataset) -> Option<u64> {
    examples::without_assistant(&content(store, dataset))
}

/// The content of all files, one after the other.
pub(super) fn content(store: &Store, dataset: &Dataset) -> Bytes {
    let files = dataset.registered.iter();
    let mut parts: Vec<&Bytes> = files
        .filter_map(|file| store.files.get(&dataset.key(&file.name)))
        .map(|file| &file.content)
        .collect();
    match parts.len() {
        1 => parts.remove(0).clone(),
        _ => {
            let mut all = Vec::new();
            for part in parts {
                all.extend_from_slice(part);
                // A file need not end with the end of its last line.
                all.push(b'\n');
            }
            all.into()
        }
    }
}

/// `GET …/datasets`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let listing = list::Listing {
        collection: "datasets",
        fields: tables::DATASET,
        items: store.datasets.iter().collect(),
        key: |dataset, field| match field {
            "name" => Some(dataset.name()),
            "createTime" => Some(times::micros(dataset.created, &dataset.id)),
            "updateTime" => Some(times::micros(dataset.updated, &dataset.id)),
            "state" => Some(state(dataset).to_owned()),
            field => {
                let value = dataset.values.get(field)?;
                list::text_key(&json!({ field: value }), field)
            }
        },
        render: &|dataset: &&Dataset| render(dataset),
    };
    listing.answer(call)
}

/// `POST …/datasets`
pub(crate) fn create(store: &mut Store, call: &Call) -> Reply {
    account::check(call)?;
    let body = fields::read(tables::CREATE_DATASET, &call.object()?, "")?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or("");
    let id = Some(text("datasetId")).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| create::missing("datasetId"))?;
    create::check_id("datasetId", id)?;
    if id.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(create::invalid("datasetId", "must not begin with a digit"));
    }
    let values = body.get("dataset").and_then(Value::as_object);
    let values = values.ok_or_else(|| create::missing("dataset"))?.clone();
    let name = account::resource("datasets", id);
    if store.dataset(id).is_some() {
        return Err(errors::exists(&name));
    }
    let mut dataset = Dataset {
        id: id.to_owned(),
        values,
        created: call.now,
        updated: call.now,
        ready: false,
        registered: Vec::new(),
    };
    match text("sourceDatasetId") {
        "" => {
            if dataset.text("exampleCount").is_none() {
                return Err(create::missing("dataset.exampleCount"));
            }
            dataset.ready = dataset.is_external();
        }
        source => {
            if !text("filter").is_empty() {
                let message = "evaluated by Fireworks, and not by the sandbox: leave it out";
                return Err(create::invalid("filter", &format!("is {message}")));
            }
            let source = account::id_of(source, "datasets").and_then(|id| store.dataset(id));
            let source = source.filter(|source| source.is_ready());
            let source = source.ok_or_else(|| {
                create::invalid("sourceDatasetId", "names no dataset that is ready")
            })?;
            let transformed = json!({"sourceDatasetId": source.name()});
            let (content, count) = (content(store, source), examine(store, source).examples);
            dataset.values.insert("transformed".into(), transformed);
            let count = json!(count.to_string());
            dataset.values.insert("exampleCount".into(), count);
            return derived(store, dataset, content);
        }
    }
    check_limit(store)?;
    let body = render_at(&dataset, times::nanos);
    store.datasets.push(dataset);
    Ok(Answer::json(body))
}

/// Stores a dataset that was made of another one, and answers with it.
fn derived(store: &mut Store, dataset: Dataset, content: Bytes) -> Reply {
    let id = dataset.id.clone();
    add(store, dataset, "data.jsonl", content)?;
    let dataset = store.dataset(&id).ok_or_else(errors::not_found)?;
    Ok(Answer::json(render_at(dataset, times::nanos)))
}

/// Stores a dataset with its one file.
pub(super) fn add(
    store: &mut Store,
    mut dataset: Dataset,
    file: &str,
    content: Bytes,
) -> Result<(), ErrorResponse> {
    check_limit(store)?;
    dataset.ready = true;
    dataset.registered = vec![Registered {
        name: file.to_owned(),
        size: content.len() as u64,
    }];
    store.files.add(stored(&dataset, file, content))?;
    store.datasets.push(dataset);
    Ok(())
}

/// A file of a dataset for the store of files.
pub(super) fn stored(dataset: &Dataset, file: &str, content: Bytes) -> StoredFile {
    StoredFile {
        id: dataset.key(file),
        name: file.to_owned(),
        purpose: "fine-tune".into(),
        kind: "jsonl",
        created: dataset.updated,
        expires: None,
        content,
    }
}

fn check_limit(store: &Store) -> Result<(), ErrorResponse> {
    match store.datasets.len() < limits::FILES {
        true => Ok(()),
        false => {
            let message = format!("The sandbox keeps at most {} datasets.", limits::FILES);
            Err(ErrorResponse::new(429, message).code("quota_exceeded"))
        }
    }
}

/// Stores a dataset that seeded jobs were trained on. Returns its id.
pub(super) fn seed(store: &mut Store, file: &SeedContent) -> String {
    let id = file.name.trim_end_matches(".jsonl").to_owned();
    let created = START.plus(-400 * DAY + store.datasets.len() as i64 * MINUTE);
    let values = json!({
        "displayName": id,
        "userUploaded": {},
        "exampleCount": file.dataset.examples.to_string(),
        "format": "CHAT",
    });
    let dataset = Dataset {
        id: id.clone(),
        values: values.as_object().cloned().unwrap_or_default(),
        created,
        updated: created,
        ready: true,
        registered: vec![Registered {
            name: file.name.to_owned(),
            size: file.bytes.len() as u64,
        }],
    };
    let key = dataset.key(file.name);
    store.files.seed(key, file.name, file.bytes.clone());
    store.datasets.push(dataset);
    id
}

/// `GET …/datasets/{id}`
pub(crate) fn retrieve(store: &mut Store, call: &Call) -> Reply {
    let dataset = find(store, call)?;
    let body = list::masked(call, tables::DATASET, render(dataset))?;
    Ok(Answer::json(body))
}

/// `PATCH …/datasets/{id}`
pub(crate) fn update(store: &mut Store, call: &Call) -> Reply {
    let values = fields::read(tables::DATASET, &call.object()?, "")?;
    let id = find(store, call)?.id.clone();
    let found = store.datasets.iter_mut().find(|it| it.id == id);
    let dataset = found.ok_or_else(errors::not_found)?;
    dataset.values.extend(values);
    dataset.updated = call.now;
    retrieve(store, call)
}

/// `DELETE …/datasets/{id}`
pub(crate) fn delete(store: &mut Store, call: &Call) -> Reply {
    let dataset = find(store, call)?.clone();
    for file in &dataset.registered {
        store.files.remove(&dataset.key(&file.name));
    }
    store.datasets.retain(|it| it.id != dataset.id);
    Ok(Answer::json(json!({})))
}

/// The dataset that the path names.
pub(super) fn find<'a>(store: &'a Store, call: &Call) -> Result<&'a Dataset, ErrorResponse> {
    account::check(call)?;
    let dataset = store.dataset(call.path("id"));
    dataset.ok_or_else(errors::not_found)
}

fn state(dataset: &Dataset) -> &'static str {
    match dataset.ready {
        true => "READY",
        false => "UPLOADING",
    }
}

fn render(dataset: &Dataset) -> Value {
    render_at(dataset, times::micros)
}

fn render_at(dataset: &Dataset, time: fn(Time, &str) -> String) -> Value {
    let mut values = Value::Object(dataset.values.clone());
    values["name"] = json!(dataset.name());
    values["createTime"] = json!(time(dataset.created, &dataset.id));
    values["updateTime"] = json!(time(dataset.updated, &dataset.id));
    values["state"] = json!(state(dataset));
    values["status"] = json!({"code": "OK", "message": ""});
    values["createdBy"] = json!(account::OWNER);
    if dataset.ready && !dataset.is_external() {
        let sizes = dataset.registered.iter().map(|file| file.size);
        // Four bytes for a token, as everywhere in the sandbox.
        let tokens = sizes.sum::<u64>().div_ceil(4);
        values["estimatedTokenCount"] = json!(tokens.to_string());
        values["averageTurnCount"] = json!(1);
    }
    fields::written(tables::DATASET, &values)
}
