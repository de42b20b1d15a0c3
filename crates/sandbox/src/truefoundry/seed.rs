//! The gateway's seeded jobs.

use super::account::ACCOUNTS;
use super::job::{Job, spans};
use super::store::Store;
use crate::seed::{InitialState, SeedFailure};
use crate::simulation::SeedFile;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// One seeded job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Index into [`ACCOUNTS`].
    account: usize,
    model: &'static str,
    suffix: Option<&'static str>,
    metadata: &'static [(&'static str, &'static str)],
    state: InitialState,
}

/// The defaults of a row.
const PLAIN: Row = Row {
    account: 0,
    model: "gpt-4o-mini-2024-07-18",
    suffix: None,
    metadata: &[],
    state: InitialState::Succeeded(84),
};

const PROVIDER_ERROR: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.3,
    code: "server_error",
    message: "The provider gave up on the job.",
    param: None,
    by_user: false,
};

/// Every seeded job.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { state: InitialState::In(Stage::Queued, 0.4), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.45), metadata: &[("team", "support")], ..PLAIN },
    Row { state: InitialState::Succeeded(33), suffix: Some("support"), metadata: &[("team", "support")], ..PLAIN },
    Row { state: InitialState::Failed(45, PROVIDER_ERROR), account: 1, ..PLAIN },
    Row { state: InitialState::Cancelled(58, Stage::Queued, 0.5), account: 1, ..PLAIN },
    Row { state: InitialState::Succeeded(90), account: 2, model: "gemini-2.0-flash-001", ..PLAIN },
];

impl Row {
    /// A finished job like one of the table's, for sandboxes with more jobs than rows.
    pub(super) fn filler(hours: i64) -> Row {
        Row {
            state: InitialState::Succeeded(hours),
            ..PLAIN
        }
    }

    /// The job of this row.
    pub(super) fn job(self, store: &mut Store, files: &[SeedFile]) -> Job {
        let file = &files[0];
        let steps = file.lines;
        let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        let hyperparameters = json!({
            "batch_size": "auto",
            "learning_rate_multiplier": "auto",
            "n_epochs": 3,
        });
        Job {
            id: store.random.id("ftjob-", 24),
            account: ACCOUNTS[self.account],
            model: self.model.into(),
            suffix: self.suffix.map(str::to_owned),
            training_file: file.id.clone(),
            validation_file: None,
            method: json!({"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}),
            hyperparameters,
            integrations: Value::Null,
            seed: Some(store.random.below(i32::MAX as u64) as i64),
            metadata: self.metadata.iter().map(owned).collect(),
            tokens: file.tokens * 3,
            run: self.state.run(spans(steps), steps, 0),
        }
    }
}
