//! Examines training files: their examples, the form of these, and the first error.

use serde_json::Value;

/// The form of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `messages`.
    Chat,
    /// `input`, `preferred_output`, `non_preferred_output`.
    Preference,
    /// `prompt`, `completion`.
    Instruction,
    /// `text`.
    Text,
}

/// The contents of a training file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dataset {
    /// Examples, up to the first that is wrong.
    pub(crate) examples: u64,
    /// An estimate of the tokens: one for every four bytes.
    pub(crate) tokens: u64,
    /// The form of the first example.
    pub(crate) form: Option<Form>,
    /// The first error, if there is one.
    pub(crate) problem: Option<String>,
    /// Whether an example has tools.
    pub(crate) has_tools: bool,
    /// Whether an example has images.
    pub(crate) has_images: bool,
}

impl Dataset {
    /// A file of so many bytes, of which nothing is read yet.
    pub(crate) fn of_size(bytes: usize) -> Self {
        Self {
            examples: 0,
            tokens: (bytes as u64).div_ceil(4),
            form: None,
            problem: None,
            has_tools: false,
            has_images: false,
        }
    }
}

/// Which fields make which form.
const FORMS: &[(Form, &[&str])] = &[
    (Form::Chat, &["messages"]),
    (
        Form::Preference,
        &["input", "preferred_output", "non_preferred_output"],
    ),
    (Form::Instruction, &["prompt", "completion"]),
    (Form::Text, &["text"]),
];

const ROLES: &[&str] = &[
    "system",
    "user",
    "assistant",
    "tool",
    "function",
    "developer",
];

/// What some programs write at the start of a file in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads a training file.
pub(crate) fn examine(content: &[u8]) -> Dataset {
    let mut dataset = Dataset::of_size(content.len());
    let content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
    let lines = content.split(|byte| *byte == b'\n').zip(1..);
    for (line, number) in lines.filter(|(line, _)| !line.trim_ascii().is_empty()) {
        match example(line) {
            Ok((form, value)) => {
                dataset.form.get_or_insert(form);
                dataset.has_tools |= value.get("tools").is_some();
                dataset.has_images |= has_images(&value);
                dataset.examples += 1;
            }
            Err(problem) => {
                dataset.problem = Some(format!("line {number} {problem}"));
                break;
            }
        }
    }
    dataset
}

fn example(line: &[u8]) -> Result<(Form, Value), String> {
    let value: Value = serde_json::from_slice(line).map_err(|_| "is not valid JSON")?;
    let object = value.as_object().ok_or("is not a JSON object")?;
    let has = |fields: &[&str]| fields.iter().all(|field| object.contains_key(*field));
    let form = FORMS.iter().find(|row| has(row.1)).map(|row| row.0);
    let form = form.ok_or("has none of the known forms: it needs 'messages'")?;
    if form == Form::Chat {
        chat(&value["messages"])?;
    }
    Ok((form, value))
}

/// Whether a message's content has a part that is an image.
fn has_images(example: &Value) -> bool {
    let messages = example["messages"].as_array().into_iter().flatten();
    let parts = messages.filter_map(|message| message["content"].as_array());
    parts.flatten().any(|part| part["type"] == "image_url")
}

fn chat(messages: &Value) -> Result<(), String> {
    let messages = messages
        .as_array()
        .ok_or("has 'messages' that are no list")?;
    if messages.is_empty() {
        return Err("has no messages".into());
    }
    for message in messages {
        let role = message["role"].as_str().unwrap_or("");
        if !ROLES.contains(&role) {
            return Err(format!("has a message with the role '{role}'"));
        }
        if message.get("content").is_none() && message.get("tool_calls").is_none() {
            return Err("has a message without content".into());
        }
    }
    Ok(())
}

/// The line of the first chat example without a message of the assistant, if there is one.
pub(crate) fn without_assistant(content: &[u8]) -> Option<u64> {
    let lines = content.split(|byte| *byte == b'\n').zip(1..);
    for (line, number) in lines.filter(|(line, _)| !line.trim_ascii().is_empty()) {
        let value: Value = serde_json::from_slice(line).unwrap_or(Value::Null);
        let Some(messages) = value["messages"].as_array() else {
            continue;
        };
        if !messages
            .iter()
            .any(|message| message["role"] == "assistant")
        {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_good_examples_and_names_the_first_bad_line() {
        let good =
            br#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
        let file = [good.as_slice(), b"\n\n", good, b"\n{\"x\":1}\n"].concat();
        let dataset = examine(&file);
        assert_eq!((dataset.examples, dataset.form), (2, Some(Form::Chat)));
        assert!(dataset.problem.unwrap().starts_with("line 4 "));
        assert!(
            examine(b"nonsense")
                .problem
                .unwrap()
                .starts_with("line 1 is not")
        );
        assert_eq!(without_assistant(good), None);
    }
}
