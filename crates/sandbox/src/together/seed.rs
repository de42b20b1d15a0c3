//! Together's seeded jobs.

use super::early_stop::Best;
use super::job::{Job, Method, STOPPING, Scheduler, TrainingType, spans};
use super::models::{parameters, price};
use super::store::Store;
use crate::deviation::Deviation;
use crate::seed::{InitialState, SeedFailure};
use crate::simulation::SeedFile;
use crate::state::run::{Run, Stage};
use serde_json::{Value, json};

const LLAMA_8B: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";
const LLAMA_70B: &str = "meta-llama/Meta-Llama-3.3-70B-Instruct-Reference";
const QWEN: &str = "Qwen/Qwen2.5-14B-Instruct";

/// One seeded job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    model: &'static str,
    dpo: bool,
    full: bool,
    suffix: Option<&'static str>,
    wandb: Option<&'static str>,
    validation: bool,
    epochs: u64,
    /// Tokens of the data set; large ones make nanodollar prices that need 64 bits.
    tokens: u64,
    cosine: bool,
    /// Ids come in two forms: `ft-` and a UUID, or its first two groups.
    short_id: bool,
    state: InitialState,
    pub(super) deviation: Option<Deviation>,
}

/// The defaults of a row.
const PLAIN: Row = Row {
    model: LLAMA_8B,
    dpo: false,
    full: false,
    suffix: None,
    wandb: None,
    validation: false,
    epochs: 3,
    tokens: 1_204_331,
    cosine: false,
    short_id: false,
    state: InitialState::Succeeded(80),
    deviation: None,
};

const LOST_NODE: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.55,
    code: "job_error",
    message: "Training stopped: a worker was lost",
    param: None,
    by_user: false,
};

const BAD_DATA: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.04,
    code: "job_user_error",
    message: "Training data is not usable: line 12 has no assistant turn",
    param: None,
    by_user: true,
};

/// Every seeded job.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { state: InitialState::In(Stage::Preparing, 0.5), suffix: Some("intake"), ..PLAIN },
    Row { state: InitialState::In(Stage::Queued, 0.5), model: QWEN, short_id: true, ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.5), suffix: Some("support"), wandb: Some("support-bot"), validation: true, ..PLAIN },
    Row { state: InitialState::In(Stage::Uploading, 0.5), model: LLAMA_70B, tokens: 41_772_910, ..PLAIN },
    Row { state: InitialState::In(Stage::Compressing, 0.5), suffix: Some("tone"), dpo: true, ..PLAIN },
    Row { state: InitialState::Cancelling, suffix: Some("wrong-file"), ..PLAIN },
    Row { state: InitialState::Cancelled(49, Stage::Training, 0.35), short_id: true, ..PLAIN },
    Row { state: InitialState::Failed(27, BAD_DATA), deviation: Some(Deviation::UserError), ..PLAIN },
    Row { state: InitialState::Succeeded(40), deviation: Some(Deviation::MissingId), ..PLAIN },
    Row { state: InitialState::Failed(53, LOST_NODE), model: LLAMA_70B, tokens: 41_772_910, ..PLAIN },
    Row { state: InitialState::Succeeded(29), suffix: Some("support"), wandb: Some("support-bot"), validation: true, tokens: 12_400_118, ..PLAIN },
    Row { state: InitialState::Succeeded(99), full: true, model: QWEN, epochs: 1, ..PLAIN },
    Row { state: InitialState::Succeeded(31), deviation: Some(Deviation::UpperCaseEvents), ..PLAIN },
    Row { state: InitialState::In(Stage::Queued, 0.2), deviation: Some(Deviation::EmptyTimestamps), ..PLAIN },
    Row { state: InitialState::Succeeded(46), deviation: Some(Deviation::NullEvents), ..PLAIN },
    Row { state: InitialState::Succeeded(66), cosine: true, suffix: Some("anneal"), deviation: Some(Deviation::CosineScheduler), ..PLAIN },
    Row { state: InitialState::Failed(67, LOST_NODE), deviation: Some(Deviation::SparseEvents), ..PLAIN },
    Row { state: InitialState::Succeeded(68), deviation: Some(Deviation::NumericStatus), ..PLAIN },
    Row { state: InitialState::Succeeded(69), deviation: Some(Deviation::AutoTrainOnInputs), ..PLAIN },
    Row { state: InitialState::Succeeded(700), deviation: Some(Deviation::EmptyTypes), ..PLAIN },
    Row { state: InitialState::Succeeded(71), suffix: Some("capital"), deviation: Some(Deviation::CapitalFields), ..PLAIN },
    Row { state: InitialState::Failed(74, LOST_NODE), deviation: Some(Deviation::Restarted), ..PLAIN },
    Row { state: InitialState::Succeeded(73), deviation: Some(Deviation::ForeignTimes), ..PLAIN },
    Row { state: InitialState::Succeeded(76), validation: true, deviation: Some(Deviation::NewEvents), ..PLAIN },
];

