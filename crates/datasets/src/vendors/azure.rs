//! Azure OpenAI: as OpenAI, but for what is written out here.

use unitune_file_limits::FileLimits;

use super::openai;
use crate::rules::Format::{Chat, Preference};
use crate::rules::Level::{Error, Warning};
use crate::rules::{ChatRules, ImageRules, Method, MethodRules, PairRules, VendorRules};

const LIMITS: FileLimits = unitune_file_limits::AZURE;

pub(super) static RULES: VendorRules = VendorRules {
    name: "azure",
    title: "Azure OpenAI",
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
            chat: openai::REINFORCEMENT,
            pair: PAIR,
        },
    ],
    // One of its documents asks for a mark, the newest does not.
    byte_order_mark: None,
    max_bytes: LIMITS.max_bytes,
    large: Some((
        150_000_000,
        "above about 150 MB a plain upload can fail without a word: use the Uploads API, or an \
         import from Blob storage",
    )),
    over_length: "its end is cut off without a word",
    counts_like_openai: true,
    sources: &[
        "MicrosoftDocs/azure-ai-docs fine-tuning-rest.md@021e88f",
        "MicrosoftDocs/azure-ai-docs direct-preference-optimization-1.md@0a9685a",
        "MicrosoftDocs/azure-ai-docs how-to-fine-tuning-vision-content.md@0cfe2de",
        "microsoft/azure-skills@1a03acf",
    ],
};

const SUPERVISED: ChatRules = ChatRules {
    last: Some(("assistant", Error)),
    images: Some(ImageRules {
        max_count: Some(64),
        ..openai::IMAGES
    }),
    ..openai::SUPERVISED
};

const PAIR: PairRules = PairRules {
    max_outputs: None,
    roles: &["assistant", "tool"],
    tool_calls: Some(Warning),
    ..openai::PAIR
};
