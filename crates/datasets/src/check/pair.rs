//! Checks pairs of a preferred and a worse answer.

use super::chat::Part;
use super::walk::Walk;
use crate::findings::{Code, Pointer};
use crate::json::{Object, Value};

const ROOT: Pointer<'static> = Pointer::Root;

impl Walk<'_> {
    pub(super) fn pair(&mut self, example: &Object<'_>) {
        if let Some(value) = self.member(example, ROOT, "input") {
            let here = ROOT.member("input");
            match value.as_object() {
                Some(input) => self.input(input, here),
                None => self.wrong_type(here, "an object with `messages`", value),
            }
        }
        let before = self.facts.tokens;
        self.output(example, "preferred_output");
        let preferred = self.facts.tokens - before;
        self.facts.tokens = before;
        self.output(example, "non_preferred_output");
        // Each side is an example of its own; the longer one counts for limits.
        let other = self.facts.tokens - before;
        self.facts.tokens = before + preferred.max(other);
        let outputs = ["preferred_output", "non_preferred_output"];
        let [preferred, other] = outputs.map(|name| example.get(name).and_then(Value::as_array));
        if preferred == other && preferred.is_some_and(|output| !output.is_empty()) {
            self.warn(
                ROOT,
                Code::Pair,
                "both outputs are the same",
                "leave the pair out: there is nothing to prefer",
            );
        }
    }

    fn input(&mut self, input: &Object<'_>, here: Pointer<'_>) {
        let title = self.vendor.title;
        for name in input.names() {
            match name {
                "messages" | "tools" => {}
                "parallel_tool_calls" => self.parallel_tool_calls(input, here),
                _ => {
                    let message = format!("{title} knows no member `{name}` here");
                    let level = self.rules.chat.other_keys;
                    self.ruled(
                        level,
                        here.member(name),
                        Code::UnknownKey,
                        message,
                        "leave it out",
                    );
                }
            }
        }
        self.tools(input, here);
        self.conversation(input, here, Part::Input);
    }

    fn output(&mut self, example: &Object<'_>, name: &'static str) {
        let Some(messages) = self.array(example, ROOT, name) else {
            return;
        };
        let here = ROOT.member(name);
        if let Some(most) = self.rules.pair.max_outputs
            && messages.len() as u64 > most
        {
            let message = format!(
                "{} messages in an output; {} takes {most}",
                messages.len(),
                self.vendor.title
            );
            self.error(
                here,
                Code::Pair,
                message,
                "keep the last answer of the assistant",
            );
        }
        self.messages(messages, here, Part::Output);
    }
}
