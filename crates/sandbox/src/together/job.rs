//! A fine-tuning job at Together.

use super::early_stop::Best;
use crate::clock::Time;
use crate::clock::{MINUTE, SECOND};
use crate::deviation::Deviation;
use crate::state::random::hash;
use crate::state::run::{Run, RunState, Span, Stage};
use serde_json::{Value, json};

/// The training method.
#[derive(Clone, Debug)]
pub(crate) enum Method {
    Sft { train_on_inputs: Value },
    Dpo(Value),
}

/// What is trained: all weights, or an adapter.
#[derive(Clone, Debug)]
pub(crate) enum TrainingType {
    Full,
    Lora(Value),
}

/// How the learning rate falls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scheduler {
    Linear { min_lr_ratio: f64 },
    Cosine { min_lr_ratio: f64, num_cycles: f64 },
}

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) suffix: Option<String>,
    pub(crate) training_file: String,
    pub(crate) validation_file: Option<String>,
    pub(crate) lines: u64,
    pub(crate) size: u64,
    pub(crate) tokens: u64,
    pub(crate) parameters: u64,
    /// Nanodollars.
    pub(crate) price: u64,
    pub(crate) n_epochs: u64,
    pub(crate) n_evals: u64,
    pub(crate) n_checkpoints: u64,
    pub(crate) batch_size: u64,
    /// Steps that the training has unless it stops early.
    pub(crate) planned_steps: u64,
    /// The best evaluation, of jobs that may stop early.
    pub(crate) best: Option<Best>,
    pub(crate) learning_rate: f64,
    pub(crate) scheduler: Scheduler,
    pub(crate) warmup_ratio: f64,
    pub(crate) max_grad_norm: f64,
    pub(crate) weight_decay: f64,
    pub(crate) packing: bool,
    pub(crate) max_seq_length: u64,
    pub(crate) random_seed: Option<i64>,
    pub(crate) method: Method,
    pub(crate) training_type: TrainingType,
    pub(crate) wandb_project: Option<String>,
    pub(crate) wandb_name: Option<String>,
    pub(crate) wandb_entity: Option<String>,
    pub(crate) from_checkpoint: Option<String>,
    pub(crate) run: Run,
    /// The job that replaced it after an internal failure.
    pub(crate) restarted_as: Option<String>,
    pub(crate) deviation: Option<Deviation>,
}

/// Together's statuses for the stages of a run. A failed run is in [`Job::status`].
const STATUSES: &[(Stage, &str)] = &[
    (Stage::Preparing, "pending"),
    (Stage::Queued, "queued"),
    (Stage::Training, "running"),
    (Stage::Uploading, "uploading"),
    (Stage::Compressing, "compressing"),
    (Stage::Cancelling, "cancel_requested"),
    (Stage::Succeeded, "completed"),
    (Stage::Failed, "error"),
    (Stage::Cancelled, "cancelled"),
];

/// How long a job takes to stop after a cancel.
pub(crate) const STOPPING: i64 = 20 * SECOND;

/// The plan of a job with so many steps.
pub(crate) fn spans(steps: u64, full: bool) -> Vec<Span> {
    // All weights take longer than an adapter.
    let step = if full { 6 * SECOND } else { 3 * SECOND };
    let training = (3 * MINUTE).saturating_add(step * steps.min(100_000) as i64);
    vec![
        (Stage::Preparing, 15 * SECOND),
        (Stage::Queued, 90 * SECOND),
        (Stage::Training, training),
        (Stage::Uploading, MINUTE),
        (Stage::Compressing, 2 * MINUTE),
    ]
}

impl Job {
    /// Its state at a given time.
    pub(crate) fn at(&self, now: Time) -> RunState {
        self.run.at(now)
    }

