//! OpenAI's seeded jobs.

use super::dialect::Id;
use super::job::{Hyperparameters, Job, Kind, Setting, spans};
use super::store::Store;
use crate::deviation::Deviation;
use crate::seed::{InitialState, SeedFailure};
use crate::simulation::SeedFile;
use crate::state::run::Stage;
use serde_json::json;

const MINI: &str = "gpt-4o-mini-2024-07-18";
const LARGE: &str = "gpt-4o-2024-08-06";
const NANO: &str = "gpt-4.1-nano-2025-04-14";
const REASONING: &str = "o4-mini-2025-04-16";

/// One seeded job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    model: &'static str,
    kind: &'static str,
    suffix: Option<&'static str>,
    metadata: &'static [(&'static str, &'static str)],
    wandb: Option<&'static str>,
    /// Epochs and batch size; `None` leaves both to the vendor.
    fixed: Option<(u64, u64)>,
    state: InitialState,
    pub(super) deviation: Option<Deviation>,
}

/// The defaults of a row.
const PLAIN: Row = Row {
    model: MINI,
    kind: "supervised",
    suffix: None,
    metadata: &[],
    wandb: None,
    fixed: Some((3, 4)),
    state: InitialState::Succeeded(72),
    deviation: None,
};

const BAD_FILE: SeedFailure = SeedFailure {
    stage: Stage::Preparing,
    fraction: 0.9,
    code: "invalid_training_file",
    message: "The training file did not pass validation: line 7 has no assistant message.",
    param: Some("training_file"),
    by_user: true,
};

const UNSAFE: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.8,
    code: "server_error",
    message: "Training stopped after an internal error. You were not charged; please start the job again.",
    param: None,
    by_user: false,
};

/// Every seeded job.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { state: InitialState::In(Stage::Preparing, 0.4), suffix: Some("intake"), fixed: None, ..PLAIN },
    Row { state: InitialState::In(Stage::Queued, 0.5), model: NANO, fixed: None, metadata: &[("team", "search")], ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.6), suffix: Some("support"), metadata: &[("team", "support"), ("run", "14")], wandb: Some("support-bot"), ..PLAIN },
    Row { state: InitialState::Succeeded(30), suffix: Some("support"), metadata: &[("team", "support"), ("run", "13")], wandb: Some("support-bot"), ..PLAIN },
    Row { state: InitialState::Failed(26, BAD_FILE), metadata: &[("team", "search")], ..PLAIN },
    Row { state: InitialState::Cancelled(50, Stage::Training, 0.4), suffix: Some("trial"), ..PLAIN },
    Row { state: InitialState::Paused(3, 0.5), suffix: Some("night-run"), deviation: Some(Deviation::Paused), ..PLAIN },
    Row { state: InitialState::Succeeded(96), deviation: Some(Deviation::EmptyError), ..PLAIN },
    Row { state: InitialState::Succeeded(75), kind: "dpo", model: LARGE, suffix: Some("tone"), fixed: Some((2, 8)), ..PLAIN },
    Row { state: InitialState::Failed(120, UNSAFE), model: LARGE, metadata: &[("team", "legal")], ..PLAIN },
    Row { state: InitialState::Succeeded(61), suffix: Some("catalogue"), deviation: Some(Deviation::UserProvidedSuffix), ..PLAIN },
    Row { state: InitialState::Succeeded(150), kind: "reinforcement", model: REASONING, suffix: Some("grader"), ..PLAIN },
    Row { state: InitialState::Succeeded(180), deviation: Some(Deviation::NullError), ..PLAIN },
    Row { state: InitialState::Paused(5, 0.2), deviation: Some(Deviation::MissingRequired), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.1), deviation: Some(Deviation::UnknownStatus), ..PLAIN },
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
        let file = &files[if self.kind == "dpo" { 1 } else { 0 }];
        let hyperparameters = match self.fixed {
            None => Hyperparameters::AUTO,
            Some((epochs, batch)) => Hyperparameters {
                n_epochs: Setting::Integer(epochs),
                batch_size: Setting::Integer(batch),
                learning_rate_multiplier: Setting::Number(1.8),
            },
        };
        let kind = match self.kind {
            "dpo" => Kind::Dpo {
                beta: Setting::Number(0.1),
            },
            "reinforcement" => Kind::Reinforcement {
                grader: json!({
                    "type": "string_check",
                    "name": "exact",
                    "input": "{{sample.output_text}}",
                    "reference": "{{item.answer}}",
                    "operation": "eq",
                }),
                extra: json!({"eval_interval": 10, "reasoning_effort": "medium"}),
            },
            _ => Kind::Supervised,
        };
        let steps = (file.lines * hyperparameters.epochs()).div_ceil(hyperparameters.batch());
        let wandb = self.wandb.map(|project| {
            json!({
                "type": "wandb",
                "wandb": {"project": project, "name": null, "entity": null, "tags": ["sandbox"]},
            })
        });
        let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        Job {
            id: store.draw(Id::Job),
            model: self.model.into(),
            suffix: self.suffix.map(str::to_owned),
            training_file: file.id.clone(),
            validation_file: self.wandb.map(|_| files[2].id.clone()),
            result_file: store.draw(Id::File),
            result_deleted: false,
            seed: store.random.below(i32::MAX as u64) as i64,
            kind,
            hyperparameters,
            metadata: self.metadata.iter().map(owned).collect(),
            integrations: wandb.into_iter().collect(),
            tokens: file.tokens,
            run: self.state.run(spans(steps), steps, 0),
            dialect: store.dialect,
            deviation: self.deviation,
        }
    }
}
