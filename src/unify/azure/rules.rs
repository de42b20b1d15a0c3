//! The rules of Azure's jobs: identity, but for some words.

use crate::unify::NoteKind;
use crate::unify::mapping_rules::{Rule, rules};

rules! {
    /// All of them.
    TABLE {
        OBJECT: "object", Exact, "`object`";
        ID: "id", Exact, "`id`";
        MODEL: "model", Exact, "`model`";
        CREATED: "created_at", Exact, "`created_at`";
        FINISHED_NOT_YET: "finished_at", Unavailable, "the job has not ended: a paused job's `finished_at` is when it was paused";
        FINE_TUNED: "fine_tuned_model", Exact, "`fine_tuned_model`; the vendor answers under this name only once the model is deployed";
        ORGANIZATION: "organization_id", Exact, "`organization_id`, which the dated documents spell `organisation_id`";
        ORGANIZATION_LABEL: "organization_id", Derived, "the vendor names none: the account's label";
        ORGANIZATION_ABSENT: "organization_id", Unavailable, "the vendor names none, and the account has no label";
        RESULT_FILES: "result_files", Exact, "`result_files`";
        RESULT_FILES_ABSENT: "result_files", Unavailable, "`result_files` is null or absent";
        VALIDATION: "validation_file", Exact, "`validation_file`";
        TRAINING: "training_file", Exact, "`training_file`";
        HYPERPARAMETERS: "hyperparameters", Exact, "`hyperparameters`";
        HYPERPARAMETERS_AUTO: "hyperparameters", Derived, "`hyperparameters`; a count of -1 is \"auto\"";
        HYPERPARAMETERS_ABSENT: "hyperparameters", Unavailable, "`hyperparameters` is null or absent";
        TOKENS: "trained_tokens", Exact, "`trained_tokens`";
        INTEGRATIONS: "integrations", Exact, "`integrations`";
        SEED: "seed", Exact, "`seed`";
        ESTIMATE: "estimated_finish", Exact, "`estimated_finish`, which a waiting job may have";
        METHOD: "method", Exact, "`method`";
        METHOD_AUTO: "method", Derived, "`method`; a count of -1 is \"auto\"";
        METHOD_ABSENT: "method", Unavailable, "`method` is null or absent: a waiting job need not tell it";
        METADATA: "metadata", Exact, "`metadata`";
        ERROR: "error", Exact, "`error`; an object without any value says none";
    }
}
