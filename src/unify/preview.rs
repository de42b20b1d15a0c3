//! Previews of training files: examples as a model is trained with them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The first examples of a training file, as a model would be trained with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DatasetPreview {
    /// The model.
    pub model: String,
    /// The form of the examples, in the vendor's word.
    #[serde(default)]
    pub format: Option<String>,
    /// The most tokens that an example may have.
    #[serde(default)]
    pub max_sequence_length: Option<i64>,
    /// Whether the model is trained on prompts as well as on answers.
    #[serde(default)]
    pub trains_on_inputs: Option<bool>,
    /// The examples.
    pub examples: Vec<PreviewExample>,
}

/// An example, as tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PreviewExample {
    /// The text of each token.
    pub tokens: Vec<String>,
    /// The number of each token in the model's vocabulary.
    #[serde(default)]
    pub token_ids: Vec<i64>,
    /// Which tokens are trained on: their indices, from the first one to the one
    /// after the last.
    pub trained: Vec<Range<usize>>,
    /// Whether the example was too long and lost its end.
    #[serde(default)]
    pub is_truncated: bool,
}

impl DatasetPreview {
    /// Creates a preview.
    pub fn new(model: impl Into<String>, examples: Vec<PreviewExample>) -> Self {
        Self {
            model: model.into(),
            format: None,
            max_sequence_length: None,
            trains_on_inputs: None,
            examples,
        }
    }
}

impl PreviewExample {
    /// Creates an example of these tokens. Ranges beyond them are cut.
    pub fn new(tokens: Vec<String>, trained: impl IntoIterator<Item = Range<usize>>) -> Self {
        let most = tokens.len();
        let trained = trained.into_iter();
        let trained = trained.map(|range| range.start.min(most)..range.end.min(most));
        Self {
            trained: trained.filter(|range| !range.is_empty()).collect(),
            tokens,
            token_ids: Vec::new(),
            is_truncated: false,
        }
    }

    /// Returns how many tokens are trained on.
    pub fn trained_count(&self) -> usize {
        let is_trained = |index: &usize| self.trained.iter().any(|range| range.contains(index));
        (0..self.tokens.len()).filter(is_trained).count()
    }
}
