//! Writes an example in the form of another vendor. What cannot be written is left
//! as it is, and the vendor's check rejects it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::alterations::{AlterationKind, Alterations};
use super::functions;
use super::{FetchImage, FetchedImage};
use crate::detect::format_of;
use crate::image::{self, ImageSource};
use crate::json::{Object, Value};
use crate::rules::{ChatRules, ExampleWeight, Format, Level, MethodRules};

/// How examples are rewritten.
#[derive(Clone, Copy)]
pub(crate) struct Rewrite<'c> {
    pub(crate) rules: &'static MethodRules,
    pub(crate) fetch: Option<&'c FetchImage>,
    /// Whether every example gets a weight.
    pub(crate) add_weights: bool,
}

/// One example's alterations.
type Altered = BTreeSet<AlterationKind>;

impl Rewrite<'_> {
    /// Rewrites an example; none where it is left out.
    pub(crate) fn example<'a>(
        &self,
        mut value: Value<'a>,
        line: u64,
        alterations: &mut Alterations,
    ) -> Option<Value<'a>> {
        let mut altered = Altered::new();
        let keep = match &mut value {
            Value::Object(example) => self.object(example, &mut altered),
            _ => true,
        };
        for kind in altered {
            alterations.add(kind, line);
        }
        keep.then_some(value)
    }

    fn object(&self, example: &mut Object<'_>, altered: &mut Altered) -> bool {
        if !self.weight(example, altered) {
            altered.clear();
            altered.insert(AlterationKind::UntrainedExampleDropped);
            return false;
        }
        let taken = self.rules.formats;
        // What has no format is rejected by the check.
        let all = [
            Format::Preference,
            Format::Chat,
            Format::Instruction,
            Format::Text,
        ];
        let format = match format_of(example, taken).or_else(|_| format_of(example, &all)) {
            Ok(Format::Instruction)
                if !taken.contains(&Format::Instruction) && taken.contains(&Format::Chat) =>
            {
                prompt_to_chat(example, altered);
                Format::Chat
            }
            Ok(format) => format,
            Err(_) => return true,
        };
        match format {
            Format::Chat => {
                self.conversation(example, altered);
                self.drop_other_keys(example, format, altered);
            }
            Format::Preference => {
                if let Some(Value::Object(input)) = example.get_mut("input") {
                    self.conversation(input, altered);
                }
                for name in ["preferred_output", "non_preferred_output"] {
                    if let Some(Value::Array(messages)) = example.get_mut(name) {
                        self.messages(messages, altered);
                    }
                }
                self.drop_other_keys(example, format, altered);
            }
            _ => self.drop_other_keys(example, format, altered),
        }
        true
    }

    /// Returns false for an example that is not learnt from.
    fn weight(&self, example: &mut Object<'_>, altered: &mut Altered) -> bool {
        let weight = example.some("weight").and_then(Value::as_f64);
        match (self.rules.chat.example_weight, weight) {
            (ExampleWeight::Unknown, Some(0.0)) => return false,
            (ExampleWeight::Unknown, Some(_)) => {
                example.remove("weight");
                altered.insert(AlterationKind::ExampleWeightDropped);
            }
            (ExampleWeight::AnyOnEveryLine, None) if self.add_weights => {
                example.set("weight", Value::Number(Cow::Borrowed("1")));
                altered.insert(AlterationKind::ExampleWeightAdded);
            }
            _ => {}
        }
        true
    }

    fn drop_other_keys(&self, example: &mut Object<'_>, format: Format, altered: &mut Altered) {
        if self.rules.chat.other_keys != Some(Level::Error) {
            return;
        }
        let further: &[&str] = match format {
            Format::Chat => &["weight", "tools", "parallel_tool_calls", "functions"],
            _ => &["weight"],
        };
        let before = example.0.len();
        let is_known = |name: &str| format.keys().contains(&name) || further.contains(&name);
        example.0.retain(|(name, _)| is_known(name));
        if example.0.len() < before {
            altered.insert(AlterationKind::OtherKeysDropped);
        }
    }

    /// An object with `messages`, and what stands beside them.
    fn conversation(&self, object: &mut Object<'_>, altered: &mut Altered) {
        let chat = &self.rules.chat;
        if chat.parallel_tool_calls.is_some() && object.remove("parallel_tool_calls").is_some() {
            altered.insert(AlterationKind::ParallelToolCallsDropped);
        }
        if chat.functions == Some(Level::Error) && functions::to_tools(object) {
            altered.insert(AlterationKind::FunctionsToTools);
        }
        if let Some(Value::Array(messages)) = object.get_mut("messages") {
            self.messages(messages, altered);
        }
    }

    fn messages(&self, messages: &mut [Value<'_>], altered: &mut Altered) {
        let chat = &self.rules.chat;
        let mut has_images = false;
        for message in messages.iter_mut() {
            if let Value::Object(message) = message {
                developer_to_system(chat, message, altered);
                let images = self.images(message, altered);
                has_images |= images;
                message_weight(chat, message, images, altered);
                reasoning(chat, message, altered);
            }
        }
        if has_images && chat.images.as_ref().is_some_and(|rules| rules.all_lists) {
            contents_to_lists(messages, altered);
        }
    }

    /// Returns whether the message has pictures.
    fn images(&self, message: &mut Object<'_>, altered: &mut Altered) -> bool {
        let Some(Value::Array(parts)) = message.get_mut("content") else {
            return false;
        };
        let mut found = false;
        for part in parts {
            let Value::Object(part) = part else { continue };
            if part.str("type") == Some("image_url") {
                found = true;
                if let Some(Value::Object(image)) = part.get_mut("image_url") {
                    self.image(image, altered);
                }
            }
        }
        found
    }

    fn image(&self, image: &mut Object<'_>, altered: &mut Altered) {
        let Some(rules) = &self.rules.chat.images else {
            return;
        };
        if !rules.detail && image.remove("detail").is_some() {
            altered.insert(AlterationKind::ImageDetailDropped);
        }
        let (Some(fetch), Some(url)) = (self.fetch, image.str("url")) else {
            return;
        };
        if rules.by_url || !matches!(image::source(url), Ok(ImageSource::Url(_))) {
            return;
        }
        // One that cannot be fetched stays, and the vendor's check rejects it.
        if let Ok(FetchedImage { media_type, bytes }) = fetch(url) {
            let url = format!("data:{media_type};base64,{}", STANDARD.encode(bytes));
            image.set("url", Value::String(Cow::Owned(url)));
            altered.insert(AlterationKind::ImageEmbedded);
        }
    }
}

