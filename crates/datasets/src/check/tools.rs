//! Checks tools, calls of them, and their answers.

use super::chat::Part;
use super::walk::Walk;
use crate::findings::{Code, Pointer};
use crate::json::{Object, Value};
use crate::rules::Level;

/// True for a name that a function may have.
fn is_name(name: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_allowed)
}

impl Walk<'_> {
    /// Checks `tools` of an example, or of a pair's input.
    pub(super) fn tools(&mut self, object: &Object<'_>, pointer: Pointer<'_>) {
        let Some(value) = object.some("tools") else {
            return;
        };
        let here = pointer.member("tools");
        let Some(tools) = value.as_array() else {
            return self.wrong_type(here, "an array", value);
        };
        self.facts.has_tools |= !tools.is_empty();
        for (n, tool) in tools.iter().enumerate() {
            let here = here.index(n);
            match tool.as_object() {
                Some(tool) => self.tool(tool, here),
                None => self.wrong_type(here, "an object", tool),
            }
        }
        if self.counter.is_on()
            && let Ok(text) = serde_json::to_string(value)
        {
            self.facts.tokens += self.counter.count_repeated(&text);
        }
    }

    fn tool(&mut self, tool: &Object<'_>, here: Pointer<'_>) {
        if let Some(sort) = self.string(tool, here, "type")
            && sort != "function"
        {
            let message = format!("a tool of the unknown type {sort:?}");
            let help = "expected \"function\"";
            self.error(here.member("type"), Code::Tool, message, help);
        }
        let at = here.member("function");
        let Some(function) = self.member(tool, here, "function") else {
            return;
        };
        let Some(function) = function.as_object() else {
            return self.wrong_type(at, "an object", function);
        };
        if let Some(name) = self.string(function, at, "name")
            && !is_name(name)
        {
            let message = format!("{name:?} is no name of a function");
            let help = "use 1 to 64 letters, digits, _ and -";
            self.error(at.member("name"), Code::Tool, message, help);
        }
        if let Some(parameters) = function.some("parameters")
            && parameters.as_object().is_none()
        {
            self.wrong_type(
                at.member("parameters"),
                "an object (a JSON Schema)",
                parameters,
            );
        }
    }

    /// Checks the calls of a message. Returns whether there are any.
    pub(super) fn tool_calls(
        &mut self,
        message: &Object<'_>,
        here: Pointer<'_>,
        role: &str,
        part: Part,
    ) -> bool {
        let mut found = false;
        if message.some("function_call").is_some() {
            found = true;
            let help = "write `tool_calls` instead of `function_call`";
            self.functions(here.member("function_call"), help);
        }
        if let Some(value) = message.some("tool_calls") {
            let at = here.member("tool_calls");
            match value.as_array() {
                None => self.wrong_type(at, "an array", value),
                Some(calls) => {
                    found |= !calls.is_empty();
                    for (n, call) in calls.iter().enumerate() {
                        self.tool_call(call, at.index(n));
                    }
                }
            }
            if role != "assistant" {
                let message = format!("calls of tools in the {role}'s message");
                self.error(
                    at,
                    Code::ToolCall,
                    message,
                    "only the assistant calls tools",
                );
            }
        }
        if found && part == Part::Output {
            let message = format!("{} documents outputs of text only", self.vendor.title);
            let level = self.rules.pair.tool_calls;
            self.ruled(level, here, Code::Pair, message, "answer with a text");
        }
        self.facts.has_tool_calls |= found;
        found
    }

    fn tool_call(&mut self, call: &Value<'_>, here: Pointer<'_>) {
        let Some(call) = call.as_object() else {
            return self.wrong_type(here, "an object", call);
        };
        self.string(call, here, "id");
        if let Some(sort) = call.some("type").and_then(Value::as_str)
            && sort != "function"
        {
            let message = format!("a call of the unknown type {sort:?}");
            self.error(
                here.member("type"),
                Code::ToolCall,
                message,
                "expected \"function\"",
            );
        }
        let at = here.member("function");
        let Some(function) = self.member(call, here, "function") else {
            return;
        };
        let Some(function) = function.as_object() else {
            return self.wrong_type(at, "an object", function);
        };
        if let Some(name) = self.string(function, at, "name") {
            self.facts.tokens += self.counter.count(name);
        }
        match function.get("arguments") {
            Some(Value::String(text)) => {
                self.facts.tokens += self.counter.count(text);
                if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
                    self.warn(
                        at.member("arguments"),
                        Code::ToolCall,
                        "the arguments are not JSON",
                        "the model would learn to write such arguments",
                    );
                }
            }
            Some(Value::Object(_)) => self.error(
                at.member("arguments"),
                Code::ToolCall,
                "the arguments are an object",
                "write them as a string with JSON in it",
            ),
            Some(other) => self.wrong_type(at.member("arguments"), "a string", other),
            None => self.error(
                at,
                Code::MissingKey,
                "`arguments` is missing",
                "write \"{}\"",
            ),
        }
    }

    /// Checks that answers of tools belong to calls, and notes the calls.
    pub(super) fn answers<'v>(
        &mut self,
        message: &'v Object<'_>,
        here: Pointer<'_>,
        role: &str,
        open: &mut Vec<&'v str>,
    ) {
        if role == "tool" {
            if let Some(id) = self.string(message, here, "tool_call_id") {
                match open.iter().position(|open| *open == id) {
                    Some(n) => {
                        open.remove(n);
                    }
                    None => self.error(
                        here.member("tool_call_id"),
                        Code::ToolAnswer,
                        format!("no call before this has the id {id:?}, or it has an answer"),
                        "",
                    ),
                }
            }
        } else if let (Some(id), "user" | "assistant") = (open.first(), role) {
            self.find(
                Level::Error,
                here,
                Code::ToolAnswer,
                format!("the call {id:?} before this has no answer"),
                "add a message with the role \"tool\" and this `tool_call_id`",
            );
            open.clear();
        }
        let calls = message.get("tool_calls").and_then(Value::as_array);
        for call in calls.unwrap_or_default() {
            if let Some(id) = call.as_object().and_then(|call| call.str("id")) {
                open.push(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_of_functions() {
        assert!(is_name("get_weather-2"));
        assert!(is_name(&"a".repeat(64)));
        for bad in ["", "get weather", "größe", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
