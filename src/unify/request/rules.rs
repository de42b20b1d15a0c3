//! What each vendor takes of a request, and what it takes instead of the rest,
//! as tables.

/// What a setting's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::unify) enum Takes {
    /// A whole number.
    Integer,
    /// A whole number or a word.
    IntegerOr(&'static str),
    /// Any number.
    Number,
    /// Any number or a word.
    NumberOr(&'static str),
    /// `true` or `false`.
    Boolean,
    /// `true`, `false` or a word.
    BooleanOr(&'static str),
    /// A text.
    Text,
    /// An object, in these words.
    Object(&'static str),
}

impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer => f.write_str("a whole number"),
            Self::IntegerOr(word) => write!(f, "a whole number or \"{word}\""),
            Self::Number => f.write_str("a number"),
            Self::NumberOr(word) => write!(f, "a number or \"{word}\""),
            Self::Boolean => f.write_str("true or false"),
            Self::BooleanOr(word) => write!(f, "true, false or \"{word}\""),
            Self::Text => f.write_str("a text"),
            Self::Object(form) => f.write_str(form),
        }
    }
}

/// A setting that a vendor takes.
pub(in crate::unify) struct Accepted {
    /// Where it stands below the request's or the method's `hyperparameters`.
    pub(in crate::unify) key: &'static str,
    /// The methods that it goes with; none: all.
    pub(in crate::unify) methods: &'static [&'static str],
    /// Its value.
    pub(in crate::unify) takes: Takes,
    /// The vendor's member that it becomes.
    pub(in crate::unify) becomes: &'static str,
}

/// A setting that a vendor has no place for.
pub(in crate::unify) struct Refused {
    pub(in crate::unify) key: &'static str,
    pub(in crate::unify) why: &'static str,
    pub(in crate::unify) instead: &'static str,
}

const fn accepted(
    key: &'static str,
    methods: &'static [&'static str],
    takes: Takes,
    becomes: &'static str,
) -> Accepted {
    Accepted {
        key,
        methods,
        takes,
        becomes,
    }
}

const fn refused(key: &'static str, why: &'static str, instead: &'static str) -> Refused {
    Refused { key, why, instead }
}

/// What the vendor says when a table does not name a setting.
pub(in crate::unify) const UNKNOWN: &str = "no such setting is known";

/// Settings that OpenAI takes: under its own names, as they are.
pub(in crate::unify) const OPENAI: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::IntegerOr("auto"), "n_epochs"),
    accepted("batch_size", &[], Takes::IntegerOr("auto"), "batch_size"),
    accepted(
        "learning_rate_multiplier",
        &[],
        Takes::NumberOr("auto"),
        "learning_rate_multiplier",
    ),
    accepted("beta", &["dpo"], Takes::NumberOr("auto"), "beta"),
    accepted(
        "compute_multiplier",
        &["reinforcement"],
        Takes::NumberOr("auto"),
        "compute_multiplier",
    ),
    accepted(
        "eval_interval",
        &["reinforcement"],
        Takes::IntegerOr("auto"),
        "eval_interval",
    ),
    accepted(
        "eval_samples",
        &["reinforcement"],
        Takes::IntegerOr("auto"),
        "eval_samples",
    ),
    accepted(
        "reasoning_effort",
        &["reinforcement"],
        Takes::Text,
        "reasoning_effort",
    ),
];

const OPENAI_DECIDES: &str = "the vendor decides that itself";

/// Settings that OpenAI has no place for.
pub(in crate::unify) const OPENAI_REFUSED: &[Refused] = &[
    refused(
        "learning_rate",
        "it is absolute, and the vendor takes a relative one: neither follows from the other",
        "learning_rate_multiplier, relative to the vendor's own rate",
    ),
    refused(
        "training_type",
        "LoRA or full training cannot be chosen",
        "leave it out: the vendor decides",
    ),
    refused("lr_scheduler", OPENAI_DECIDES, ""),
    refused("warmup_ratio", OPENAI_DECIDES, ""),
    refused("weight_decay", OPENAI_DECIDES, ""),
    refused("max_grad_norm", OPENAI_DECIDES, ""),
    refused("max_seq_length", OPENAI_DECIDES, ""),
    refused("packing", OPENAI_DECIDES, ""),
    refused(
        "n_checkpoints",
        OPENAI_DECIDES,
        "checkpoints are kept of the last epochs",
    ),
    refused("n_evals", OPENAI_DECIDES, "a validation_file is enough"),
    refused(
        "train_on_inputs",
        "training is on the answers",
        "`weight` in the messages of the training file",
    ),
    refused(
        "dpo_normalize_logratios_by_length",
        "no such setting of DPO",
        "beta",
    ),
    refused("dpo_reference_free", "no such setting of DPO", "beta"),
    refused("rpo_alpha", "no such setting of DPO", "beta"),
    refused("simpo_gamma", "no such setting of DPO", "beta"),
];

