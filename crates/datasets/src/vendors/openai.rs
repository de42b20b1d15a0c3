//! OpenAI.

use unitune_file_limits::FileLimits;

use crate::rules::Format::{Chat, Preference};
use crate::rules::Level::{Error, Warning};
use crate::rules::{
    ChatRules, ExampleWeight, ImageRules, Method, MethodRules, PairRules, VendorRules,
};

const LIMITS: FileLimits = unitune_file_limits::OPENAI;

pub(super) static RULES: VendorRules = VendorRules {
    name: "openai",
    title: "OpenAI",
    methods: &[
        MethodRules {
            method: Method::Supervised,
            formats: &[Chat],
            min_examples: LIMITS.min_examples,
            max_examples: None,
            max_validation_examples: None,
            validation_required: false,
            chat: SUPERVISED,
            pair: PAIR,
        },
        MethodRules {
            method: Method::Dpo,
            formats: &[Preference],
            min_examples: LIMITS.min_examples,
            max_examples: None,
            max_validation_examples: None,
            validation_required: false,
            chat: ChatRules {
                images: None,
                last: None,
                ..SUPERVISED
            },
            pair: PAIR,
        },
        MethodRules {
            method: Method::Reinforcement,
            formats: &[Chat],
            min_examples: LIMITS.min_examples,
            max_examples: Some(50_000),
            max_validation_examples: Some(1_000),
            validation_required: true,
            chat: REINFORCEMENT,
            pair: PAIR,
        },
    ],
    // No document mentions one.
    byte_order_mark: Some(Warning),
    max_bytes: LIMITS.max_bytes,
    large: Some((
        512_000_000,
        "above 512 MB a file goes through the Uploads API, in parts of at most 64 MB",
    )),
    over_length: "its end is cut off without a word",
    counts_like_openai: true,
    sources: &[
        "openai/openai-openapi@9a72a42 FineTune*RequestInput",
        "OpenAI's fine-tuning guides as of 2026-06-27",
    ],
};

pub(super) const SUPERVISED: ChatRules = ChatRules {
    roles: &["system", "user", "assistant", "tool", "function"],
    doubtful_roles: &["developer"],
    system_later: None,
    other_than_user_first: None,
    not_alternating: None,
    last: Some(("assistant", Warning)),
    functions: Some(Warning),
    parallel_tool_calls: None,
    other_keys: Some(Warning),
    example_weight: ExampleWeight::Unknown,
    weighted_roles: &["assistant"],
    reasoning: &[],
    images: Some(IMAGES),
};

pub(super) const REINFORCEMENT: ChatRules = ChatRules {
    roles: &["developer", "user", "assistant", "tool"],
    doubtful_roles: &["system"],
    last: Some(("user", Error)),
    functions: Some(Error),
    // The grader reads them.
    other_keys: None,
    ..SUPERVISED
};

pub(super) const IMAGES: ImageRules = ImageRules {
    by_url: true,
    types: &["image/jpeg", "image/png", "image/webp"],
    max_count: Some(10),
    max_bytes: Some(10 << 20),
    detail: true,
    roles: &["system", "developer", "user", "tool"],
    all_lists: false,
    max_examples: Some(50_000),
};

pub(super) const PAIR: PairRules = PairRules {
    max_outputs: Some(1),
    roles: &["assistant"],
    tool_calls: Some(Warning),
    ends_with_assistant: None,
    several_user_turns: None,
};
