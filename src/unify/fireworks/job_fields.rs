//! What the mapping reads of a job, in one form for all three kinds.

use std::borrow::Cow;

use super::id::{JobKind, account_of};
use super::status;
use crate::fireworks::types::{
    DpoJob, JobState, LossConfig, Money, ReinforcementJob, Status, SupervisedJob, TrainingConfig,
    WandbConfig,
};
use crate::wire::{Extra, Timestamp};

/// A job of any kind, in the vendor's types.
#[derive(Clone)]
pub(super) enum AnyJob {
    Supervised(Box<SupervisedJob>),
    Dpo(Box<DpoJob>),
    Reinforcement(Box<ReinforcementJob>),
}

/// What the mapping reads of a job.
pub(super) struct JobFields<'j> {
    pub(super) kind: JobKind,
    pub(super) name: &'j str,
    /// The vendor's own word.
    pub(super) vendor_status: &'j str,
    /// What it means: old jobs' words lack the prefix.
    pub(super) state: JobState,
    pub(super) status: Option<&'j Status>,
    pub(super) create_time: Option<&'j Timestamp>,
    pub(super) update_time: Option<&'j Timestamp>,
    pub(super) completed_time: Option<&'j Timestamp>,
    pub(super) dataset: &'j str,
    pub(super) evaluation_dataset: Option<&'j str>,
    pub(super) evaluator: Option<&'j str>,
    pub(super) config: Option<Cow<'j, TrainingConfig>>,
    pub(super) loss: Option<&'j LossConfig>,
    pub(super) wandb: Option<&'j WandbConfig>,
    pub(super) estimated_cost: Option<&'j Money>,
}

/// Returns a text that is set: the vendor writes `""` for "not set".
pub(super) fn set(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn text(text: &Option<String>) -> Option<&str> {
    set(text.as_deref())
}

impl JobFields<'_> {
    /// Returns the account that the job's name tells.
    pub(super) fn account(&self) -> Option<&str> {
        account_of(self.name)
    }

    /// Returns the vendor's id: the last part of the name.
    pub(super) fn id(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

impl AnyJob {
    pub(super) fn view(&self) -> JobFields<'_> {
        match self {
            Self::Supervised(job) => JobFields {
                kind: JobKind::Supervised,
                name: text(&job.name).unwrap_or_default(),
                vendor_status: vendor_status(job.state.as_ref()),
                state: state(job.state.as_ref()),
                status: job.status.as_ref(),
                create_time: job.create_time.as_ref(),
                update_time: job.update_time.as_ref(),
                completed_time: job.completed_time.as_ref(),
                dataset: &job.dataset,
                evaluation_dataset: text(&job.evaluation_dataset),
                evaluator: None,
                config: Some(Cow::Owned(flat_config(job))),
                loss: None,
                wandb: job.wandb_config.as_ref(),
                estimated_cost: job.estimated_cost.as_ref(),
            },
            Self::Dpo(job) => JobFields {
                kind: JobKind::Dpo,
                name: text(&job.name).unwrap_or_default(),
                vendor_status: vendor_status(job.state.as_ref()),
                state: state(job.state.as_ref()),
                status: job.status.as_ref(),
                create_time: job.create_time.as_ref(),
                update_time: None,
                completed_time: job.completed_time.as_ref(),
                dataset: &job.dataset,
                evaluation_dataset: None,
                evaluator: None,
                config: job.training_config.as_ref().map(Cow::Borrowed),
                loss: job.loss_config.as_ref(),
                wandb: job.wandb_config.as_ref(),
                estimated_cost: None,
            },
            Self::Reinforcement(job) => JobFields {
                kind: JobKind::Reinforcement,
                name: text(&job.name).unwrap_or_default(),
                vendor_status: vendor_status(job.state.as_ref()),
                state: state(job.state.as_ref()),
                status: job.status.as_ref(),
                create_time: job.create_time.as_ref(),
                update_time: None,
                completed_time: job.completed_time.as_ref(),
                dataset: &job.dataset,
                evaluation_dataset: text(&job.evaluation_dataset),
                evaluator: set(Some(&job.evaluator)),
                config: job.training_config.as_ref().map(Cow::Borrowed),
                loss: job.loss_config.as_ref(),
                wandb: job.wandb_config.as_ref(),
                estimated_cost: None,
            },
        }
    }
}

/// The word of a job without one is that of a state that is not set.
fn vendor_status(state: Option<&JobState>) -> &str {
    state.map_or("JOB_STATE_UNSPECIFIED", JobState::as_str)
}

fn state(state: Option<&JobState>) -> JobState {
    state.map_or(JobState::JobStateUnspecified, status::known)
}

/// The settings of a supervised job, which has them among its own members, as
/// the other kinds have them.
fn flat_config(job: &SupervisedJob) -> TrainingConfig {
    TrainingConfig {
        base_model: job.base_model.clone(),
        batch_size: job.batch_size,
        batch_size_samples: job.batch_size_samples,
        epochs: job.epochs,
        extra: Extra::default(),
        gradient_accumulation_steps: job.gradient_accumulation_steps,
        jinja_template: None,
        learning_rate: job.learning_rate,
        learning_rate_warmup_steps: job.learning_rate_warmup_steps,
        lora_alpha: None,
        lora_dropout: None,
        lora_rank: job.lora_rank,
        lora_target_modules: None,
        lr_scheduler: job.lr_scheduler.clone(),
        max_context_length: job.max_context_length,
        optimizer_weight_decay: job.optimizer_weight_decay,
        output_model: job.output_model.clone(),
        trainer_sharding_scheme: None,
        warm_start_from: job.warm_start_from.clone(),
    }
}
