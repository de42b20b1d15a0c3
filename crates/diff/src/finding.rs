//! A difference at one place, before it is known which operations it affects.

use super::level::Directions;
use super::rule::Rule;
use super::rules;
use serde_json::Value;

/// One difference, at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that explains it.
    pub rule: &'static Rule,
    /// Where it stands in the old document; empty when it does not.
    pub base: Option<String>,
    /// Where it stands in the new document.
    pub head: Option<String>,
    /// What the sentence calls it.
    pub name: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
    /// The directions in which it can be seen at all.
    pub directions: Directions,
    /// Whether the places are those of the written documents, and not of the
    /// normal form.
    pub written: bool,
    /// The member, value or branch that the difference is about, as it is
    /// written in the document.
    pub subject: Option<String>,
}

impl Finding {
    /// Returns a difference by the rule of that name.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let rule = rules::find(id).or_else(|| rules::find(rules::UNCLASSIFIED));
        Self {
            // The table has the fallback, as a test demands.
            rule: rule.unwrap_or(&super::rules::GROUPS[0].rules[0]),
            base: None,
            head: None,
            name: String::new(),
            from: String::new(),
            to: String::new(),
            directions: Directions::BOTH,
            written: false,
            subject: None,
        }
    }

    /// Returns the same, at these places.
    #[must_use]
    pub fn at(mut self, base: Option<&str>, head: Option<&str>) -> Self {
        self.base = base.map(str::to_owned);
        self.head = head.map(str::to_owned);
        self
    }

    /// Returns the same, of that name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the same, from that to that.
    #[must_use]
    pub fn change(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.from = from.into();
        self.to = to.into();
        self
    }

    /// Returns the same, about that member or value.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Returns the same, seen only in these directions.
    #[must_use]
    pub fn only(mut self, directions: Directions) -> Self {
        self.directions = directions;
        self
    }

    /// Returns the same, at places of the written documents.
    #[must_use]
    pub fn written_place(mut self) -> Self {
        self.written = true;
        self
    }

    /// Returns whether it is about that keyword of the schema it stands at.
    #[must_use]
    pub fn speaks_of(&self, keyword: &str) -> bool {
        let subject = self.subject.as_deref() == Some(keyword);
        let by_rule = match keyword {
            "enum" => self.rule.id.contains("enum"),
            "type" => self.rule.id.starts_with("type-"),
            _ => false,
        };
        subject || by_rule
    }

    /// Returns the sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let words = [
            ("{name}", &self.name),
            ("{from}", &self.from),
            ("{to}", &self.to),
        ];
        let mut text = String::new();
        let mut rest = self.rule.sentence;
        // What is put in is not read again.
        while let Some(start) = rest.find('{') {
            let (before, behind) = rest.split_at(start);
            let word = words.iter().find(|(word, _)| behind.starts_with(word));
            let Some((word, value)) = word else {
                text.push_str(before);
                text.push('{');
                rest = &behind[1..];
                continue;
            };
            rest = &behind[word.len()..];
            match (before.strip_suffix('`'), rest.strip_prefix('`')) {
                (Some(before), Some(after)) => {
                    text.push_str(before);
                    text.push_str(&code(value));
                    rest = after;
                }
                _ => {
                    text.push_str(before);
                    text.push_str(value);
                }
            }
        }
        text.push_str(rest);
        text
    }
}

/// Returns a name in a sentence: between more backticks than it holds itself.
#[must_use]
pub fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Returns a value in a sentence.
#[must_use]
pub fn quoted(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => code(&format!("\"{}\"", brief(text))),
        Some(other) => code(&brief(&other.to_string())),
    }
}

/// Returns a text, cut to what fits into a sentence.
fn brief(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
