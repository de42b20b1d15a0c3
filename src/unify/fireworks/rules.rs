//! The rules of Fireworks' jobs, for all three kinds.

use crate::unify::NoteKind;
use crate::unify::mapping_rules::{Rule, rules};

rules! {
    /// All of them.
    TABLE {
        OBJECT: "object", Derived, "a constant";
        ID: "id", Derived, "the last part of `name`, with the job's kind before it: `sft:`, `dpo:` or `rft:`";
        MODEL: "model", Exact, "`baseModel`, of the job or of its `trainingConfig`";
        MODEL_WARM: "model", Derived, "`baseModel` is not set: `warmStartFrom`";
        MODEL_ABSENT: "model", Defaulted (guess), "neither `baseModel` nor `warmStartFrom` is set: left empty";
        CREATED: "created_at", Exact, "`createTime`, rounded down to seconds";
        CREATED_DERIVED: "created_at", Derived (guess), "`createTime` says no time: `updateTime`";
        CREATED_UNKNOWN: "created_at", Unavailable (guess), "neither `createTime` nor `updateTime` says a time";
        FINISHED: "finished_at", Exact, "`completedTime`, rounded down to seconds";
        FINISHED_UNKNOWN: "finished_at", Unavailable, "`completedTime` says no time";
        FINISHED_NOT_YET: "finished_at", Unavailable, "the job has not ended";
        FINE_TUNED: "fine_tuned_model", Exact, "`outputModel`";
        FINE_TUNED_DERIVED: "fine_tuned_model", Derived, "`outputModel` is not set: the model has the job's id";
        FINE_TUNED_NOT_YET: "fine_tuned_model", Unavailable, "`outputModel` is set from the start; it counts when the job has succeeded";
        ORGANIZATION: "organization_id", Derived, "the account in `name`";
        ORGANIZATION_LABEL: "organization_id", Derived, "`name` tells no account: the account's label";
        ORGANIZATION_ABSENT: "organization_id", Unavailable, "`name` tells no account, and the account has no label";
        RESULT_FILES: "result_files", Unavailable, "the vendor has none";
        VALIDATION: "validation_file", Derived, "`evaluationDataset`, without the account where that is the job's own";
        VALIDATION_UNSET: "validation_file", Unavailable, "`evaluationDataset` is not set";
        TRAINING: "training_file", Derived, "`dataset`, without the account where that is the job's own";
        TRAINING_ABSENT: "training_file", Defaulted (guess), "`dataset` is absent: left empty";
        HYPERPARAMETERS: "hyperparameters", Derived, "the vendor's settings; `batch_size` counts examples, `batch_size_tokens` tokens, and the learning rate is absolute, and so no `learning_rate_multiplier`";
        HYPERPARAMETERS_ABSENT: "hyperparameters", Unavailable, "no setting of the training is set";
        TOKENS: "trained_tokens", Unavailable, "the vendor does not count them";
        INTEGRATIONS: "integrations", Derived, "`wandbConfig`, without its key";
        INTEGRATIONS_ABSENT: "integrations", Unavailable, "nothing about Weights & Biases is set";
        SEED: "seed", Unavailable, "the vendor does not say it";
        ESTIMATE: "estimated_finish", Unavailable, "the vendor has no estimate";
        METHOD: "method", Derived, "the kind of the job, `lossConfig` and `evaluator`";
        METADATA: "metadata", Unavailable, "the vendor has none";
        ERROR: "error", Derived, "`status`: its code and its message";
        ERROR_UNKNOWN: "error", Unavailable, "`status` does not say why the job failed";
        ERROR_NONE: "error", Unavailable, "the job has not failed";
    }
}

/// Members that fill a field of another name.
pub(in crate::unify) const SLOTS: &[(&str, &str)] = &[
    ("name", "id"),
    ("state", "status"),
    ("status", "error"),
    ("createTime", "created_at"),
    ("completedTime", "finished_at"),
    ("dataset", "training_file"),
    ("evaluationDataset", "validation_file"),
    ("outputModel", "fine_tuned_model"),
    ("baseModel", "model"),
    ("warmStartFrom", "model"),
    ("evaluator", "method"),
    ("lossConfig", "method"),
    ("wandbConfig", "integrations"),
    ("epochs", "hyperparameters"),
    ("batchSize", "hyperparameters"),
    ("batchSizeSamples", "hyperparameters"),
    ("learningRate", "hyperparameters"),
    ("learningRateWarmupSteps", "hyperparameters"),
    ("gradientAccumulationSteps", "hyperparameters"),
    ("maxContextLength", "hyperparameters"),
    ("loraRank", "hyperparameters"),
    ("lrScheduler", "hyperparameters"),
    ("optimizerWeightDecay", "hyperparameters"),
];
