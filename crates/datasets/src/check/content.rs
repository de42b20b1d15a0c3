//! Checks the content of a message: text, or parts of text and pictures.

use super::walk::Walk;
use crate::findings::{Code, Pointer};
use crate::image::{self, ImageSource};
use crate::json::{Object, Value};
use crate::rules::ImageRules;

impl Walk<'_> {
    /// Checks `content`, which may be absent where the message has something else.
    pub(super) fn content(
        &mut self,
        message: &Object<'_>,
        here: Pointer<'_>,
        role: &str,
        has_other: bool,
    ) {
        let at = here.member("content");
        match message.get("content") {
            Some(Value::String(text)) => {
                self.facts.tokens += match role {
                    "system" | "developer" => self.counter.count_repeated(text),
                    _ => self.counter.count(text),
                };
                if text.is_empty() && role == "assistant" && !has_other {
                    let help = "leave the example out, unless an empty answer is wanted";
                    self.warn(
                        at,
                        Code::EmptyValue,
                        "the assistant's answer is empty",
                        help,
                    );
                }
            }
            Some(Value::Array(parts)) if parts.is_empty() => {
                self.error(
                    at,
                    Code::EmptyValue,
                    "`content` is an empty list",
                    "write a text",
                );
            }
            Some(Value::Array(parts)) => {
                for (n, part) in parts.iter().enumerate() {
                    self.part(part, at.index(n), role, message);
                }
            }
            Some(Value::Null) | None if has_other => {}
            Some(Value::Null) | None => {
                let help = match role {
                    "assistant" => "write a text, or `tool_calls`",
                    _ => "write a text",
                };
                self.error(here, Code::MissingKey, "`content` is missing", help);
            }
            Some(other) => self.wrong_type(at, "a string or an array of parts", other),
        }
    }

    fn part(&mut self, part: &Value<'_>, here: Pointer<'_>, role: &str, message: &Object<'_>) {
        let Some(object) = part.as_object() else {
            return self.wrong_type(here, "an object with `type`", part);
        };
        let Some(sort) = self.string(object, here, "type") else {
            return;
        };
        match sort {
            "text" => {
                if let Some(text) = self.string(object, here, "text") {
                    self.facts.tokens += self.counter.count(text);
                }
            }
            "image_url" => {
                self.facts.images += 1;
                match &self.rules.chat.images {
                    Some(rules) => self.image(object, here, role, message, rules),
                    None => {
                        let message = format!(
                            "{} takes text only for {}",
                            self.vendor.title, self.rules.method
                        );
                        self.error(here, Code::Image, message, "leave the example out");
                    }
                }
            }
            "refusal" if role == "assistant" => {
                if let Some(text) = self.string(object, here, "refusal") {
                    self.facts.tokens += self.counter.count(text);
                }
            }
            _ => {
                let message = format!("a part of the unknown type {sort:?}");
                let help = "expected \"text\" or \"image_url\"";
                self.error(here.member("type"), Code::ContentPart, message, help);
            }
        }
    }

    fn image(
        &mut self,
        part: &Object<'_>,
        here: Pointer<'_>,
        role: &str,
        message: &Object<'_>,
        rules: &ImageRules,
    ) {
        let title = self.vendor.title;
        if !rules.roles.contains(&role) {
            let message = format!("{title} takes no pictures in the {role}'s message");
            self.error(here, Code::Image, message, "move it to the user's message");
        }
        if message
            .get("weight")
            .and_then(Value::as_f64)
            .is_some_and(|w| w != 0.0)
            && role != "assistant"
        {
            let help = "leave the weight out";
            self.error(
                here,
                Code::Weight,
                "a message with a picture has a weight",
                help,
            );
        }
        let at = here.member("image_url");
        let url = match part.get("image_url") {
            Some(Value::Object(image)) => match self.string(image, at, "url") {
                Some(url) => url,
                None => return,
            },
            Some(other) => return self.wrong_type(at, "an object with `url`", other),
            None => {
                return self.error(here, Code::MissingKey, "`image_url` is missing", "");
            }
        };
        let at = at.member("url");
        match image::source(url) {
            Ok(ImageSource::Url(_)) if rules.by_url => {}
            Ok(ImageSource::Url(_)) => {
                let message = format!("{title} does not fetch pictures");
                let help = "put the picture into the file, as a data URL in base64";
                self.error(at, Code::Image, message, help);
            }
            Ok(ImageSource::Data(data)) => {
                if !rules.types.contains(&data.media_type) {
                    let message = format!("{title} does not list pictures of {}", data.media_type);
                    let help = format!("convert it to one of {}", rules.types.join(", "));
                    self.error(at, Code::Image, message, help);
                }
                if let Some(most) = rules.max_bytes
                    && data.bytes > most
                {
                    let message =
                        format!("a picture of {} bytes; {title} takes {most}", data.bytes);
                    self.error(at, Code::Image, message, "make it smaller");
                }
            }
            Err(reason) => {
                let help = "expected https://… or data:image/png;base64,…";
                self.error(at, Code::Image, reason, help);
            }
        }
    }

    /// In examples with pictures some vendors want all contents to be lists.
    pub(super) fn contents_of_one_kind(&mut self, messages: &[Value<'_>], pointer: Pointer<'_>) {
        let Some(rules) = &self.rules.chat.images else {
            return;
        };
        if rules.all_lists {
            for (n, message) in messages.iter().enumerate() {
                let content = message.as_object().and_then(|m| m.get("content"));
                if matches!(content, Some(Value::String(_))) {
                    self.error(
                        pointer.index(n).member("content"),
                        Code::ContentPart,
                        "a string beside contents that are lists",
                        "write [{\"type\": \"text\", \"text\": …}]",
                    );
                }
            }
        }
        if let Some(most) = rules.max_count
            && self.facts.images > most
        {
            let (title, images) = (self.vendor.title, self.facts.images);
            let message = format!("{images} pictures in an example; {title} takes {most}");
            self.error(pointer, Code::Image, message, "");
        }
    }
}
