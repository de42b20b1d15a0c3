//! How a model may be trained.

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
    /// The modules that an adapter can train.
    pub lora_modules: Vec<String>,
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

#[cfg(feature = "together")]
impl From<&crate::together::types::ModelLimits> for ModelLimits {
    fn from(limits: &crate::together::types::ModelLimits) -> Self {
        let full = limits.full_training.as_ref();
        let lora = limits.lora_training.as_ref();
        Self {
            model: limits.model_name.clone(),
            max_epochs: limits.max_num_epochs,
            max_evaluations: limits.max_num_evals,
            min_learning_rate: limits.min_learning_rate,
            max_learning_rate: limits.max_learning_rate,
            full: full.map(|full| TrainingLimits {
                min_batch_size: full.min_batch_size,
                max_batch_size: full.max_batch_size,
                max_batch_size_dpo: full.max_batch_size_dpo,
            }),
            lora: lora.map(|lora| TrainingLimits {
                min_batch_size: lora.min_batch_size,
                max_batch_size: lora.max_batch_size,
                max_batch_size_dpo: lora.max_batch_size_dpo,
            }),
            max_lora_rank: lora.map(|lora| lora.max_rank),
            lora_modules: lora
                .map(|lora| lora.target_modules.clone())
                .unwrap_or_default(),
        }
    }
}
