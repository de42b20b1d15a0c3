//! The formats of training examples.

use std::fmt;

use serde_json::{Map, Value};

/// The format of a training example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `messages`: a conversation.
    Chat,
    /// `input` with a preferred and a non-preferred answer.
    Preference,
    /// `prompt` and `completion`.
    Completion,
    /// `text` alone.
    Text,
}

/// Members by which a format is recognised, in the order in which they are
/// checked.
const MARKS: [(&str, Format); 5] = [
    ("preferred_output", Format::Preference),
    ("non_preferred_output", Format::Preference),
    ("messages", Format::Chat),
    ("prompt", Format::Completion),
    ("text", Format::Text),
];

const ROLES: [&str; 6] = [
    "system",
    "developer",
    "user",
    "assistant",
    "tool",
    "function",
];

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Chat => "a chat",
            Self::Preference => "a preference",
            Self::Completion => "a prompt with its completion",
            Self::Text => "a plain text",
        })
    }
}

impl Format {
    /// Returns the format of an example, by its members.
    pub(super) fn of(value: &Value) -> Result<Self, String> {
        let Value::Object(members) = value else {
            return Err("an example must be a JSON object".to_owned());
        };
        let found = MARKS.iter().find(|(mark, _)| members.contains_key(*mark));
        found.map(|(_, format)| *format).ok_or_else(|| {
            "unknown format of an example: it has neither messages, nor prompt, nor text, nor \
             preferred_output"
                .to_owned()
        })
    }

    /// Checks whether an example of this format is complete.
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        let Value::Object(members) = value else {
            return Err("an example must be a JSON object".to_owned());
        };
        match self {
            Self::Chat => conversation(members, "messages"),
            Self::Preference => {
                let input = members.get("input").and_then(Value::as_object);
                let input = input.ok_or("input is not an object with messages")?;
                conversation(input, "messages").map_err(|e| format!("input.{e}"))?;
                conversation(members, "preferred_output")?;
                conversation(members, "non_preferred_output")
            }
            Self::Completion => {
                text(members, "prompt")?;
                text(members, "completion")
            }
            Self::Text => text(members, "text"),
        }
    }
}

fn text(members: &Map<String, Value>, name: &str) -> Result<(), String> {
    match members.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(()),
        Some(Value::String(_)) => Err(format!("{name} is empty")),
        Some(_) => Err(format!("{name} is not a text")),
        None => Err(format!("{name} is missing")),
    }
}

fn conversation(members: &Map<String, Value>, name: &str) -> Result<(), String> {
    let Some(messages) = members.get(name).and_then(Value::as_array) else {
        return Err(format!("{name} is not an array of messages"));
    };
    if messages.is_empty() {
        return Err(format!("{name} is empty"));
    }
    for (n, message) in messages.iter().enumerate() {
        check_message(message).map_err(|e| format!("{name}[{n}]{e}"))?;
    }
    Ok(())
}

fn check_message(message: &Value) -> Result<(), String> {
    let Value::Object(message) = message else {
        return Err(" is not an object".to_owned());
    };
    let role = match message.get("role").and_then(Value::as_str) {
        None => return Err(".role is missing".to_owned()),
        Some(role) if !ROLES.contains(&role) => {
            return Err(format!(
                ".role is {role:?}; it is one of {}",
                ROLES.join(", ")
            ));
        }
        Some(role) => role,
    };
    let calls = ["tool_calls", "function_call"];
    let calls = role == "assistant" && calls.iter().any(|c| message.contains_key(*c));
    match message.get("content") {
        Some(Value::String(_) | Value::Array(_)) => Ok(()),
        Some(Value::Null) | None if calls => Ok(()),
        Some(Value::Null) | None => Err(".content is missing".to_owned()),
        Some(_) => Err(".content is neither a text nor an array of parts".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complaint(value: Value) -> Option<String> {
        let format = match Format::of(&value) {
            Ok(format) => format,
            Err(complaint) => return Some(complaint),
        };
        format.check(&value).err()
    }

    #[test]
    fn every_form_that_is_taken() {
        let user = json!({"role": "user", "content": "q"});
        let parts = json!({"role": "user", "content": [{"type": "text", "text": "q"}]});
        let call = json!({"role": "assistant", "tool_calls": []});
        let assistant = json!({"role": "assistant", "content": "a"});
        for good in [
            json!({"messages": [user, assistant]}),
            json!({"messages": [parts, call], "tools": []}),
            json!({"prompt": "p", "completion": "c"}),
            json!({"text": "t"}),
            json!({"input": {"messages": [user]}, "preferred_output": [assistant],
                "non_preferred_output": [assistant]}),
        ] {
            assert_eq!(complaint(good.clone()), None, "{good}");
        }
    }

    #[test]
    fn every_way_to_get_it_wrong() {
        for (bad, expected) in [
            (json!([]), "an example must be a JSON object"),
            (json!({"question": "q"}), "unknown format of an example"),
            (json!({"messages": "q"}), "messages is not an array"),
            (json!({"messages": []}), "messages is empty"),
            (json!({"messages": ["q"]}), "messages[0] is not an object"),
            (
                json!({"messages": [{"content": "q"}]}),
                "messages[0].role is missing",
            ),
            (
                json!({"messages": [{"role": "human", "content": "q"}]}),
                "messages[0].role is \"human\"",
            ),
            (
                json!({"messages": [{"role": "user"}]}),
                "messages[0].content is missing",
            ),
            (
                json!({"messages": [{"role": "user", "content": 7}]}),
                "messages[0].content is neither",
            ),
            (json!({"prompt": "p"}), "completion is missing"),
            (
                json!({"prompt": "p", "completion": ""}),
                "completion is empty",
            ),
            (json!({"text": 7}), "text is not a text"),
            (json!({"preferred_output": []}), "input is not an object"),
            (
                json!({"input": {}, "preferred_output": []}),
                "input.messages is not an array",
            ),
        ] {
            let found = complaint(bad.clone()).unwrap_or_default();
            assert!(found.starts_with(expected), "{bad}: {found}");
        }
    }
}