impl Row {
    /// A finished job like one of the table's, for sandboxes with more jobs than rows.
    pub(super) fn filler(hours: i64) -> Row {
        Row {
            state: InitialState::Succeeded(hours),
            ..PLAIN
        }
    }

    /// Where the row's job stopped early: after two thirds of its steps, a third after the best one.
    fn early_stop(self, steps: u64) -> Option<Best> {
        let stops = self.deviation == Some(Deviation::NewEvents);
        stops.then(|| Best {
            metric: 0.8125,
            step: (steps / 3).max(1),
            halt: Some((steps * 2 / 3).max(1)),
        })
    }

    /// The job of this row.
    pub(super) fn job(self, store: &mut Store, files: &[SeedFile]) -> Job {
        let file = &files[if self.dpo { 1 } else { 0 }];
        let batch_size = 8;
        let steps = (file.lines * self.epochs).div_ceil(batch_size);
        let id = store.random.uuid("ft-");
        let id = if self.short_id {
            id[..16].to_owned()
        } else {
            id
        };
        Job {
            id,
            model: self.model.into(),
            suffix: self.suffix.map(str::to_owned),
            training_file: file.id.clone(),
            validation_file: self.validation.then(|| files[2].id.clone()),
            lines: file.lines,
            size: file.size,
            tokens: self.tokens,
            parameters: parameters(self.model),
            price: price(self.model, self.tokens * self.epochs),
            n_epochs: self.epochs,
            n_evals: if self.validation { 2 } else { 0 },
            n_checkpoints: self.epochs.min(2),
            batch_size,
            planned_steps: steps.max(1),
            best: self.early_stop(steps),
            learning_rate: 1e-5,
            scheduler: match self.cosine {
                true => Scheduler::Cosine {
                    min_lr_ratio: 0.1,
                    num_cycles: 0.5,
                },
                false => Scheduler::Linear { min_lr_ratio: 0.0 },
            },
            warmup_ratio: 0.03,
            max_grad_norm: 1.0,
            weight_decay: 0.0,
            packing: true,
            max_seq_length: 8192,
            random_seed: Some(store.random.below(10_000) as i64),
            method: match self.dpo {
                true => Method::Dpo(json!({
                    "method": "dpo",
                    "dpo_beta": 0.1,
                    "rpo_alpha": 0.0,
                    "dpo_normalize_logratios_by_length": false,
                    "dpo_reference_free": false,
                    "simpo_gamma": 0.0,
                })),
                false => Method::Sft {
                    train_on_inputs: Value::Bool(false),
                },
            },
            training_type: match self.full {
                true => TrainingType::Full,
                false => TrainingType::Lora(json!({
                    "type": "Lora",
                    "lora_r": 64,
                    "lora_alpha": 128,
                    "lora_dropout": 0.0,
                    "lora_trainable_modules": "all-linear",
                })),
            },
            wandb_project: self.wandb.map(str::to_owned),
            wandb_name: self.wandb.and(self.suffix).map(str::to_owned),
            wandb_entity: None,
            from_checkpoint: None,
            run: {
                let halt = self.early_stop(steps).and_then(|best| best.halt);
                let steps = halt.unwrap_or(steps);
                self.state.run(spans(steps, self.full), steps, STOPPING)
            },
            restarted_as: (self.deviation == Some(Deviation::Restarted))
                .then(|| store.random.uuid("ft-")),
            deviation: self.deviation,
        }
    }
}

/// The job that replaced one that was restarted.
pub(super) fn successor(job: &Job) -> Option<Job> {
    let mut successor = job.clone();
    successor.id = successor.restarted_as.take()?;
    let steps = job.run.steps();
    let full = matches!(job.training_type, TrainingType::Full);
    successor.run = Run::new(job.run.expected_end()?, spans(steps, full), steps);
    Some(successor)
}