const LORA: &str = "{type: \"Full\"} or {type: \"Lora\", lora_r, lora_alpha, lora_dropout, lora_trainable_modules}";
const SCHEDULER: &str = "{lr_scheduler_type: \"linear\" or \"cosine\", lr_scheduler_args: {min_lr_ratio}, of cosine {min_lr_ratio, num_cycles}}";

/// Settings that Together takes. `"auto"` means for each: leave it out.
pub(in crate::unify) const TOGETHER: &[Accepted] = &[
    accepted("n_epochs", &[], Takes::Integer, "n_epochs"),
    accepted("batch_size", &[], Takes::IntegerOr("max"), "batch_size"),
    accepted("learning_rate", &[], Takes::Number, "learning_rate"),
    accepted(
        "lr_scheduler",
        &[],
        Takes::Object(SCHEDULER),
        "lr_scheduler",
    ),
    accepted("warmup_ratio", &[], Takes::Number, "warmup_ratio"),
    accepted("weight_decay", &[], Takes::Number, "weight_decay"),
    accepted("max_grad_norm", &[], Takes::Number, "max_grad_norm"),
    accepted("max_seq_length", &[], Takes::Integer, "max_seq_length"),
    accepted("packing", &[], Takes::Boolean, "packing"),
    accepted("n_checkpoints", &[], Takes::Integer, "n_checkpoints"),
    accepted("n_evals", &[], Takes::Integer, "n_evals"),
    accepted("training_type", &[], Takes::Object(LORA), "training_type"),
    accepted(
        "train_on_inputs",
        &["supervised"],
        Takes::BooleanOr("auto"),
        "training_method.train_on_inputs",
    ),
    accepted("beta", &["dpo"], Takes::Number, "training_method.dpo_beta"),
    accepted(
        "dpo_normalize_logratios_by_length",
        &["dpo"],
        Takes::Boolean,
        "training_method.dpo_normalize_logratios_by_length",
    ),
    accepted(
        "dpo_reference_free",
        &["dpo"],
        Takes::Boolean,
        "training_method.dpo_reference_free",
    ),
    accepted(
        "rpo_alpha",
        &["dpo"],
        Takes::Number,
        "training_method.rpo_alpha",
    ),
    accepted(
        "simpo_gamma",
        &["dpo"],
        Takes::Number,
        "training_method.simpo_gamma",
    ),
];

/// Settings that Together has no place for.
pub(in crate::unify) const TOGETHER_REFUSED: &[Refused] = &[
    refused(
        "learning_rate_multiplier",
        "it is relative, and the vendor takes an absolute rate: neither follows from the other",
        "learning_rate, such as 1e-5",
    ),
    refused(
        "dpo_beta",
        "the gateway's name for it is another one",
        "beta",
    ),
    refused("compute_multiplier", "the vendor has no reinforcement", ""),
    refused(
        "eval_interval",
        "the vendor counts evaluations, not the steps between them",
        "n_evals",
    ),
    refused(
        "eval_samples",
        "the vendor evaluates on the whole validation file",
        "n_evals",
    ),
    refused("reasoning_effort", "the vendor has no reinforcement", ""),
];

/// Top-level members beyond the gateway's that Together takes as they are.
pub(in crate::unify) const TOGETHER_EXTRA: &[(&str, Takes)] = &[
    ("from_checkpoint", Takes::Text),
    ("from_hf_model", Takes::Text),
    ("hf_model_revision", Takes::Text),
    ("hf_api_token", Takes::Text),
    ("hf_output_repo_name", Takes::Text),
    (
        "multimodal_params",
        Takes::Object("{train_vision: true or false}"),
    ),
];

/// Members of a Weights & Biases integration, and what they become at Together.
pub(in crate::unify) const TOGETHER_WANDB: &[(&str, &str)] = &[
    ("project", "wandb_project_name"),
    ("name", "wandb_name"),
    ("entity", "wandb_entity"),
    ("base_url", "wandb_base_url"),
    ("api_key", "wandb_api_key"),
];

/// Members of a Weights & Biases integration that OpenAI takes.
pub(in crate::unify) const OPENAI_WANDB: &[&str] = &["project", "name", "entity", "tags"];
