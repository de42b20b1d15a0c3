//! Checks one example by the rules of its format.

use super::chat::Part;
use super::walk::Walk;
use crate::findings::{Code, Pointer};
use crate::json::Object;
use crate::rules::{ExampleWeight, Format, Level, Method};
use crate::tokens::PER_EXAMPLE;

const ROOT: Pointer<'static> = Pointer::Root;

impl Walk<'_> {
    /// Checks an example of a format that the method takes.
    pub(super) fn example(&mut self, example: &Object<'_>, format: Format) {
        self.root_keys(example, format);
        match format {
            Format::Chat => {
                let part = match self.rules.method {
                    Method::Reinforcement => Part::Prompt,
                    _ => Part::Whole,
                };
                self.tools(example, ROOT);
                self.conversation(example, ROOT, part);
            }
            Format::Preference => self.pair(example),
            Format::Instruction => {
                self.text(example, "prompt", true);
                self.text(example, "completion", false);
            }
            Format::Text => self.text(example, "text", false),
            // Never found in a line.
            Format::Parquet => {}
        }
        if self.counter.is_on() {
            self.facts.tokens += PER_EXAMPLE;
        }
    }

    fn text(&mut self, example: &Object<'_>, name: &'static str, may_be_empty: bool) {
        let Some(text) = self.string(example, ROOT, name) else {
            return;
        };
        self.facts.tokens += self.counter.count(text);
        if text.is_empty() && !may_be_empty {
            let message = format!("`{name}` is empty");
            self.error(
                ROOT.member(name),
                Code::EmptyValue,
                message,
                "leave the example out",
            );
        }
    }

    /// The members beside those that make the format.
    fn root_keys(&mut self, example: &Object<'_>, format: Format) {
        let title = self.vendor.title;
        for name in example.names() {
            let here = ROOT.member(name);
            match name {
                _ if format.keys().contains(&name) => {}
                "weight" => self.example_weight(example),
                "tools" if format == Format::Chat => {}
                "parallel_tool_calls" if format == Format::Chat => {
                    self.parallel_tool_calls(example, ROOT);
                }
                "functions" if format == Format::Chat => {
                    self.functions(here, "write `tools` instead of `functions`");
                }
                _ => {
                    let message = format!("{title} knows no member `{name}` here");
                    let level = self.rules.chat.other_keys;
                    self.ruled(level, here, Code::UnknownKey, message, "leave it out");
                }
            }
        }
    }

    pub(super) fn functions(&mut self, pointer: Pointer<'_>, help: &str) {
        let message = match self.rules.chat.functions {
            Some(Level::Error) => format!("{} takes tools only", self.vendor.title),
            _ => "functions are deprecated in favour of tools".to_owned(),
        };
        self.ruled(
            self.rules.chat.functions,
            pointer,
            Code::Functions,
            message,
            help,
        );
    }

    pub(super) fn parallel_tool_calls(&mut self, object: &Object<'_>, pointer: Pointer<'_>) {
        let name = "parallel_tool_calls";
        let here = pointer.member(name);
        match object.get(name) {
            None => {}
            Some(crate::json::Value::Bool(_) | crate::json::Value::Null) => {
                let message = format!("{} does not document `{name}`", self.vendor.title);
                let level = self.rules.chat.parallel_tool_calls;
                self.ruled(
                    level,
                    here,
                    Code::ParallelToolCalls,
                    message,
                    "leave it out",
                );
            }
            Some(other) => self.wrong_type(here, "a boolean", other),
        }
    }

    fn example_weight(&mut self, example: &Object<'_>) {
        let Some(value) = example.some("weight") else {
            return;
        };
        self.facts.has_weights = true;
        let here = ROOT.member("weight");
        let Some(weight) = value.as_f64() else {
            return self.wrong_type(here, "a number", value);
        };
        let title = self.vendor.title;
        match self.rules.chat.example_weight {
            ExampleWeight::Unknown => {
                let message = format!("{title} has no weight of an example, only of a message");
                self.find(
                    self.rules.chat.other_keys.unwrap_or(Level::Warning),
                    here,
                    Code::Weight,
                    message,
                    "leave it out, or repeat the example",
                );
            }
            ExampleWeight::NonNegative if weight < 0.0 => {
                let message = format!("the weight {weight} is negative");
                self.error(here, Code::Weight, message, "give a number from 0 on");
            }
            ExampleWeight::NonNegative | ExampleWeight::AnyOnEveryLine => {}
        }
    }
}
