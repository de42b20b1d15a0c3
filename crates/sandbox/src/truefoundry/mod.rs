//! TrueFoundry's gateway, under `/truefoundry` and `/truefoundry/api/llm`.

mod create;
mod files;
mod headers;
mod job;
mod jobs;
mod render;

use crate::http::Operation;
use crate::state::Random;
use crate::state::files::Files;

pub(crate) use job::{Job, spans};

/// The provider accounts that the sandbox's gateway has, the first being the one that is used unless another is named.
pub(crate) const ACCOUNTS: &[&str] = &["openai-main", "openai-dev", "vertex-main"];

/// What the gateway remembers.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) random: Random,
    pub(crate) files: Files,
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
}

impl Store {
    pub(crate) fn new(seed: u64) -> Store {
        Store {
            random: Random::new(seed, "truefoundry"),
            files: Files::default(),
            jobs: Vec::new(),
        }
    }
}

/// Every operation.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::post("createJob", "/fine_tuning/jobs", create::create),
    Operation::get("listJobs", "/fine_tuning/jobs", jobs::list),
    Operation::get("retrieveJob", "/fine_tuning/jobs/{fine_tuning_job_id}", jobs::retrieve),
    Operation::post("uploadFile", "/files", files::upload),
    Operation::get("listFiles", "/files", files::list),
    Operation::get("retrieveFile", "/files/{file_id}", files::retrieve),
    Operation::delete("deleteFile", "/files/{file_id}", files::delete),
    Operation::get("downloadFile", "/files/{file_id}/content", files::download),
];
