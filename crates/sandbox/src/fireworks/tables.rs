//! The fields of Fireworks' resources.

use super::fields::Type::{
    Choice, Flag, Integer, Long, Map, Number, Object, Objects, Secret, Text, Texts, Time,
};
use super::fields::{Field, newer, output, set};

const PURPOSES: &[&str] = &["PURPOSE_UNSPECIFIED", "PURPOSE_PILOT"];
const FORMATS: &[&str] = &["FORMAT_UNSPECIFIED", "CHAT", "COMPLETION", "RL"];
const METHODS: &[&str] = &[
    "METHOD_UNSPECIFIED",
    "GRPO",
    "DAPO",
    "DPO",
    "ORPO",
    "GSPO_TOKEN",
];

/// What the vendor says of a state; the words are the vendor's own.
const STATUS: &[Field] = &[set("code", Choice(&["OK"])), set("message", Text)];

const MONEY: &[Field] = &[
    set("currencyCode", Text),
    set("units", Long),
    set("nanos", Integer),
];

const WANDB: &[Field] = &[
    set("enabled", Flag),
    set("apiKey", Secret),
    set("project", Text),
    set("entity", Text),
    set("runId", Text),
    output("url", Text),
];

const S3: &[Field] = &[set("credentialsSecret", Text), set("iamRoleArn", Text)];

const AZURE_BLOB: &[Field] = &[
    set("credentialsSecret", Text),
    set("managedIdentityClientId", Text),
    set("tenantId", Text),
];

const PROGRESS: &[Field] = &[
    set("percent", Integer),
    set("epoch", Integer),
    set("totalInputRequests", Integer),
    set("totalProcessedRequests", Integer),
    set("successfullyProcessedRequests", Integer),
    set("failedRequests", Integer),
    set("outputRows", Integer),
    set("inputTokens", Integer),
    set("outputTokens", Integer),
    set("cachedInputTokenCount", Integer),
];

const SHARDING: &[Field] = &[
    set("tensorParallelism", Integer),
    set("pipelineParallelism", Integer),
    set("contextParallelism", Integer),
    set("expertParallelism", Integer),
    set("sequenceParallelism", Flag),
];

/// The settings of the training in jobs that keep them apart.
const TRAINING: &[Field] = &[
    set("outputModel", Text),
    set("baseModel", Text),
    set("warmStartFrom", Text),
    set("jinjaTemplate", Text),
    set("learningRate", Number),
    set("maxContextLength", Integer),
    set("loraRank", Integer),
    set("epochs", Integer),
    set("batchSize", Integer),
    set("gradientAccumulationSteps", Integer),
    set("learningRateWarmupSteps", Integer),
    set("batchSizeSamples", Integer),
    set("optimizerWeightDecay", Number),
    set("trainerShardingScheme", Object(SHARDING)),
    set("loraAlpha", Integer),
    set("loraDropout", Number),
    set("loraTargetModules", Texts),
    newer("lrScheduler", Map),
    newer("region", Text),
    newer("samplerCheckpointSaveIntervalSteps", Integer),
];

const LOSS: &[Field] = &[
    set("method", Choice(METHODS)),
    set("klBeta", Number),
    set(
        "dpo",
        Object(&[
            set("beta", Number),
            set("refCacheConcurrency", Integer),
            set("refCacheBatchSize", Integer),
        ]),
    ),
    set("orpo", Object(&[set("lambda", Number)])),
];

const INFERENCE: &[Field] = &[
    set("maxOutputTokens", Integer),
    set("temperature", Number),
    set("topP", Number),
    set("responseCandidatesCount", Integer),
    set("extraBody", Text),
    set("topK", Integer),
];

