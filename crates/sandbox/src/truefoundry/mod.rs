//! TrueFoundry's gateway, under `/truefoundry` and `/truefoundry/api/llm`.

mod job;
mod jobs;
mod render;

use crate::http::Operation;
use crate::state::Random;
use crate::state::files::Files;
use http::Method;

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
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "listJobs",
        method: Method::GET,
        path: "/fine_tuning/jobs",
        run: jobs::list,
    },
    Operation {
        name: "retrieveJob",
        method: Method::GET,
        path: "/fine_tuning/jobs/{fine_tuning_job_id}",
        run: jobs::retrieve,
    },
];
