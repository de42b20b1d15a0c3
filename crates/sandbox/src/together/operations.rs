//! The table of Together's operations.

use super::store::Store;
use super::{create, files, jobs, metrics, models, tokens};
use crate::http::Operation;

/// Every operation.
#[rustfmt::skip]
pub(super) static OPERATIONS: &[Operation<Store>] = &[
    Operation::post("createJob", "/fine-tunes", create::create),
    Operation::get("listJobs", "/fine-tunes", jobs::list),
    Operation::get("listSupportedModels", "/fine-tunes/models/supported", models::supported),
    Operation::get("retrieveModelLimits", "/fine-tunes/models/limits", models::retrieve_limits),
    Operation::post("estimatePrice", "/fine-tunes/estimate-price", create::estimate),
    Operation::post("previewJob", "/fine-tunes/preview", tokens::preview),
    Operation::get("retrieveJob", "/fine-tunes/{id}", jobs::retrieve),
    Operation::delete("deleteJob", "/fine-tunes/{id}", jobs::delete),
    Operation::post("cancelJob", "/fine-tunes/{id}/cancel", create::cancel),
    Operation::get("listJobEvents", "/fine-tunes/{id}/events", jobs::list_events),
    Operation::get("listJobCheckpoints", "/fine-tunes/{id}/checkpoints", jobs::list_checkpoints),
    Operation::get("listJobMetrics", "/fine-tunes/{id}/metrics", metrics::list),
    Operation::get("retrieveTokenizedDataset", "/fine-tunes/{id}/download-tokenized-dataset", tokens::tokenized_dataset),
    Operation::get("downloadModel", "/finetune/download", jobs::download),
    Operation::get("listFiles", "/files", files::list),
    Operation::post("uploadFile", "/files/upload", files::upload),
    Operation::get("retrieveFile", "/files/{id}", files::retrieve),
    Operation::delete("deleteFile", "/files/{id}", files::delete),
    Operation::get("downloadFile", "/files/{id}/content", files::download),
    Operation::post("announceFile", "/files", files::announce).undocumented(),
    Operation::put("receiveFile", "/files/{id}/content", files::receive).undocumented().open(),
    Operation::post("preprocessFile", "/files/{id}/preprocess", files::preprocess).undocumented(),
    Operation::get("downloadTokenizedDataset", "/fine-tunes/{id}/tokenized-dataset", tokens::signed_dataset).undocumented().open(),
];
