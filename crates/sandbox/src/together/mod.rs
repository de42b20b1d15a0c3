//! Together's fine-tuning and files API, under `/together/v1`.

mod deviate;
mod events;
mod job;
mod jobs;
mod models;
mod render;

use crate::http::Operation;
use crate::state::Random;
use crate::state::files::Files;
use http::Method;

pub(crate) use job::{Job, Method as TrainingMethod, STOPPING, Scheduler, TrainingType, spans};
pub(crate) use models::{parameters, price};

/// The person that every job of the sandbox belongs to.
pub(crate) const USER: &str = "user-sandbox";
/// That person's address.
pub(crate) const OWNER: &str = "somebody@sandbox.invalid";

/// What Together remembers.
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
            random: Random::new(seed, "together"),
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
        path: "/fine-tunes",
        run: jobs::list,
    },
    Operation {
        name: "retrieveJob",
        method: Method::GET,
        path: "/fine-tunes/{id}",
        run: jobs::retrieve,
    },
];
