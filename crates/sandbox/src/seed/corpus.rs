//! Training files for seeded jobs: chat and preference examples from a template.

use crate::state::dataset::{Dataset, Form};
use bytes::Bytes;

const TOPICS: &[&str] = &[
    "billing",
    "delivery",
    "returns",
    "accounts",
    "passwords",
    "invoices",
    "refunds",
];

/// A training file, and what is in it: known without reading it, as every sandbox has one at its start.
pub(super) struct Corpus {
    pub(super) bytes: Bytes,
    pub(super) dataset: Dataset,
}

/// Chat examples.
pub(super) fn chat(lines: usize) -> Corpus {
    corpus(Form::Chat, lines, |line, topic| {
        format!(
            concat!(
                r#"{{"messages":["#,
                r#"{{"content":"Answer in one short sentence.","role":"system"}},"#,
                r#"{{"content":"Question {line} about {topic}?","role":"user"}},"#,
                r#"{{"content":"Answer {line}: see the page on {topic}.","role":"assistant"}}]}}"#,
            ),
            line = line,
            topic = topic
        )
    })
}

/// Preference examples.
pub(super) fn preferences(lines: usize) -> Corpus {
    corpus(Form::Preference, lines, |line, topic| {
        format!(
            concat!(
                r#"{{"input":{{"messages":[{{"content":"Question {line} about {topic}?","role":"user"}}]}},"#,
                r#""non_preferred_output":[{{"content":"I cannot say.","role":"assistant"}}],"#,
                r#""preferred_output":[{{"content":"See the page on {topic}.","role":"assistant"}}]}}"#,
            ),
            line = line,
            topic = topic
        )
    })
}

fn corpus(form: Form, lines: usize, example: impl Fn(usize, &str) -> String) -> Corpus {
    let mut text = String::new();
    for line in 0..lines {
        text.push_str(&example(line, TOPICS[line % TOPICS.len()]));
        text.push('\n');
    }
    let dataset = Dataset {
        examples: lines as u64,
        form: Some(form),
        ..Dataset::of_size(text.len())
    };
    Corpus {
        bytes: Bytes::from(text),
        dataset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::dataset::examine;

    #[test]
    fn a_corpus_is_what_reading_it_finds() {
        for corpus in [chat(240), preferences(120), chat(40)] {
            assert_eq!(corpus.dataset, examine(&corpus.bytes));
            let lines = std::str::from_utf8(&corpus.bytes).unwrap().lines();
            for line in lines {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(value.to_string(), line);
            }
        }
    }
}
