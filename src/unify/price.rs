//! Estimates of a job's price.

use serde::{Deserialize, Serialize};

use super::Usd;

/// A vendor's estimate of a job's price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PriceEstimate {
    /// The price, if the vendor gives one.
    pub total: Option<Usd>,
    /// Why the vendor gives no price, in its own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
    /// The amount that the account may still spend.
    pub limit: Option<Usd>,
    /// Whether the vendor would start the job.
    pub allowed: Option<bool>,
    /// The number of tokens to train on.
    pub training_tokens: Option<f64>,
    /// The number of tokens to evaluate on.
    pub evaluation_tokens: Option<f64>,
}

impl PriceEstimate {
    /// Creates an estimate of a price.
    pub fn new(total: Option<Usd>) -> Self {
        Self {
            total,
            ..Self::default()
        }
    }
}
