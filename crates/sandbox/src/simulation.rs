//! The trait by which the shared parts reach the simulation of each vendor.

use crate::deviation::Deviation;
use crate::http::{Call, Reply};
use crate::state::dataset::Dataset;
use bytes::Bytes;
use std::fmt::Debug;

/// The state of one vendor, and the operations on it.
pub(crate) trait Simulation: Debug + Send {
    /// Answers a call of the operation with this index in the vendor's table.
    fn answer(&mut self, operation: usize, call: &Call) -> Reply;

    /// The rows of the table of seeded jobs: for each one the switch that it belongs to, if there is one.
    fn seed_rows(&self) -> Vec<Option<Deviation>>;

    /// Stores a file that seeded jobs were trained on. Returns its id.
    fn seed_file(&mut self, file: &SeedContent) -> String;

    /// Adds a job of the table, or one beyond it.
    fn seed_job(&mut self, seed: Seed, files: &[SeedFile]);

    /// Sorts the seeded jobs by age and lists them, oldest first.
    fn seeded_jobs(&mut self) -> Vec<SeedJob>;
}

/// Which job to add to the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seed {
    /// The one in this row of the vendor's table.
    Row(usize),
    /// A finished one like the table's, created so many hours ago: for sandboxes with more jobs than rows.
    Filler(i64),
}

/// The content of a file that seeded jobs were trained on, the same at all vendors.
#[derive(Debug)]
pub(crate) struct SeedContent {
    pub(crate) name: &'static str,
    pub(crate) bytes: Bytes,
    pub(crate) dataset: Dataset,
}

/// A file that seeded jobs were trained on.
#[derive(Clone, Debug)]
pub(crate) struct SeedFile {
    pub(crate) id: String,
    pub(crate) lines: u64,
    pub(crate) size: u64,
    pub(crate) tokens: u64,
}

/// A job of the seed.
#[derive(Clone, Debug)]
pub(crate) struct SeedJob {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) deviation: Option<Deviation>,
}
