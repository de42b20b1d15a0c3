//! The rules of OpenAI's jobs: identity, but for the status.

use crate::unify::NoteKind;
use crate::unify::mapping_rules::{Rule, rules};

rules! {
    /// All of them.
    TABLE {
        OBJECT: "object", Exact, "`object`";
        ID: "id", Exact, "`id`";
        MODEL: "model", Exact, "`model`";
        CREATED: "created_at", Exact, "`created_at`";
        FINE_TUNED: "fine_tuned_model", Exact, "`fine_tuned_model`";
        ORGANIZATION: "organization_id", Exact, "`organization_id`";
        RESULT_FILES: "result_files", Exact, "`result_files`";
        VALIDATION: "validation_file", Exact, "`validation_file`";
        TRAINING: "training_file", Exact, "`training_file`";
        HYPERPARAMETERS: "hyperparameters", Exact, "`hyperparameters`";
        TOKENS: "trained_tokens", Exact, "`trained_tokens`";
        INTEGRATIONS: "integrations", Exact, "`integrations`";
        SEED: "seed", Exact, "`seed`";
        ESTIMATE: "estimated_finish", Exact, "`estimated_finish`";
        METHOD: "method", Exact, "`method`";
        METADATA: "metadata", Exact, "`metadata`";
        ERROR: "error", Exact, "`error`; an object without any value says none";
    }
}