    /// Together's status for its state.
    pub(crate) fn status(&self, now: Time) -> &'static str {
        let stage = self.at(now).stage;
        let by_user = self.run.failure().is_some_and(|failure| failure.by_user);
        if stage == Stage::Failed && by_user {
            return "user_error";
        }
        let found = STATUSES.iter().find(|row| row.0 == stage);
        found.map_or("running", |row| row.1)
    }

    /// The name of the model that it makes; Together shows it from the job's creation on.
    pub(crate) fn output_model(&self) -> String {
        let model = self.model.rsplit('/').next().unwrap_or(&self.model);
        let suffix = match &self.suffix {
            Some(suffix) => format!("-{suffix}"),
            None => String::new(),
        };
        let tail: String = self.id.chars().rev().take(8).collect();
        format!("sandbox/{model}{suffix}-{tail}")
    }

    /// The path of the model's archive.
    pub(crate) fn output_path(&self) -> String {
        format!("s3://sandbox-models/{}/merged.tar.zst", self.id)
    }

    /// The URL of the run's page; `""` without Weights & Biases.
    pub(crate) fn wandb_url(&self) -> String {
        match &self.wandb_project {
            Some(project) => format!("https://wandb.invalid/sandbox/{project}/runs/{}", self.id),
            None => String::new(),
        }
    }

    /// How many epochs are complete after this many steps.
    pub(crate) fn epochs_after(&self, steps: u64) -> u64 {
        steps * self.n_epochs / self.planned_steps.max(1)
    }

    /// After how many steps this many epochs are complete.
    pub(crate) fn steps_until(&self, epoch: u64) -> u64 {
        (epoch * self.planned_steps).div_ceil(self.n_epochs.max(1))
    }

    /// Whether all weights are trained.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.training_type, TrainingType::Full)
    }

    /// When the training stopped early, if it has by then.
    pub(crate) fn stopped_early(&self, now: Time) -> Option<(Time, Best)> {
        let best = self.best?;
        let at = self.run.step_reached(best.halt?).filter(|at| *at <= now)?;
        Some((at, best))
    }

    /// The path of the training file's tokens.
    pub(crate) fn tokenized_path(&self) -> String {
        format!("s3://sandbox-datasets/{}/tokenized.tar.zst", self.id)
    }

    /// An id in the vendor's registry of models, such as `ml_…`.
    pub(crate) fn registry_id(&self, prefix: &str, what: &str) -> String {
        format!("{prefix}_{:016x}", hash(&format!("{what}{}", self.id)))
    }

    /// Steps after which a checkpoint is saved, the last one included.
    pub(crate) fn checkpoint_steps(&self) -> Vec<u64> {
        let (count, steps) = (self.n_checkpoints.clamp(1, 64), self.run.steps());
        let mut all: Vec<u64> = (1..=count)
            .map(|part| (steps * part / count).max(1))
            .collect();
        all.dedup();
        all
    }
}

impl Method {
    /// Whether prompts are trained on too; `"auto"` for methods without that setting.
    pub(crate) fn train_on_inputs(&self) -> Value {
        match self {
            Method::Sft { train_on_inputs } => train_on_inputs.clone(),
            Method::Dpo(_) => json!("auto"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Method::Sft { train_on_inputs } => {
                json!({"method": "sft", "train_on_inputs": train_on_inputs})
            }
            Method::Dpo(settings) => settings.clone(),
        }
    }
}

impl TrainingType {
    pub(crate) fn json(&self) -> Value {
        match self {
            TrainingType::Full => json!({"type": "Full"}),
            TrainingType::Lora(settings) => settings.clone(),
        }
    }
}

impl Scheduler {
    pub(crate) fn json(&self) -> Value {
        match self {
            Scheduler::Linear { min_lr_ratio } => json!({
                "lr_scheduler_type": "linear",
                "lr_scheduler_args": {"min_lr_ratio": min_lr_ratio},
            }),
            Scheduler::Cosine {
                min_lr_ratio,
                num_cycles,
            } => json!({
                "lr_scheduler_type": "cosine",
                "lr_scheduler_args": {"min_lr_ratio": min_lr_ratio, "num_cycles": num_cycles},
            }),
        }
    }
}
