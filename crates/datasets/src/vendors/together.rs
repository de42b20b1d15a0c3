//! Together.

use unitune_file_limits::FileLimits;

use crate::rules::Format::{Chat, Instruction, Parquet, Preference, Text};
use crate::rules::Level::{Error, Warning};
use crate::rules::{
    ChatRules, ExampleWeight, ImageRules, Method, MethodRules, PairRules, VendorRules,
};

const LIMITS: FileLimits = unitune_file_limits::TOGETHER;

pub(super) static RULES: VendorRules = VendorRules {
    name: "together",
    title: "Together",
    methods: &[
        MethodRules {
            method: Method::Supervised,
            formats: &[Chat, Instruction, Text, Parquet],
            min_examples: LIMITS.min_examples,
            max_examples: None,
            max_validation_examples: None,
            validation_required: false,
            chat: CHAT,
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
                weighted_roles: &[],
                ..CHAT
            },
            pair: PAIR,
        },
    ],
    // Its SDK's check takes the mark for a part of the first example.
    byte_order_mark: Some(Error),
    max_bytes: LIMITS.max_bytes,
    large: Some((
        5 << 30,
        "above 5 GB a file is uploaded in parts, 250 at most",
    )),
    over_length: "its end is cut off without a word",
    counts_like_openai: false,
    sources: &[
        "Together's fine-tuning documentation as of 2026-09-11",
        "together 3.1.1 and 2.14.0, lib/utils/files.py",
        "together-python@eba5e5f",
    ],
};

const CHAT: ChatRules = ChatRules {
    roles: &["system", "user", "assistant", "tool"],
    doubtful_roles: &[],
    system_later: Some(Warning),
    other_than_user_first: Some(Warning),
    // Its documentation says so; only its SDK 1.5 enforced it.
    not_alternating: Some(Warning),
    last: None,
    functions: Some(Error),
    // Its SDK up to 2.14 rejected it.
    parallel_tool_calls: Some(Error),
    other_keys: Some(Error),
    example_weight: ExampleWeight::NonNegative,
    weighted_roles: &["system", "user", "assistant", "tool"],
    reasoning: &["reasoning", "reasoning_content"],
    images: Some(ImageRules {
        by_url: false,
        types: &["image/jpeg", "image/png", "image/webp"],
        max_count: Some(10),
        max_bytes: Some(10 << 20),
        detail: false,
        roles: &["user"],
        all_lists: true,
        max_examples: None,
    }),
};

const PAIR: PairRules = PairRules {
    max_outputs: Some(1),
    roles: &["assistant"],
    tool_calls: None,
    ends_with_assistant: Some(Error),
    several_user_turns: None,
};
