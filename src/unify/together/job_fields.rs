//! The members of the vendor's two job schemas, in one struct.
//!
//! Both are destructured without `..`: a member that is new in the document
//! does not compile until it has a place here.

use super::field_ref::{Collector, FieldRef};
use crate::together::types::{
    BatchSize, FineTuneEvent, FineTuneProgress, FinetuneJobStatus, FinetuneResponse,
    FinetuneResponseTruncated, LrScheduler, MultimodalParams, TrainOnInputs, TrainingMethod,
    TrainingType,
};
use crate::wire::{Extra, LenientList, Timestamp};

/// A job of either schema.
pub(super) struct JobFields {
    pub(super) id: String,
    pub(super) status: FinetuneJobStatus,
    pub(super) created_at: Option<Timestamp>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) events: Option<LenientList<FineTuneEvent>>,
    pub(super) progress: Option<FineTuneProgress>,
    pub(super) model: Option<String>,
    pub(super) model_output_name: Option<String>,
    pub(super) training_file: Option<String>,
    pub(super) validation_file: Option<String>,
    pub(super) token_count: Option<i64>,
    pub(super) total_price: Option<i64>,
    pub(super) random_seed: Option<i64>,
    pub(super) training_method: Option<TrainingMethod>,
    pub(super) settings: Settings,
    pub(super) wandb: Wandb,
    pub(super) unmapped: Unmapped,
    pub(super) undocumented: Extra,
}

/// Members that become hyperparameters.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) n_epochs: Option<i64>,
    pub(super) batch_size: Option<BatchSize>,
    pub(super) learning_rate: Option<f64>,
    pub(super) lr_scheduler: Option<LrScheduler>,
    pub(super) warmup_ratio: Option<f64>,
    pub(super) weight_decay: Option<f64>,
    pub(super) max_grad_norm: Option<f64>,
    pub(super) max_seq_length: Option<i64>,
    pub(super) packing: Option<bool>,
    pub(super) training_type: Option<TrainingType>,
}

/// Members that become an integration.
#[derive(Clone)]
pub(super) struct Wandb {
    pub(super) project: Option<String>,
    pub(super) name: Option<String>,
    pub(super) entity: Option<String>,
    pub(super) url: Option<String>,
}

/// Members that the gateway's job has no slot for.
#[derive(Clone)]
pub(super) struct Unmapped {
    suffix: Option<String>,
    owner_address: Option<String>,
    user_id: Option<String>,
    job_id: Option<String>,
    model_output_path: Option<String>,
    from_checkpoint: Option<String>,
    from_hf_model: Option<String>,
    hf_model_revision: Option<String>,
    multimodal_params: Option<MultimodalParams>,
    train_on_inputs: Option<TrainOnInputs>,
    n_checkpoints: Option<i64>,
    n_evals: Option<i64>,
    eval_steps: Option<i64>,
    epochs_completed: Option<i64>,
    queue_depth: Option<i64>,
    param_count: Option<i64>,
    trainingfile_numlines: Option<i64>,
    trainingfile_size: Option<i64>,
    early_stopping: EarlyStopping,
    registry: Registry,
    tokenized_dataset_path: Option<String>,
    tokenized_dataset_uploaded_at: Option<Timestamp>,
}

/// Whether and where a job stopped early.
#[derive(Clone)]
struct EarlyStopping {
    stopped: Option<bool>,
    best_metric: Option<f64>,
    best_step: Option<i64>,
}

/// What came out of a job, in the vendor's registry of models.
#[derive(Clone)]
struct Registry {
    model_id: Option<String>,
    model_revision_id: Option<String>,
    model_name: Option<String>,
    adapter_id: Option<String>,
    adapter_revision_id: Option<String>,
    adapter_name: Option<String>,
}

impl EarlyStopping {
    fn collect_into<'a>(&'a self, fields: &mut Collector<'a>) {
        fields.put("early_stopped", self.stopped.map(FieldRef::Boolean));
        let metric = self.best_metric.map(FieldRef::Float);
        fields.put("early_stopping_best_metric", metric);
        // A job that did not stop early has no such step, and zero is none.
        fields.count("early_stopping_best_step", self.best_step);
    }
}

impl Registry {
    fn collect_into<'a>(&'a self, fields: &mut Collector<'a>) {
        fields.text("model_object_id", self.model_id.as_ref());
        fields.text("model_object_revision_id", self.model_revision_id.as_ref());
        fields.text("model_object_name", self.model_name.as_ref());
        fields.text("adapter_object_id", self.adapter_id.as_ref());
        fields.text(
            "adapter_object_revision_id",
            self.adapter_revision_id.as_ref(),
        );
        fields.text("adapter_object_name", self.adapter_name.as_ref());
    }
}

