//! The state of OpenAI's simulation.

use super::job::Job;
use crate::clock::Time;
use crate::state::Random;
use crate::state::files::Files;

/// The state of OpenAI's simulation.
#[derive(Debug)]
pub(crate) struct Store {
    /// The sandbox's seed.
    pub(super) seed: u64,
    pub(super) random: Random,
    pub(super) files: Files,
    /// Oldest first.
    pub(super) jobs: Vec<Job>,
    /// Oldest first.
    pub(super) permissions: Vec<Permission>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Store {
        Store {
            seed,
            random: Random::new(seed, "openai"),
            files: Files::default(),
            jobs: Vec::new(),
            permissions: Vec::new(),
        }
    }
}

/// One project's permission to use a checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Permission {
    pub(super) id: String,
    pub(super) checkpoint: String,
    pub(super) project: String,
    pub(super) created: Time,
}