fn developer_to_system(chat: &ChatRules, message: &mut Object<'_>, altered: &mut Altered) {
    let is_taken = |role: &str| chat.roles.contains(&role) || chat.doubtful_roles.contains(&role);
    if message.str("role") == Some("developer") && !is_taken("developer") {
        message.set("role", Value::String(Cow::Borrowed("system")));
        altered.insert(AlterationKind::DeveloperToSystem);
    }
}

fn message_weight(
    chat: &ChatRules,
    message: &mut Object<'_>,
    has_images: bool,
    altered: &mut Altered,
) {
    let Some(weight) = message.get("weight") else {
        return;
    };
    let role = message.str("role").unwrap_or_default();
    let is_zero = weight.as_f64() == Some(0.0);
    let is_taken = chat.weighted_roles.contains(&role);
    let with_image = has_images && !is_zero && role != "assistant";
    if !is_taken || with_image {
        message.remove("weight");
        altered.insert(AlterationKind::MessageWeightDropped);
    }
}

fn reasoning(chat: &ChatRules, message: &mut Object<'_>, altered: &mut Altered) {
    for name in ["reasoning", "reasoning_content"] {
        if !message.contains(name) || chat.reasoning.contains(&name) {
            continue;
        }
        match chat.reasoning.first() {
            Some(known) if !message.contains(known) => {
                message.rename(name, known);
                altered.insert(AlterationKind::ReasoningRenamed);
            }
            _ => {
                message.remove(name);
                altered.insert(AlterationKind::ReasoningDropped);
            }
        }
    }
}

fn contents_to_lists(messages: &mut [Value<'_>], altered: &mut Altered) {
    for message in messages {
        let Value::Object(message) = message else {
            continue;
        };
        if let Some(content @ Value::String(_)) = message.get_mut("content") {
            let text = std::mem::replace(content, Value::Null);
            let part = Object(vec![
                ("type".into(), Value::String("text".into())),
                ("text".into(), text),
            ]);
            *content = Value::Array(vec![Value::Object(part)]);
            altered.insert(AlterationKind::ContentsMadeLists);
        }
    }
}

fn message<'a>(role: &'static str, content: Value<'a>) -> Value<'a> {
    Value::Object(Object(vec![
        ("role".into(), Value::String(role.into())),
        ("content".into(), content),
    ]))
}

fn prompt_to_chat(example: &mut Object<'_>, altered: &mut Altered) {
    let is_text = |name| example.str(name).is_some();
    if !is_text("prompt") || !is_text("completion") {
        return;
    }
    let prompt = example.remove("prompt").unwrap_or(Value::Null);
    let completion = example.remove("completion").unwrap_or(Value::Null);
    let messages = Value::Array(vec![
        message("user", prompt),
        message("assistant", completion),
    ]);
    example.0.insert(0, ("messages".into(), messages));
    altered.insert(AlterationKind::PromptToChat);
}
