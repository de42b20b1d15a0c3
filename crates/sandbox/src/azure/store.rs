//! The state of Azure's simulation: OpenAI's, and what Azure has besides.

use crate::clock::Time;
use crate::openai::dialect::{Dialect, Id};
use crate::openai::job::Job;
use crate::openai::store::Store as Shared;
use crate::state::Random;
use std::collections::BTreeMap;

/// The state of Azure's simulation.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) shared: Shared,
    /// The kind of training of each job that named one.
    pub(super) training_types: BTreeMap<String, String>,
    /// When each file's import is over.
    pub(super) imported: BTreeMap<String, Time>,
    pub(super) copies: Vec<Copy>,
    /// Requests so far, for their ids.
    pub(super) requests: u64,
}

/// A copy of a checkpoint in another account.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(super) job: String,
    pub(super) checkpoint: String,
    pub(super) destination: String,
    pub(super) region: String,
    pub(super) began: Time,
}

/// Azure's ids and names of models.
static DIALECT: Dialect = Dialect {
    purpose: "azure",
    id: |random, id| {
        let prefix = match id {
            Id::Job => "ftjob-",
            Id::File => "file-",
            Id::Event => "ftevent-",
            Id::Checkpoint => "ftchkpt-",
        };
        hexadecimal(random, prefix)
    },
    output_model: |job: &Job| {
        let id = job.id.trim_start_matches("ftjob-");
        match &job.suffix {
            Some(suffix) => format!("{}.ft-{id}-{suffix}", job.model),
            None => format!("{}.ft-{id}", job.model),
        }
    },
    base_model: |model| model.split(".ft-").next().unwrap_or(model),
};

/// `prefix` and 32 hexadecimal digits.
fn hexadecimal(random: &mut Random, prefix: &str) -> String {
    format!("{prefix}{:016x}{:016x}", random.next(), random.next())
}

impl Store {
    pub(super) fn new(seed: u64) -> Store {
        Store {
            shared: Shared::new(seed, &DIALECT),
            training_types: BTreeMap::new(),
            imported: BTreeMap::new(),
            copies: Vec::new(),
            requests: 0,
        }
    }
}
