//! Checks conversations: roles, their order, weights, and the members of messages.

use super::walk::Walk;
use crate::findings::{Code, Pointer};
use crate::json::{Object, Value};
use crate::rules::Level;
use crate::tokens::PER_MESSAGE;

/// Which part of an example a list of messages is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A conversation that is learnt from.
    Whole,
    /// A prompt that the model answers in training.
    Prompt,
    /// The input of a pair.
    Input,
    /// One of the outputs of a pair.
    Output,
}

/// What is known of the messages so far.
#[derive(Default)]
struct Order<'v> {
    last_role: Option<&'v str>,
    /// The last role of the user or the assistant.
    last_turn: Option<&'v str>,
    has_others_than_system: bool,
    assistants: u64,
    users: u64,
    reasoned: u64,
    /// Ids of calls that have no answer yet.
    open_calls: Vec<&'v str>,
}

impl Walk<'_> {
    /// Checks `messages` of an object.
    pub(super) fn conversation(&mut self, object: &Object<'_>, pointer: Pointer<'_>, part: Part) {
        if let Some(messages) = self.array(object, pointer, "messages") {
            self.messages(messages, pointer.member("messages"), part);
        }
    }

    pub(super) fn messages(&mut self, messages: &[Value<'_>], pointer: Pointer<'_>, part: Part) {
        let mut order = Order::default();
        let images = self.facts.images;
        for (n, message) in messages.iter().enumerate() {
            let here = pointer.index(n);
            match message.as_object() {
                Some(message) => self.message(message, here, part, &mut order),
                None => self.wrong_type(here, "an object", message),
            }
        }
        self.facts.messages += messages.len() as u64;
        self.ending(pointer, part, &order);
        if self.facts.images > images {
            self.contents_of_one_kind(messages, pointer);
        }
    }

    fn message<'v>(
        &mut self,
        message: &'v Object<'_>,
        here: Pointer<'_>,
        part: Part,
        order: &mut Order<'v>,
    ) {
        let Some(role) = self.string(message, here, "role") else {
            return;
        };
        self.statistics.count_role(role);
        if self.role(role, here, part) {
            self.order(role, here, part, order);
        }
        let has_calls = self.tool_calls(message, here, role, part);
        self.weight(message, here, role);
        let has_reasoning = self.reasoning(message, here, role);
        order.reasoned += u64::from(has_reasoning);
        self.content(message, here, role, has_calls || has_reasoning);
        self.answers(message, here, role, &mut order.open_calls);
        if self.counter.is_on() {
            self.facts.tokens += PER_MESSAGE + self.counter.count(role);
            if let Some(name) = message.str("name") {
                self.facts.tokens += 1 + self.counter.count(name);
            }
        }
    }

    /// Returns whether the role is one that has an order.
    fn role(&mut self, role: &str, here: Pointer<'_>, part: Part) -> bool {
        let here = here.member("role");
        let roles = match part {
            Part::Output => self.rules.pair.roles,
            _ => self.rules.chat.roles,
        };
        if roles.contains(&role) {
            if role == "function" {
                self.functions(here, "write the role \"tool\" with a `tool_call_id`");
            }
            return true;
        }
        let doubtful = part != Part::Output && self.rules.chat.doubtful_roles.contains(&role);
        let title = self.vendor.title;
        let expected = roles.join(", ");
        let help = match role {
            "developer" => "write the role \"system\"",
            "system" => "write the role \"developer\"",
            "function" => "write the role \"tool\" with a `tool_call_id`",
            "human" => "write the role \"user\"",
            "gpt" | "bot" | "model" | "ai" => "write the role \"assistant\"",
            _ => "",
        };
        let message = match doubtful {
            true => format!("{title} does not document the role {role:?} here"),
            false => format!("{title} has no role {role:?} here: expected {expected}"),
        };
        let level = if doubtful {
            Level::Warning
        } else {
            Level::Error
        };
        self.find(level, here, Code::Role, message, help);
        doubtful
    }

    fn order<'v>(&mut self, role: &'v str, here: Pointer<'_>, part: Part, order: &mut Order<'v>) {
        let chat = &self.rules.chat;
        let at = here.member("role");
        let is_system = matches!(role, "system" | "developer");
        if part != Part::Output {
            if is_system && order.last_role.is_some() {
                self.ruled(
                    chat.system_later,
                    at,
                    Code::MessageOrder,
                    format!("a {role} message that is not the first one"),
                    "put it first, or into another message",
                );
            }
            if !is_system && !order.has_others_than_system && role != "user" {
                self.ruled(
                    chat.other_than_user_first,
                    at,
                    Code::MessageOrder,
                    format!("the conversation starts with the role {role:?}"),
                    "start with the user's message, after a system message if there is one",
                );
            }
            let is_turn = matches!(role, "user" | "assistant");
            // Calls are answered by tools, and the assistant goes on after that.
            if is_turn && order.last_turn == Some(role) && order.last_role != Some("tool") {
                self.ruled(
                    chat.not_alternating,
                    at,
                    Code::MessageOrder,
                    format!("two messages of the role {role:?} follow each other"),
                    "put both into one message",
                );
            }
            if is_turn {
                order.last_turn = Some(role);
            }
        }
        order.has_others_than_system |= !is_system;
        order.assistants += u64::from(role == "assistant");
        order.users += u64::from(role == "user");
        order.last_role = Some(role);
    }

    /// What can be said only when all messages are known.
    fn ending(&mut self, pointer: Pointer<'_>, part: Part, order: &Order<'_>) {
        let Some(last) = order.last_role else {
            return;
        };
        let chat = &self.rules.chat;
        let title = self.vendor.title;
        match part {
            Part::Whole | Part::Prompt => {
                if part == Part::Whole && order.assistants == 0 {
                    return self.error(
                        pointer,
                        Code::NoAssistant,
                        "no message of the assistant: there is nothing to learn",
                        "add the wanted answer",
                    );
                }
                if let Some((role, level)) = chat.last
                    && role != last
                {
                    let message = format!("the last message has the role {last:?}");
                    let help = format!("{title} requires the {role}'s message last");
                    self.find(level, pointer, Code::MessageOrder, message, help);
                }
                if part == Part::Whole && order.reasoned > 0 && order.assistants > 1 {
                    self.warn(
                        pointer,
                        Code::Reasoning,
                        "several messages of the assistant, with reasoning",
                        "models that reason may learn from the last one only, or each turn is \
                         trained, and billed, on its own: split the example to be sure",
                    );
                }
            }
            Part::Input => {
                if last == "assistant" {
                    self.ruled(
                        self.rules.pair.ends_with_assistant,
                        pointer,
                        Code::MessageOrder,
                        "the input ends with the assistant's message",
                        "end it with the user's",
                    );
                }
                if order.users > 1 {
                    self.ruled(
                        self.rules.pair.several_user_turns,
                        pointer,
                        Code::Pair,
                        format!("{} messages of the user; {title} takes one", order.users),
                        "put what came before into the system message, or leave the pair out",
                    );
                }
            }
            Part::Output => {
                if order.assistants == 0 {
                    let help = "add the assistant's answer";
                    self.error(pointer, Code::Pair, "no message of the assistant", help);
                }
            }
        }
        if let Some(id) = order.open_calls.first()
            && part != Part::Output
            && !(last == "assistant" && part == Part::Whole)
        {
            self.warn(
                pointer,
                Code::ToolAnswer,
                format!("the call {id:?} has no answer"),
                "add a message with the role \"tool\" and this `tool_call_id`",
            );
        }
    }

    fn weight(&mut self, message: &Object<'_>, here: Pointer<'_>, role: &str) {
        let Some(value) = message.some("weight") else {
            return;
        };
        self.facts.has_weights = true;
        let here = here.member("weight");
        match value.as_f64() {
            None => self.wrong_type(here, "0 or 1", value),
            Some(weight) if weight != 0.0 && weight != 1.0 => {
                let message = format!("the weight {weight} is neither 0 nor 1");
                self.error(here, Code::Weight, message, "");
            }
            Some(_) if !self.rules.chat.weighted_roles.contains(&role) => {
                let message = format!(
                    "{} has no weight of the {role}'s message",
                    self.vendor.title
                );
                self.error(here, Code::Weight, message, "leave the weight out");
            }
            Some(_) => {}
        }
    }

    fn reasoning(&mut self, message: &Object<'_>, here: Pointer<'_>, role: &str) -> bool {
        let mut found = false;
        for name in ["reasoning", "reasoning_content"] {
            let Some(value) = message.some(name) else {
                continue;
            };
            let at = here.member(name);
            let Some(text) = value.as_str() else {
                self.wrong_type(at, "a string", value);
                continue;
            };
            let title = self.vendor.title;
            let known = self.rules.chat.reasoning;
            if !known.contains(&name) {
                let message = format!("{title} does not know `{name}`");
                let help = match known.first() {
                    Some(known) => format!("write `{known}`"),
                    None => "leave it out: the model would not learn from it".to_owned(),
                };
                self.warn(at, Code::Reasoning, message, help);
            } else if role != "assistant" {
                let message = format!("reasoning in the {role}'s message");
                self.warn(at, Code::Reasoning, message, "only the assistant reasons");
            }
            self.facts.has_reasoning = true;
            self.facts.tokens += self.counter.count(text);
            found = true;
        }
        found && role == "assistant"
    }
}
