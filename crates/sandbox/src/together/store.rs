//! The state of Together's simulation.

use super::job::Job;
use crate::state::Random;
use crate::state::files::{Files, StoredFile};

/// The state of Together's simulation.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) random: Random,
    pub(super) files: Files,
    /// Oldest first.
    pub(super) jobs: Vec<Job>,
    /// Uploads that were announced and have not arrived yet.
    pub(super) announced: Vec<StoredFile>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Store {
        Store {
            random: Random::new(seed, "together"),
            files: Files::default(),
            jobs: Vec::new(),
            announced: Vec::new(),
        }
    }
}
