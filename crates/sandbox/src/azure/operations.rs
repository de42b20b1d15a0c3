//! The table of Azure's operations.

use super::store::Store;
use super::{checkpoints, create, events, files, graders, jobs, models};
use crate::http::Operation;

/// Every operation. The deletion of a job, which only the dated versions have, is in no document here.
#[rustfmt::skip]
pub(super) static OPERATIONS: &[Operation<Store>] = &[
    Operation::post("createJob", "/fine_tuning/jobs", create::create),
    Operation::get("listJobs", "/fine_tuning/jobs", jobs::list),
    Operation::get("retrieveJob", "/fine_tuning/jobs/{fine_tuning_job_id}", jobs::retrieve),
    Operation::delete("deleteJob", "/fine_tuning/jobs/{fine_tuning_job_id}", jobs::delete).undocumented(),
    Operation::post("cancelJob", "/fine_tuning/jobs/{fine_tuning_job_id}/cancel", jobs::cancel),
    Operation::post("pauseJob", "/fine_tuning/jobs/{fine_tuning_job_id}/pause", jobs::pause),
    Operation::post("resumeJob", "/fine_tuning/jobs/{fine_tuning_job_id}/resume", jobs::resume),
    Operation::get("listJobEvents", "/fine_tuning/jobs/{fine_tuning_job_id}/events", events::list),
    Operation::get("listJobCheckpoints", "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints", checkpoints::list),
    Operation::post("copyCheckpoint", "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints/{fine_tuning_checkpoint_id}/copy", checkpoints::copy),
    Operation::get("listCheckpointCopies", "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints/{fine_tuning_checkpoint_id}/copy", checkpoints::copies),
    Operation::post("runGrader", "/fine_tuning/alpha/graders/run", graders::run),
    Operation::post("validateGrader", "/fine_tuning/alpha/graders/validate", graders::validate),
    Operation::get("listFiles", "/files", files::list),
    Operation::post("uploadFile", "/files", files::upload),
    Operation::post("importFile", "/files/import", files::import),
    Operation::get("retrieveFile", "/files/{file_id}", files::retrieve),
    Operation::delete("deleteFile", "/files/{file_id}", files::delete),
    Operation::get("downloadFile", "/files/{file_id}/content", files::download),
    Operation::get("listModels", "/models", models::list),
    Operation::get("retrieveModel", "/models/{model}", models::retrieve),
];