/// A supervised job.
pub(super) static SUPERVISED: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    output("createTime", Time),
    output("completedTime", Time),
    set("dataset", Text),
    set("awsS3Config", Object(S3)),
    set("azureBlobStorageConfig", Object(AZURE_BLOB)),
    output("state", Text),
    output("status", Object(STATUS)),
    output("createdBy", Text),
    set("outputModel", Text),
    set("baseModel", Text),
    set("warmStartFrom", Text),
    set("jinjaTemplate", Text),
    set("earlyStop", Flag),
    set("epochs", Integer),
    set("learningRate", Number),
    set("maxContextLength", Integer),
    set("loraRank", Integer),
    set("wandbConfig", Object(WANDB)),
    set("evaluationDataset", Text),
    set("isTurbo", Flag),
    set("evalAutoCarveout", Flag),
    output("updateTime", Time),
    set("nodes", Integer),
    set("batchSize", Integer),
    set("mtpEnabled", Flag),
    set("mtpNumDraftTokens", Integer),
    set("mtpFreezeBaseModel", Flag),
    output("jobProgress", Object(PROGRESS)),
    output("metricsFileSignedUrl", Text),
    output("trainerLogsSignedUrl", Text),
    set("gradientAccumulationSteps", Integer),
    set("learningRateWarmupSteps", Integer),
    set("batchSizeSamples", Integer),
    output("estimatedCost", Object(MONEY)),
    set("optimizerWeightDecay", Number),
    set("purpose", Choice(PURPOSES)),
    newer("usePurpose", Text),
    newer("region", Text),
    newer("lrScheduler", Map),
    newer("useReservation", Flag),
    newer("reservationTarget", Text),
    newer("rendererHuggingFaceRepoId", Text),
    newer("samplerCheckpointSaveIntervalSteps", Integer),
];

/// A preference job.
pub(super) static PREFERENCE: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    output("createTime", Time),
    output("completedTime", Time),
    set("dataset", Text),
    output("state", Text),
    output("status", Object(STATUS)),
    output("createdBy", Text),
    set("trainingConfig", Object(TRAINING)),
    set("wandbConfig", Object(WANDB)),
    output("trainerLogsSignedUrl", Text),
    set("lossConfig", Object(LOSS)),
    set("awsS3Config", Object(S3)),
    set("azureBlobStorageConfig", Object(AZURE_BLOB)),
    set("purpose", Choice(PURPOSES)),
    newer("usePurpose", Text),
    newer("useReservation", Flag),
    newer("reservationTarget", Text),
    newer("rendererHuggingFaceRepoId", Text),
];

/// A reinforcement job.
pub(super) static REINFORCEMENT: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    output("createTime", Time),
    output("completedTime", Time),
    set("dataset", Text),
    set("evaluationDataset", Text),
    set("evalAutoCarveout", Flag),
    output("state", Text),
    output("status", Object(STATUS)),
    output("createdBy", Text),
    set("trainingConfig", Object(TRAINING)),
    set("evaluator", Text),
    set("wandbConfig", Object(WANDB)),
    set("awsS3Config", Object(S3)),
    set("azureBlobStorageConfig", Object(AZURE_BLOB)),
    output("outputStats", Text),
    output("jobProgress", Object(PROGRESS)),
    set("inferenceParameters", Object(INFERENCE)),
    set("chunkSize", Integer),
    output("outputMetrics", Text),
    set("maxInferenceReplicaCount", Integer),
    set("nodeCount", Integer),
    set("lossConfig", Object(LOSS)),
    output("trainerLogsSignedUrl", Text),
    output("acceleratorSeconds", Map),
    set("maxConcurrentRollouts", Integer),
    set("maxConcurrentEvaluations", Integer),
    set("purpose", Choice(PURPOSES)),
    newer("usePurpose", Text),
    newer("useReservation", Flag),
    newer("reservationTarget", Text),
    newer("mcpServer", Text),
];

/// A dataset.
pub(super) static DATASET: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    output("createTime", Time),
    output("state", Text),
    output("status", Object(STATUS)),
    set("exampleCount", Long),
    set("userUploaded", Object(&[])),
    set("evaluationResult", Object(&[set("evaluationJobId", Text)])),
    set(
        "transformed",
        Object(&[
            set("sourceDatasetId", Text),
            set("filter", Text),
            set("originalFormat", Choice(FORMATS)),
        ]),
    ),
    set("splitted", Object(&[set("sourceDatasetId", Text)])),
    set("evalProtocol", Object(&[])),
    set("externalUrl", Text),
    set("format", Choice(FORMATS)),
    output("createdBy", Text),
    output("updateTime", Time),
    set("sourceJobName", Text),
    output("estimatedTokenCount", Long),
    output("averageTurnCount", Number),
];

