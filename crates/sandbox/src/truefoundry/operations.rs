//! The table of the gateway's operations.

use super::store::Store;
use super::{create, files, jobs};
use crate::http::Operation;

/// Every operation.
#[rustfmt::skip]
pub(super) static OPERATIONS: &[Operation<Store>] = &[
    Operation::post("createJob", "/fine_tuning/jobs", create::create),
    Operation::get("listJobs", "/fine_tuning/jobs", jobs::list),
    Operation::get("retrieveJob", "/fine_tuning/jobs/{fine_tuning_job_id}", jobs::retrieve),
    Operation::post("uploadFile", "/files", files::upload),
    Operation::get("listFiles", "/files", files::list),
    Operation::get("retrieveFile", "/files/{file_id}", files::retrieve),
    Operation::delete("deleteFile", "/files/{file_id}", files::delete),
    Operation::get("downloadFile", "/files/{file_id}/content", files::download),
];
