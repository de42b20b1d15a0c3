//! The rules of Together's jobs, for both of their schemas.

use crate::unify::NoteKind;
use crate::unify::mapping_rules::{Rule, rules};

rules! {
    /// All of them.
    TABLE {
        OBJECT: "object", Derived, "a constant";
        ID: "id", Exact, "`id`";
        MODEL: "model", Exact, "`model`";
        MODEL_ABSENT: "model", Defaulted (guess), "`model` is absent: left empty";
        CREATED: "created_at", Exact, "`created_at`, rounded down to seconds";
        CREATED_DERIVED: "created_at", Derived (guess), "`created_at` says no time: the earliest of the events' times, `started_at` and `updated_at`";
        CREATED_UNKNOWN: "created_at", Unavailable (guess), "neither `created_at`, `started_at`, `updated_at` nor any event says a time";
        FINISHED_EVENT: "finished_at", Derived, "the time of the last event that ends a job";
        FINISHED_UPDATED: "finished_at", Derived (guess), "no event ends the job: `updated_at`";
        FINISHED_UNKNOWN: "finished_at", Unavailable, "no event ends the job, and `updated_at` says no time";
        FINISHED_NOT_YET: "finished_at", Unavailable, "the job has not ended";
        FINE_TUNED: "fine_tuned_model", Exact, "`model_output_name`";
        FINE_TUNED_ABSENT: "fine_tuned_model", Unavailable, "`model_output_name` is absent";
        FINE_TUNED_NOT_YET: "fine_tuned_model", Unavailable, "`model_output_name` is set from the start; it counts when the job is completed";
        ORGANIZATION_LABEL: "organization_id", Derived, "the account's label";
        ORGANIZATION_ABSENT: "organization_id", Unavailable, "the vendor names persons, not organisations, and the account has no label";
        RESULT_FILES: "result_files", Unavailable, "the vendor has none";
        VALIDATION: "validation_file", Exact, "`validation_file`";
        VALIDATION_UNSET: "validation_file", Unavailable, "`validation_file` is not set";
        TRAINING: "training_file", Exact, "`training_file`";
        TRAINING_ABSENT: "training_file", Defaulted (guess), "`training_file` is absent: left empty";
        HYPERPARAMETERS: "hyperparameters", Exact, "the vendor's settings under its own names; its learning rate is absolute, and so no `learning_rate_multiplier`";
        HYPERPARAMETERS_ABSENT: "hyperparameters", Unavailable, "no setting of the training is set";
        TOKENS: "trained_tokens", Derived, "`token_count`, the data set's tokens, not multiplied by epochs";
        TOKENS_UNKNOWN: "trained_tokens", Unavailable, "`token_count` is not known";
        TOKENS_NOT_YET: "trained_tokens", Unavailable, "`token_count` counts when the job is completed";
        INTEGRATIONS: "integrations", Derived, "`wandb_project_name`, `wandb_name`, `wandb_url`";
        INTEGRATIONS_ENTITY: "integrations", Derived, "`wandb_project_name`, `wandb_name`, `wandb_entity`, `wandb_url`";
        INTEGRATIONS_ABSENT: "integrations", Unavailable, "nothing about Weights & Biases is set";
        SEED: "seed", Exact, "`random_seed`";
        SEED_ABSENT: "seed", Unavailable, "`random_seed` is absent";
        ESTIMATE: "estimated_finish", Derived, "`updated_at` + `progress.seconds_remaining`";
        ESTIMATE_ABSENT: "estimated_finish", Unavailable, "the vendor has no estimate";
        ESTIMATE_ENDED: "estimated_finish", Unavailable, "the job has ended";
        METHOD: "method", Derived, "`training_method`";
        METHOD_ABSENT: "method", Unavailable, "`training_method` is absent";
        METHOD_UNKNOWN: "method", Unavailable (guess), "`training_method` is none that a document names; it is kept in `provider.extra`";
        METADATA: "metadata", Unavailable, "the vendor has none";
        ERROR: "error", Derived, "the last event of level error or of a type that says error";
        ERROR_UNKNOWN: "error", Unavailable, "no event says why the job failed";
        ERROR_NONE: "error", Unavailable, "the job has not failed";
    }
}

/// Members that fill a field of another name.
pub(in crate::unify) const SLOTS: &[(&str, &str)] = &[
    ("model_output_name", "fine_tuned_model"),
    ("random_seed", "seed"),
    ("token_count", "trained_tokens"),
    ("training_method", "method"),
    ("n_epochs", "hyperparameters"),
    ("batch_size", "hyperparameters"),
    ("learning_rate", "hyperparameters"),
    ("lr_scheduler", "hyperparameters"),
    ("warmup_ratio", "hyperparameters"),
    ("weight_decay", "hyperparameters"),
    ("max_grad_norm", "hyperparameters"),
    ("max_seq_length", "hyperparameters"),
    ("packing", "hyperparameters"),
    ("training_type", "hyperparameters"),
    ("wandb_project_name", "integrations"),
    ("wandb_name", "integrations"),
    ("wandb_entity", "integrations"),
    ("wandb_url", "integrations"),
];
