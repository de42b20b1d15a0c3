//! The state of Fireworks' simulation.

use super::datasets::Dataset;
use super::job::Job;
use crate::clock::Time;
use crate::state::Random;
use crate::state::files::Files;

/// The state of Fireworks' simulation.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) random: Random,
    /// What signed URLs are signed with.
    pub(super) secret: u64,
    /// The files of the datasets, under `DATASET/NAME`.
    pub(super) files: Files,
    pub(super) datasets: Vec<Dataset>,
    /// Oldest first.
    pub(super) jobs: Vec<Job>,
}

impl Store {
    pub(super) fn new(seed: u64) -> Store {
        Store {
            random: Random::new(seed, "fireworks"),
            secret: Random::new(seed, "fireworks signatures").next(),
            files: Files::default(),
            datasets: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// The job with this id in its kind, unless it is gone.
    pub(super) fn job(&self, kind: usize, id: &str, now: Time) -> Option<&Job> {
        let mut jobs = self.jobs.iter();
        jobs.find(|job| job.kind == kind && job.id == id && !job.is_gone(now))
    }

    /// The dataset with this id.
    pub(super) fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.id == id)
    }
}
