//! OpenAI's fine-tuning and files API, under `/openai/v1`.

mod job;
mod jobs;
mod render;

use crate::http::Operation;
use crate::state::Random;
use crate::state::files::Files;
use http::Method;

pub(crate) use job::{Hyperparameters, Job, Kind, Setting, spans};

/// The account that every job of the sandbox belongs to.
pub(crate) const ORGANIZATION: &str = "org-sandbox";

/// What OpenAI remembers.
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
            random: Random::new(seed, "openai"),
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
