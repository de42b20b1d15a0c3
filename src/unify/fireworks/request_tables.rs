//! What Fireworks takes of a request, and what it has no place for.

use crate::unify::request::setting_rules::{Accepted, Takes, Unsupported, accepted, unsupported};

/// The member that says which id the job is to have.
pub(super) const JOB_ID: &str = "jobId";

const SCHEDULER: &str =
    "{constant: {}}, {linear: {minLrRatio, decayRatio}} or {cosine: {minLrRatio, decayRatio}}";
const SHARDING: &str = "{tensorParallelism, pipelineParallelism, contextParallelism, expertParallelism, sequenceParallelism}";
const INFERENCE: &str =
    "{maxOutputTokens, temperature, topP, topK, responseCandidatesCount, extraBody}";
const TRAINER: &[&str] = &["dpo", "reinforcement"];

/// Settings that Fireworks takes.
pub(super) const ACCEPTED: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::Integer, "epochs"),
    accepted("batch_size", &[], Takes::Integer, "batchSizeSamples"),
    accepted("batch_size_tokens", &[], Takes::Integer, "batchSize"),
    accepted("learning_rate", &[], Takes::Number, "learningRate"),
    accepted(
        "learning_rate_warmup_steps",
        &[],
        Takes::Integer,
        "learningRateWarmupSteps",
    ),
    accepted("lr_scheduler", &[], Takes::Object(SCHEDULER), "lrScheduler"),
    accepted(
        "gradient_accumulation_steps",
        &[],
        Takes::Integer,
        "gradientAccumulationSteps",
    ),
    accepted(
        "max_context_length",
        &[],
        Takes::Integer,
        "maxContextLength",
    ),
    accepted(
        "optimizer_weight_decay",
        &[],
        Takes::Number,
        "optimizerWeightDecay",
    ),
    accepted("lora_rank", &[], Takes::Integer, "loraRank"),
    accepted("lora_alpha", TRAINER, Takes::Integer, "loraAlpha"),
    accepted("lora_dropout", TRAINER, Takes::Number, "loraDropout"),
    accepted(
        "lora_target_modules",
        TRAINER,
        Takes::Texts,
        "loraTargetModules",
    ),
    accepted(
        "trainer_sharding_scheme",
        TRAINER,
        Takes::Object(SHARDING),
        "trainerShardingScheme",
    ),
    accepted("loss_method", TRAINER, Takes::Text, "lossConfig.method"),
    accepted("kl_beta", TRAINER, Takes::Number, "lossConfig.klBeta"),
    accepted("beta", &["dpo"], Takes::Number, "lossConfig.dpo.beta"),
    accepted(
        "ref_cache_batch_size",
        &["dpo"],
        Takes::Integer,
        "lossConfig.dpo.refCacheBatchSize",
    ),
    accepted(
        "ref_cache_concurrency",
        &["dpo"],
        Takes::Integer,
        "lossConfig.dpo.refCacheConcurrency",
    ),
    accepted(
        "orpo_lambda",
        &["dpo"],
        Takes::Number,
        "lossConfig.orpo.lambda",
    ),
];

/// Settings that Fireworks has no place for.
pub(super) const UNSUPPORTED: &[Unsupported] = &[
    unsupported(
        "learning_rate_multiplier",
        "it is relative, and the vendor takes an absolute rate: neither follows from the other",
        "learning_rate, such as 1e-4",
    ),
    unsupported(
        "dpo_beta",
        "the gateway's name for it is another one",
        "beta",
    ),
    unsupported("compute_multiplier", "the vendor has no such setting", ""),
    unsupported("eval_interval", "the vendor has no such setting", ""),
    unsupported("eval_samples", "the vendor has no such setting", ""),
    unsupported("reasoning_effort", "the vendor has no such setting", ""),
];

/// Members of a request beyond the gateway's that Fireworks takes as they are.
pub(super) const EXTRA: &[(&str, Takes)] = &[
    (JOB_ID, Takes::Text),
    ("displayName", Takes::Text),
    ("outputModel", Takes::Text),
    ("warmStartFrom", Takes::Text),
    ("jinjaTemplate", Takes::Text),
    ("earlyStop", Takes::Boolean),
    ("isTurbo", Takes::Boolean),
    ("evalAutoCarveout", Takes::Boolean),
    ("evaluator", Takes::Text),
    ("inferenceParameters", Takes::Object(INFERENCE)),
    ("chunkSize", Takes::Integer),
    ("nodeCount", Takes::Integer),
    ("maxInferenceReplicaCount", Takes::Integer),
    ("maxConcurrentRollouts", Takes::Integer),
    ("maxConcurrentEvaluations", Takes::Integer),
    ("purpose", Takes::Text),
    (
        "awsS3Config",
        Takes::Object("{credentialsSecret} or {iamRoleArn}"),
    ),
    (
        "azureBlobStorageConfig",
        Takes::Object("{credentialsSecret} or {managedIdentityClientId, tenantId}"),
    ),
];

/// Members of a Weights & Biases integration, and what they become.
pub(super) const WANDB: &[(&str, &str)] = &[
    ("project", "wandbConfig.project"),
    ("entity", "wandbConfig.entity"),
    ("run_id", "wandbConfig.runId"),
    ("api_key", "wandbConfig.apiKey"),
];
