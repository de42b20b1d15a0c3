//! The state of OpenAI's simulation.

use super::dialect::{Dialect, Id};
use super::job::Job;
use crate::clock::Time;
use crate::state::Random;
use crate::state::files::Files;

/// The state of OpenAI's simulation.
#[derive(Debug)]
pub(crate) struct Store {
    /// The sandbox's seed.
    pub(super) seed: u64,
    pub(crate) dialect: &'static Dialect,
    pub(crate) random: Random,
    pub(crate) files: Files,
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
    /// Oldest first.
    pub(super) permissions: Vec<Permission>,
}

impl Store {
    pub(crate) fn new(seed: u64, dialect: &'static Dialect) -> Store {
        Store {
            seed,
            dialect,
            random: Random::new(seed, dialect.purpose),
            files: Files::default(),
            jobs: Vec::new(),
            permissions: Vec::new(),
        }
    }

    /// A new id.
    pub(crate) fn draw(&mut self, id: Id) -> String {
        (self.dialect.id)(&mut self.random, id)
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