impl Unmapped {
    pub(super) fn collect_into<'a>(&'a self, fields: &mut Collector<'a>) {
        fields.text("suffix", self.suffix.as_ref());
        fields.text("owner_address", self.owner_address.as_ref());
        fields.text("user_id", self.user_id.as_ref());
        fields.text("job_id", self.job_id.as_ref());
        fields.text("model_output_path", self.model_output_path.as_ref());
        fields.text("from_checkpoint", self.from_checkpoint.as_ref());
        fields.text("from_hf_model", self.from_hf_model.as_ref());
        fields.text("hf_model_revision", self.hf_model_revision.as_ref());
        let multimodal = self.multimodal_params.as_ref();
        fields.put("multimodal_params", multimodal.map(FieldRef::Multimodal));
        let train_on_inputs = self.train_on_inputs.as_ref();
        fields.put(
            "train_on_inputs",
            train_on_inputs.map(FieldRef::TrainOnInputs),
        );
        // Zero is a value of these: none requested, none done, none left.
        fields.number("n_checkpoints", self.n_checkpoints);
        fields.number("n_evals", self.n_evals);
        fields.number("epochs_completed", self.epochs_completed);
        fields.number("queue_depth", self.queue_depth);
        fields.count("eval_steps", self.eval_steps);
        fields.count("param_count", self.param_count);
        fields.count("trainingfile_numlines", self.trainingfile_numlines);
        fields.count("trainingfile_size", self.trainingfile_size);
        self.early_stopping.collect_into(fields);
        self.registry.collect_into(fields);
        let path = self.tokenized_dataset_path.as_ref();
        fields.text("tokenized_dataset_path", path);
        let uploaded = self.tokenized_dataset_uploaded_at.as_ref();
        let uploaded = uploaded.filter(|time| !time.is_unset());
        fields.put(
            "tokenized_dataset_uploaded_at",
            uploaded.map(FieldRef::Time),
        );
    }
}

/// Takes a job of either schema apart. Both name the same members.
macro_rules! from_job {
    ($($schema:ident),*) => {$(
        impl From<$schema> for JobFields {
            fn from(job: $schema) -> Self {
                let $schema {
                    adapter_object_id,
                    adapter_object_name,
                    adapter_object_revision_id,
                    batch_size,
                    created_at,
                    early_stopped,
                    early_stopping_best_metric,
                    early_stopping_best_step,
                    epochs_completed,
                    eval_steps,
                    events,
                    extra,
                    from_checkpoint,
                    from_hf_model,
                    hf_model_revision,
                    id,
                    job_id,
                    learning_rate,
                    lr_scheduler,
                    max_grad_norm,
                    max_seq_length,
                    model,
                    model_object_id,
                    model_object_name,
                    model_object_revision_id,
                    model_output_name,
                    model_output_path,
                    multimodal_params,
                    n_checkpoints,
                    n_epochs,
                    n_evals,
                    owner_address,
                    packing,
                    param_count,
                    progress,
                    queue_depth,
                    random_seed,
                    started_at,
                    status,
                    suffix,
                    token_count,
                    tokenized_dataset_path,
                    tokenized_dataset_uploaded_at,
                    total_price,
                    train_on_inputs,
                    training_file,
                    training_method,
                    training_type,
                    trainingfile_numlines,
                    trainingfile_size,
                    updated_at,
                    user_id,
                    validation_file,
                    wandb_entity,
                    wandb_name,
                    wandb_project_name,
                    wandb_url,
                    warmup_ratio,
                    weight_decay,
                } = job;
                Self {
                    id,
                    status,
                    created_at,
                    started_at,
                    updated_at,
                    events,
                    progress,
                    model,
                    model_output_name,
                    training_file,
                    validation_file,
                    token_count,
                    total_price,
                    random_seed,
                    training_method,
                    settings: Settings {
                        n_epochs,
                        batch_size,
                        learning_rate,
                        lr_scheduler,
                        warmup_ratio,
                        weight_decay,
                        max_grad_norm,
                        max_seq_length,
                        packing,
                        training_type,
                    },
                    wandb: Wandb {
                        project: wandb_project_name,
                        name: wandb_name,
                        entity: wandb_entity,
                        url: wandb_url,
                    },
                    unmapped: Unmapped {
                        suffix,
                        owner_address,
                        user_id,
                        job_id,
                        model_output_path,
                        from_checkpoint,
                        from_hf_model,
                        hf_model_revision,
                        multimodal_params,
                        train_on_inputs,
                        n_checkpoints,
                        n_evals,
                        eval_steps,
                        epochs_completed,
                        queue_depth,
                        param_count,
                        trainingfile_numlines,
                        trainingfile_size,
                        early_stopping: EarlyStopping {
                            stopped: early_stopped,
                            best_metric: early_stopping_best_metric,
                            best_step: early_stopping_best_step,
                        },
                        registry: Registry {
                            model_id: model_object_id,
                            model_revision_id: model_object_revision_id,
                            model_name: model_object_name,
                            adapter_id: adapter_object_id,
                            adapter_revision_id: adapter_object_revision_id,
                            adapter_name: adapter_object_name,
                        },
                        tokenized_dataset_path,
                        tokenized_dataset_uploaded_at,
                    },
                    undocumented: extra,
                }
            }
        }
    )*};
}

from_job!(FinetuneResponse, FinetuneResponseTruncated);
