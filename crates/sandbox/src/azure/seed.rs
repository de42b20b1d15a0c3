//! Azure's seeded jobs.

use super::store::Store;
use crate::clock::{SECOND, START};
use crate::deviation::Deviation;
use crate::openai::dialect::Id;
use crate::openai::job::{Hyperparameters, Job, Kind, Setting, spans};
use crate::seed::{InitialState, SeedFailure};
use crate::simulation::SeedFile;
use crate::state::run::Stage;

const MINI: &str = "gpt-4o-mini-2024-07-18";
const LARGE: &str = "gpt-4.1-2025-04-14";

/// A change of a seeded job some seconds ago.
#[derive(Clone, Copy, Debug, PartialEq)]
enum RecentChange {
    Nothing,
    Paused,
    Resumed,
}

/// One seeded job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    model: &'static str,
    dpo: bool,
    suffix: Option<&'static str>,
    training_type: Option<&'static str>,
    state: InitialState,
    just: RecentChange,
    pub(super) deviation: Option<Deviation>,
}

/// The defaults of a row.
const PLAIN: Row = Row {
    model: MINI,
    dpo: false,
    suffix: None,
    training_type: None,
    state: InitialState::Succeeded(70),
    just: RecentChange::Nothing,
    deviation: None,
};

const NO_CAPACITY: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.7,
    code: "internalFailure",
    message: "Training stopped after an internal error.",
    param: None,
    by_user: false,
};

/// Every seeded job.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { state: InitialState::In(Stage::Queued, 0.5), suffix: Some("intake"), training_type: Some("GlobalStandard"), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.6), suffix: Some("support"), model: LARGE, ..PLAIN },
    Row { state: InitialState::Succeeded(32), suffix: Some("support"), model: LARGE, training_type: Some("Standard"), ..PLAIN },
    Row { state: InitialState::Failed(44, NO_CAPACITY), training_type: Some("developerTier"), ..PLAIN },
    Row { state: InitialState::Cancelled(57, Stage::Training, 0.4), ..PLAIN },
    Row { state: InitialState::Paused(6, 0.5), suffix: Some("night-run"), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.4), just: RecentChange::Paused, ..PLAIN },
    Row { state: InitialState::Paused(7, 0.3), just: RecentChange::Resumed, ..PLAIN },
    Row { state: InitialState::Succeeded(88), dpo: true, suffix: Some("tone"), ..PLAIN },
    Row { state: InitialState::Cancelled(59, Stage::Training, 0.2), deviation: Some(Deviation::OneL), ..PLAIN },
    Row { state: InitialState::In(Stage::Queued, 0.2), deviation: Some(Deviation::NotRunning), ..PLAIN },
    Row { state: InitialState::Succeeded(60), deviation: Some(Deviation::BritishSpelling), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.2), deviation: Some(Deviation::NullsLeftOut), ..PLAIN },
];

impl Row {
    /// A finished job like one of the table's, for sandboxes with more jobs than rows.
    pub(super) fn filler(hours: i64) -> Row {
        Row {
            state: InitialState::Succeeded(hours),
            ..PLAIN
        }
    }

    /// Adds the job of this row.
    pub(super) fn add(self, store: &mut Store, files: &[SeedFile]) {
        let file = &files[if self.dpo { 1 } else { 0 }];
        let hyperparameters = Hyperparameters {
            n_epochs: Setting::Integer(3),
            batch_size: Setting::Auto,
            learning_rate_multiplier: Setting::Number(1.0),
        };
        let steps = (file.lines * hyperparameters.epochs()).div_ceil(hyperparameters.batch());
        let mut run = self.state.run(spans(steps), steps, 0);
        match self.just {
            RecentChange::Nothing => {}
            RecentChange::Paused => run.pause(START.plus(-5 * SECOND)),
            RecentChange::Resumed => run.resume(START.plus(-10 * SECOND)),
        }
        let shared = &mut store.shared;
        let job = Job {
            id: shared.draw(Id::Job),
            model: self.model.into(),
            suffix: self.suffix.map(str::to_owned),
            training_file: file.id.clone(),
            validation_file: None,
            result_file: shared.draw(Id::File),
            result_deleted: false,
            seed: shared.random.below(i32::MAX as u64) as i64,
            kind: match self.dpo {
                true => Kind::Dpo {
                    beta: Setting::Number(0.1),
                },
                false => Kind::Supervised,
            },
            hyperparameters,
            metadata: Vec::new(),
            integrations: Vec::new(),
            tokens: file.tokens,
            run,
            dialect: shared.dialect,
            deviation: self.deviation,
        };
        if let Some(training_type) = self.training_type {
            let id = job.id.clone();
            store.training_types.insert(id, training_type.to_owned());
        }
        store.shared.jobs.push(job);
    }
}
