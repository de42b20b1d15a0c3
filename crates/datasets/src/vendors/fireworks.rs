//! Fireworks.

use unitune_file_limits::FileLimits;

use crate::rules::Format::{Chat, Preference};
use crate::rules::Level::{Error, Warning};
use crate::rules::{
    ChatRules, ExampleWeight, ImageRules, Method, MethodRules, PairRules, VendorRules,
};

const LIMITS: FileLimits = unitune_file_limits::FIREWORKS;

pub(super) static RULES: VendorRules = VendorRules {
    name: "fireworks",
    title: "Fireworks",
    methods: &[
        MethodRules {
            method: Method::Supervised,
            formats: &[Chat],
            min_examples: LIMITS.min_examples,
            max_examples: Some(3_000_000),
            max_validation_examples: None,
            validation_required: false,
            chat: CHAT,
            pair: PAIR,
        },
        MethodRules {
            method: Method::Dpo,
            formats: &[Preference],
            min_examples: LIMITS.min_examples,
            max_examples: Some(3_000_000),
            max_validation_examples: None,
            validation_required: false,
            chat: ChatRules { last: None, ..CHAT },
            pair: PAIR,
        },
        MethodRules {
            method: Method::Reinforcement,
            formats: &[Chat],
            min_examples: LIMITS.min_examples,
            max_examples: Some(3_000_000),
            max_validation_examples: None,
            validation_required: false,
            chat: ChatRules {
                last: None,
                // The evaluator reads them.
                other_keys: None,
                ..CHAT
            },
            pair: PAIR,
        },
    ],
    byte_order_mark: Some(Warning),
    max_bytes: LIMITS.max_bytes,
    large: Some((
        150_000_000,
        "above 150 MB a file is uploaded to a signed URL",
    )),
    over_length: "its documentation says that the end is cut off, its published code drops the \
                  whole example",
    counts_like_openai: false,
    sources: &[
        "Fireworks' fine-tuning documentation as of 2026-08-28",
        "fw-ai/cookbook@76821fa choose-method.md, sft_loop.py, dpo_loop.py",
        "fireworks-ai 1.2.30",
    ],
};

const CHAT: ChatRules = ChatRules {
    roles: &["system", "user", "assistant", "tool"],
    doubtful_roles: &[],
    system_later: Some(Error),
    // From its script; whether the server wants it is not known.
    other_than_user_first: Some(Warning),
    not_alternating: None,
    last: Some(("assistant", Warning)),
    functions: Some(Error),
    // Nothing says that it is taken.
    parallel_tool_calls: Some(Warning),
    other_keys: Some(Warning),
    example_weight: ExampleWeight::AnyOnEveryLine,
    weighted_roles: &["system", "user", "assistant", "tool"],
    reasoning: &["reasoning_content"],
    images: Some(ImageRules {
        by_url: false,
        types: &["image/jpeg", "image/png"],
        max_count: None,
        max_bytes: None,
        detail: false,
        roles: &["user"],
        all_lists: false,
        max_examples: None,
    }),
};

const PAIR: PairRules = PairRules {
    max_outputs: Some(1),
    roles: &["assistant"],
    tool_calls: None,
    ends_with_assistant: None,
    several_user_turns: Some(Error),
};
