//! The state of the gateway's simulation.

use super::job::Job;
use crate::state::Random;
use crate::state::files::Files;

/// The state of the gateway's simulation.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) random: Random,
    pub(super) files: Files,
    /// Oldest first.
    pub(super) jobs: Vec<Job>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Store {
        Store {
            random: Random::new(seed, "truefoundry"),
            files: Files::default(),
            jobs: Vec::new(),
        }
    }
}
