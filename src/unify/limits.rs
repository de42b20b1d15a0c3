//! Bounds of the settings with which a model can be trained.

use serde::{Deserialize, Serialize};

/// The bounds within which a vendor trains a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ModelLimits {
    /// The model.
    pub model: String,
    /// The most epochs.
    pub max_epochs: i64,
    /// The most evaluations.
    pub max_evaluations: i64,
    /// The smallest absolute learning rate.
    pub min_learning_rate: f64,
    /// The largest absolute learning rate.
    pub max_learning_rate: f64,
    /// Bounds of training all weights; none where that is not offered.
    pub full: Option<TrainingLimits>,
    /// Bounds of training an adapter; none where that is not offered.
    pub lora: Option<TrainingLimits>,
    /// The highest rank of an adapter.
    pub max_lora_rank: Option<i64>,
    /// The rank of an adapter where a job asks for none.
    #[serde(default)]
    pub default_lora_rank: Option<i64>,
    /// The modules that an adapter can train.
    pub lora_modules: Vec<String>,
    /// The most checkpoints.
    #[serde(default)]
    pub max_checkpoints: Option<i64>,
    /// The lowest bound of a sequence's length that a job can ask for, in tokens.
    #[serde(default)]
    pub min_sequence_length: Option<i64>,
    /// The longest sequence in supervised training, in tokens.
    #[serde(default)]
    pub max_sequence_length: Option<i64>,
    /// The longest sequence with preference pairs, in tokens.
    #[serde(default)]
    pub max_sequence_length_dpo: Option<i64>,
    /// How many batches make a step where a job does not say it.
    #[serde(default)]
    pub default_gradient_accumulation_steps: Option<i64>,
}

/// Bounds of the batch size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TrainingLimits {
    /// The smallest batch.
    pub min_batch_size: i64,
    /// The largest batch.
    pub max_batch_size: i64,
    /// The largest batch with preference pairs.
    pub max_batch_size_dpo: i64,
}

impl ModelLimits {
    /// Creates the limits of a model, with neither full training nor adapters.
    pub fn new(
        model: impl Into<String>,
        max_epochs: i64,
        max_evaluations: i64,
        min_learning_rate: f64,
        max_learning_rate: f64,
    ) -> Self {
        Self {
            model: model.into(),
            max_epochs,
            max_evaluations,
            min_learning_rate,
            max_learning_rate,
            full: None,
            lora: None,
            max_lora_rank: None,
            default_lora_rank: None,
            lora_modules: Vec::new(),
            max_checkpoints: None,
            min_sequence_length: None,
            max_sequence_length: None,
            max_sequence_length_dpo: None,
            default_gradient_accumulation_steps: None,
        }
    }
}

impl TrainingLimits {
    /// Creates bounds of the batch size.
    pub const fn new(min_batch_size: i64, max_batch_size: i64, max_batch_size_dpo: i64) -> Self {
        Self {
            min_batch_size,
            max_batch_size,
            max_batch_size_dpo,
        }
    }
}
