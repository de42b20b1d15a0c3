//! The types of the tables of what a vendor takes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a model is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Supervised fine-tuning (SFT): examples with the wanted answer.
    Supervised,
    /// Direct preference optimisation (DPO): pairs of a better and a worse answer.
    Dpo,
    /// Reinforcement fine-tuning (RFT): prompts, whose answers are graded.
    Reinforcement,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 3] = [Self::Supervised, Self::Dpo, Self::Reinforcement];

    /// Returns its name, as in a job's `method.type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Dpo => "dpo",
            Self::Reinforcement => "reinforcement",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Method {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.to_ascii_lowercase().as_str() {
            "supervised" | "sft" => Ok(Self::Supervised),
            "dpo" | "preference" => Ok(Self::Dpo),
            "reinforcement" | "rft" => Ok(Self::Reinforcement),
            _ => Err(UnknownName {
                name: text.to_owned(),
                expected: "supervised, dpo or reinforcement".to_owned(),
            }),
        }
    }
}

/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    pub(crate) name: String,
    pub(crate) expected: String,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown name {:?}: expected {}",
            self.name, self.expected
        )
    }
}

impl std::error::Error for UnknownName {}

/// The form of the examples in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// `messages`: a conversation. Items of reinforcement have this form too.
    Chat,
    /// `prompt` and `completion`.
    Instruction,
    /// `text` alone.
    Text,
    /// `input`, `preferred_output` and `non_preferred_output`.
    Preference,
    /// Tokens in a Parquet file. Recognised, and not read.
    Parquet,
}

impl Format {
    /// Returns the members that an example of this format has.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Chat => &["messages"],
            Self::Instruction => &["prompt", "completion"],
            Self::Text => &["text"],
            Self::Preference => &["input", "preferred_output", "non_preferred_output"],
            Self::Parquet => &["input_ids"],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Chat => "chat (messages)",
            Self::Instruction => "instruction (prompt, completion)",
            Self::Text => "text",
            Self::Preference => "preference (input, preferred_output, non_preferred_output)",
            Self::Parquet => "tokenised Parquet",
        })
    }
}

/// How bad it is where a file does not follow a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The vendor rejects it, or documents that it does not take it.
    Error,
    /// It is taken, but does something else than it seems to; or it is not sure
    /// that it is taken.
    Warning,
}

/// What a vendor takes.
#[derive(Debug)]
#[non_exhaustive]
pub struct VendorRules {
    /// The vendor's name, as in configuration.
    pub name: &'static str,
    /// The vendor's name, as it writes itself.
    pub title: &'static str,
    /// The methods that it has.
    pub methods: &'static [MethodRules],
    /// What a byte order mark at the start of a file is; none where it is fine.
    pub byte_order_mark: Option<Level>,
    /// The largest file, in bytes.
    pub max_bytes: Option<u64>,
    /// A size above which something is to be known, and what.
    pub large: Option<(u64, &'static str)>,
    /// What happens to an example of more tokens than the model takes.
    pub over_length: &'static str,
    /// Whether the tokenizers of OpenAI's models count its own models' tokens.
    pub counts_like_openai: bool,
    /// Where this is from.
    pub sources: &'static [&'static str],
}

impl VendorRules {
    /// Returns the rules of a method; none where the vendor has no such method.
    pub fn method(&self, method: Method) -> Option<&'static MethodRules> {
        self.methods.iter().find(|rules| rules.method == method)
    }
}

/// What a vendor takes for a method.
#[derive(Debug)]
#[non_exhaustive]
pub struct MethodRules {
    /// The method.
    pub method: Method,
    /// The formats of a file, the usual one first.
    pub formats: &'static [Format],
    /// The fewest examples of a training file.
    pub min_examples: u64,
    /// The most examples of a training file.
    pub max_examples: Option<u64>,
    /// The most examples of a validation file.
    pub max_validation_examples: Option<u64>,
    /// Whether a job needs a validation file.
    pub validation_required: bool,
    /// How conversations are written.
    pub chat: ChatRules,
    /// How pairs are written.
    pub pair: PairRules,
}

/// How a vendor has conversations written.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChatRules {
    /// The documented roles.
    pub roles: &'static [&'static str],
    /// Roles that are not documented here but not rejected for sure.
    pub doubtful_roles: &'static [&'static str],
    /// A system message that is not the first one.
    pub system_later: Option<Level>,
    /// The first message that is not a system message, and not the user's.
    pub other_than_user_first: Option<Level>,
    /// Two messages of the user, or of the assistant, that follow each other.
    pub not_alternating: Option<Level>,
    /// The role of the last message, and what another one is.
    pub last: Option<(&'static str, Level)>,
    /// `functions`, `function_call` and the role `function`.
    pub functions: Option<Level>,
    /// `parallel_tool_calls`.
    pub parallel_tool_calls: Option<Level>,
    /// Members of an example that no rule knows.
    pub other_keys: Option<Level>,
    /// `weight` of an example.
    pub example_weight: ExampleWeight,
    /// Roles whose messages may have a `weight`.
    pub weighted_roles: &'static [&'static str],
    /// Members of the assistant's messages that hold reasoning.
    pub reasoning: &'static [&'static str],
    /// Pictures; none where there is only text.
    pub images: Option<ImageRules>,
}

/// Whether an example has a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExampleWeight {
    /// There is no such member.
    Unknown,
    /// A number that is not negative.
    NonNegative,
    /// Any number; on every line, if on one.
    AnyOnEveryLine,
}

/// How a vendor has pictures written.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImageRules {
    /// Whether a picture may be an address that the vendor fetches.
    pub by_url: bool,
    /// The media types of pictures in data URLs.
    pub types: &'static [&'static str],
    /// The most pictures of an example.
    pub max_count: Option<u64>,
    /// The largest picture, in bytes.
    pub max_bytes: Option<u64>,
    /// Whether `detail` means something.
    pub detail: bool,
    /// The roles whose messages may have them.
    pub roles: &'static [&'static str],
    /// Whether the contents of an example with pictures are all lists.
    pub all_lists: bool,
    /// The most examples with pictures.
    pub max_examples: Option<u64>,
}

/// How a vendor has pairs written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PairRules {
    /// The most messages of an output.
    pub max_outputs: Option<u64>,
    /// The roles of an output's messages.
    pub roles: &'static [&'static str],
    /// Whether an output may call tools.
    pub tool_calls: Option<Level>,
    /// Whether the input may end with the assistant's message.
    pub ends_with_assistant: Option<Level>,
    /// More messages of the user than one.
    pub several_user_turns: Option<Level>,
}
