//! The models that the sandbox's Together can tune, with sizes, prices and limits.

/// One model.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// Parameters, in millions.
    pub(crate) millions: u64,
    /// Nanodollars for each token that is trained on.
    pub(crate) nanodollars_per_token: u64,
    pub(crate) max_batch_size: u64,
    pub(crate) supports_full: bool,
    pub(crate) supports_vision: bool,
    pub(crate) supports_tools: bool,
    pub(crate) supports_reasoning: bool,
}

/// What a row says where it says nothing else.
const PLAIN: Model = Model {
    name: "",
    millions: 8_030,
    nanodollars_per_token: 480,
    max_batch_size: 32,
    supports_full: true,
    supports_vision: false,
    supports_tools: true,
    supports_reasoning: false,
};

/// Every model.
#[rustfmt::skip]
pub(crate) static MODELS: &[Model] = &[
    Model {
        name: "Qwen/Qwen2.5-14B-Instruct",
        millions: 14_800,
        max_batch_size: 16,
        ..PLAIN
    },
    Model {
        name: "Qwen/Qwen3-8B",
        supports_reasoning: true,
        ..PLAIN
    },
    Model {
        name: "meta-llama/Llama-3.2-1B-Instruct",
        millions: 1_240,
        max_batch_size: 64,
        ..PLAIN
    },
    Model {
        name: "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
        ..PLAIN
    },
    Model {
        name: "meta-llama/Meta-Llama-3.3-70B-Instruct-Reference",
        millions: 70_600,
        nanodollars_per_token: 2_900,
        max_batch_size: 8,
        supports_full: false,
        ..PLAIN
    },
    Model {
        name: "google/gemma-3-4b-it-VLM",
        millions: 4_300,
        supports_vision: true,
        supports_tools: false,
        ..PLAIN
    },
];

/// The model of this name.
pub(crate) fn model(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// How many parameters a model has.
pub(crate) fn parameters(name: &str) -> u64 {
    model(name).map_or(0, |model| model.millions * 1_000_000)
}

/// What training on so many tokens costs, in nanodollars; Together charges four dollars at the least.
pub(crate) fn price(name: &str, tokens: u64) -> u64 {
    let each = model(name).map_or(PLAIN.nanodollars_per_token, |model| {
        model.nanodollars_per_token
    });
    tokens.saturating_mul(each).max(4_000_000_000)
}