/// The body that creates a dataset.
pub(super) static CREATE_DATASET: &[Field] = &[
    set("dataset", Object(DATASET)),
    set("datasetId", Text),
    set("sourceDatasetId", Text),
    set("filter", Text),
];

/// The body that asks where to upload.
pub(super) static UPLOAD_ENDPOINT: &[Field] = &[set("filenameToSize", Map), set("readMask", Text)];

/// The body that splits a dataset.
pub(super) static SPLIT: &[Field] = &[set("chunkSize", Integer), set("parent", Text)];

/// A body without fields.
pub(super) static EMPTY: &[Field] = &[];

/// An account.
pub(super) static ACCOUNT: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    output("createTime", Time),
    set(
        "accountType",
        Choice(&["ACCOUNT_TYPE_UNSPECIFIED", "ENTERPRISE"]),
    ),
    set("email", Text),
    output("state", Choice(&["STATE_UNSPECIFIED", "READY"])),
    output("status", Object(STATUS)),
    output("suspendState", Choice(&["UNSUSPENDED"])),
    output("updateTime", Time),
    set(
        "notificationSettings",
        Object(&[set("monthlySpendThresholds", Objects)]),
    ),
];

/// A model.
pub(super) static MODEL: &[Field] = &[
    output("name", Text),
    set("displayName", Text),
    set("description", Text),
    output("createTime", Time),
    output("state", Choice(&["STATE_UNSPECIFIED", "READY"])),
    output("status", Object(STATUS)),
    set("kind", Choice(&["KIND_UNSPECIFIED"])),
    set("githubUrl", Text),
    set("huggingFaceUrl", Text),
    set(
        "baseModelDetails",
        Object(&[
            set("worldSize", Integer),
            set(
                "checkpointFormat",
                Choice(&["CHECKPOINT_FORMAT_UNSPECIFIED"]),
            ),
            set("huggingfaceFiles", Texts),
            set("parameterCount", Long),
            set("moe", Flag),
            set("tunable", Flag),
            set("modelType", Text),
            set("supportsFireattention", Flag),
            set("defaultPrecision", Choice(&["PRECISION_UNSPECIFIED"])),
            set("supportsMtp", Flag),
        ]),
    ),
    set(
        "peftDetails",
        Object(&[
            set("baseModel", Text),
            set("r", Integer),
            set("targetModules", Texts),
            output("baseModelType", Text),
            set("mergeAddonModelName", Text),
        ]),
    ),
    set("teftDetails", Object(&[])),
    set("public", Flag),
    set(
        "conversationConfig",
        Object(&[
            set("style", Text),
            set("system", Text),
            set("template", Text),
        ]),
    ),
    set("contextLength", Integer),
    set("supportsImageInput", Flag),
    set("supportsTools", Flag),
    output("importedFrom", Text),
    output("fineTuningJob", Text),
    set("defaultDraftModel", Text),
    set("defaultDraftTokenCount", Integer),
    output("deployedModelRefs", Objects),
    output("cluster", Text),
    set(
        "deprecationDate",
        Object(&[
            set("year", Integer),
            set("month", Integer),
            set("day", Integer),
        ]),
    ),
    output("calibrated", Flag),
    output("tunable", Flag),
    set("supportsLora", Flag),
    set("useHfApplyChatTemplate", Flag),
    output("updateTime", Time),
    output("defaultSamplingParams", Map),
    output("rlTunable", Flag),
    set("trainingContextLength", Integer),
    set("snapshotType", Choice(&["FULL_SNAPSHOT"])),
    output("supportsServerless", Flag),
    output("supervisedLoraTunable", Flag),
    output("supervisedFullParameterTunable", Flag),
    output("rlLoraTunable", Flag),
    output("rlFullParameterTunable", Flag),
];
