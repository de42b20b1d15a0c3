//! What a conversion changes in a file or leaves out.

use std::collections::BTreeMap;

use serde::Serialize;

/// How many lines are named of each alteration.
const LINES: usize = 5;

/// A kind of change that a conversion makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AlterationKind {
    /// `parallel_tool_calls` was left out.
    ParallelToolCallsDropped,
    /// The role `developer` became `system`.
    DeveloperToSystem,
    /// `functions`, `function_call` and the role `function` became tools.
    FunctionsToTools,
    /// `detail` of a picture was left out.
    ImageDetailDropped,
    /// A picture at an address was put into the file.
    ImageEmbedded,
    /// Contents that were strings became lists with one text.
    ContentsMadeLists,
    /// Reasoning was left out: the model does not learn from it.
    ReasoningDropped,
    /// Reasoning has another name.
    ReasoningRenamed,
    /// The weight of an example was left out: all count the same.
    ExampleWeightDropped,
    /// An example of the weight 0 was left out.
    UntrainedExampleDropped,
    /// Examples without a weight got the weight 1, which they had already.
    ExampleWeightAdded,
    /// The weight of a message was left out.
    MessageWeightDropped,
    /// `prompt` and `completion` became a conversation.
    PromptToChat,
    /// Members that the vendor does not know were left out.
    OtherKeysDropped,
}

impl AlterationKind {
    /// Returns what it means, as a sentence.
    pub fn description(self) -> &'static str {
        match self {
            Self::ParallelToolCallsDropped => {
                "parallel_tool_calls is left out: the vendor finds out from the examples"
            }
            Self::DeveloperToSystem => "the role developer becomes system",
            Self::FunctionsToTools => "functions and their calls become tools",
            Self::ImageDetailDropped => "detail of pictures is left out",
            Self::ImageEmbedded => "pictures at addresses are fetched and put into the file",
            Self::ContentsMadeLists => {
                "contents become lists of parts in examples with pictures; the text is the same"
            }
            Self::ReasoningDropped => "reasoning is left out: the model does not learn from it",
            Self::ReasoningRenamed => "reasoning gets the vendor's name for it",
            Self::ExampleWeightDropped => {
                "weights of examples are left out: all examples count the same"
            }
            Self::UntrainedExampleDropped => "examples of the weight 0 are left out",
            Self::ExampleWeightAdded => {
                "examples without a weight get the weight 1, for it must be on every line or none"
            }
            Self::MessageWeightDropped => {
                "weights of messages are left out where the vendor has none"
            }
            Self::PromptToChat => {
                "prompt and completion become a conversation, which the model's chat template \
                 frames"
            }
            Self::OtherKeysDropped => "members that the vendor does not know are left out",
        }
    }

    /// Returns true where the model learns something else than from the source;
    /// false where the same is only written in another way.
    pub fn changes_training(self) -> bool {
        match self {
            Self::ParallelToolCallsDropped
            | Self::DeveloperToSystem
            | Self::ImageDetailDropped
            | Self::ReasoningDropped
            | Self::ExampleWeightDropped
            | Self::MessageWeightDropped
            | Self::PromptToChat => true,
            Self::FunctionsToTools
            | Self::ImageEmbedded
            | Self::ContentsMadeLists
            | Self::ReasoningRenamed
            | Self::UntrainedExampleDropped
            | Self::ExampleWeightAdded
            | Self::OtherKeysDropped => false,
        }
    }
}

/// Something that is not the same after a conversion, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alteration {
    /// What it is.
    pub kind: AlterationKind,
    /// How many examples it concerns.
    pub examples: u64,
    /// The first of their lines.
    pub lines: Vec<u64>,
    /// What it means.
    pub description: &'static str,
    /// Whether the model learns something else than from the source.
    pub changes_training: bool,
}

/// Alterations of some lines.
#[derive(Debug, Default)]
pub(crate) struct Alterations(BTreeMap<AlterationKind, (u64, Vec<u64>)>);

impl Alterations {
    /// Records an alteration, once for each line.
    pub(crate) fn add(&mut self, kind: AlterationKind, line: u64) {
        let (count, lines) = self.0.entry(kind).or_default();
        // Lines come in order, so the last one says whether it is noted. Beyond
        // those that are kept, the caller notes each kind once.
        if lines.last() == Some(&line) {
            return;
        }
        *count += 1;
        if lines.len() < LINES {
            lines.push(line);
        }
    }

    pub(crate) fn append(&mut self, later: Self) {
        for (kind, (more, later)) in later.0 {
            let (count, lines) = self.0.entry(kind).or_default();
            *count += more;
            let free = LINES - lines.len();
            lines.extend(later.into_iter().take(free));
        }
    }

    pub(crate) fn into_list(self) -> Vec<Alteration> {
        let alteration =
            |(kind, (examples, lines)): (AlterationKind, (u64, Vec<u64>))| Alteration {
                kind,
                examples,
                lines,
                description: kind.description(),
                changes_training: kind.changes_training(),
            };
        self.0.into_iter().map(alteration).collect()
    }
}
