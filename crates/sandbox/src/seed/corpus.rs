//! Training files for seeded jobs: chat and preference examples from a template.

use bytes::Bytes;
use serde_json::{Value, json};

const TOPICS: &[&str] = &[
    "billing",
    "delivery",
    "returns",
    "accounts",
    "passwords",
    "invoices",
    "refunds",
];

/// A JSONL file of chat examples.
pub(super) fn chat(lines: usize) -> Bytes {
    jsonl((0..lines).map(|line| {
        let topic = TOPICS[line % TOPICS.len()];
        json!({"messages": [
            {"role": "system", "content": "Answer in one short sentence."},
            {"role": "user", "content": format!("Question {line} about {topic}?")},
            {"role": "assistant", "content": format!("Answer {line}: see the page on {topic}.")},
        ]})
    }))
}

/// A JSONL file of preference examples.
pub(super) fn preferences(lines: usize) -> Bytes {
    jsonl((0..lines).map(|line| {
        let topic = TOPICS[line % TOPICS.len()];
        json!({
            "input": {"messages": [{"role": "user", "content": format!("Question {line} about {topic}?")}]},
            "preferred_output": [{"role": "assistant", "content": format!("See the page on {topic}.")}],
            "non_preferred_output": [{"role": "assistant", "content": "I cannot say."}],
        })
    }))
}

fn jsonl(lines: impl Iterator<Item = Value>) -> Bytes {
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    Bytes::from(text)
}
