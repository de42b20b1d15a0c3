//! Together's fine-tuning and files API, under `/together/v1`, `/together` and `/together/v1/v1`.

mod create;
mod deviate;
mod events;
mod extras;
mod files;
mod job;
mod jobs;
mod metrics;
mod models;
mod render;

use crate::http::Operation;
use crate::state::Random;
use crate::state::files::{Files, StoredFile};

pub(crate) use job::{Job, Method as TrainingMethod, STOPPING, Scheduler, TrainingType, spans};
pub(crate) use models::{parameters, price};

/// The person that every job of the sandbox belongs to.
pub(crate) const USER: &str = "user-sandbox";
/// That person's address.
pub(crate) const OWNER: &str = "somebody@sandbox.invalid";

/// The account's credit in dollars: a dearer job is not allowed to proceed.
pub(crate) const CREDIT: f64 = 1000.0;

/// What Together remembers.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) random: Random,
    pub(crate) files: Files,
    /// Uploads that have not arrived yet.
    announced: Vec<StoredFile>,
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
}

impl Store {
    pub(crate) fn new(seed: u64) -> Store {
        Store {
            random: Random::new(seed, "together"),
            files: Files::default(),
            announced: Vec::new(),
            jobs: Vec::new(),
        }
    }
}

/// Every operation.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::post("createJob", "/fine-tunes", create::create),
    Operation::get("listJobs", "/fine-tunes", jobs::list),
    Operation::get("listSupportedModels", "/fine-tunes/models/supported", models::supported),
    Operation::get("retrieveModelLimits", "/fine-tunes/models/limits", models::retrieve_limits),
    Operation::post("estimatePrice", "/fine-tunes/estimate-price", create::estimate),
    Operation::get("retrieveJob", "/fine-tunes/{id}", jobs::retrieve),
    Operation::delete("deleteJob", "/fine-tunes/{id}", jobs::delete),
    Operation::post("cancelJob", "/fine-tunes/{id}/cancel", create::cancel),
    Operation::get("listJobEvents", "/fine-tunes/{id}/events", jobs::list_events),
    Operation::get("listJobCheckpoints", "/fine-tunes/{id}/checkpoints", jobs::list_checkpoints),
    Operation::get("listJobMetrics", "/fine-tunes/{id}/metrics", metrics::list),
    Operation::get("downloadModel", "/finetune/download", jobs::download),
    Operation::get("listFiles", "/files", files::list),
    Operation::post("uploadFile", "/files/upload", files::upload),
    Operation::get("retrieveFile", "/files/{id}", files::retrieve),
    Operation::delete("deleteFile", "/files/{id}", files::delete),
    Operation::get("downloadFile", "/files/{id}/content", files::download),
    Operation::post("announceFile", "/files", files::announce).undocumented(),
    Operation::put("receiveFile", "/files/{id}/content", files::receive).undocumented().open(),
    Operation::post("preprocessFile", "/files/{id}/preprocess", files::preprocess).undocumented(),
    Operation::post("previewJob", "/fine-tunes/preview", extras::preview).undocumented(),
    Operation::get("retrieveTokenizedDataset", "/fine-tunes/{id}/download-tokenized-dataset", extras::tokenized_dataset).undocumented(),
    Operation::get("downloadTokenizedDataset", "/fine-tunes/{id}/tokenized-dataset", extras::signed_dataset).undocumented().open(),
];
