//! What a job would cost, asked beforehand.

use serde::{Deserialize, Serialize};

use super::Usd;

/// A vendor's estimate of a job's price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PriceEstimate {
    /// The price; none where the vendor says none.
    pub total: Option<Usd>,
    /// What the account may still spend.
    pub limit: Option<Usd>,
    /// Whether the vendor would start the job.
    pub allowed: Option<bool>,
    /// Tokens to train on.
    pub training_tokens: Option<f64>,
    /// Tokens to evaluate on.
    pub evaluation_tokens: Option<f64>,
}

#[cfg(feature = "together")]
mod together {
    use super::PriceEstimate;
    use crate::together::types as vendor;
    use crate::unify::{CreateRequest, Loss, Refusal, Translated, Usd};

    impl PriceEstimate {
        /// Together's estimate, which is in dollars.
        pub fn from_together(estimate: &vendor::PriceEstimate) -> Self {
            let dollars = |amount: Option<f64>| amount.and_then(Usd::from_dollars);
            Self {
                total: dollars(estimate.estimated_total_price),
                limit: dollars(estimate.user_limit),
                allowed: estimate.allowed_to_proceed,
                training_tokens: estimate.estimated_train_token_count,
                evaluation_tokens: estimate.estimated_eval_token_count,
            }
        }
    }

    impl CreateRequest {
        /// The question what this request would cost at Together: the part of
        /// it that the price depends on.
        ///
        /// # Errors
        ///
        /// When the request itself would be refused.
        pub fn to_together_estimate(
            &self,
            loss: Loss,
        ) -> Result<Translated<vendor::EstimatePriceRequest>, Refusal> {
            let Translated { request, dropped } = self.to_together(loss)?;
            let mut estimate = vendor::EstimatePriceRequest::new(request.training_file);
            estimate.model = Some(request.model);
            estimate.from_checkpoint = request.from_checkpoint;
            estimate.n_epochs = request.n_epochs;
            estimate.n_evals = request.n_evals;
            estimate.training_method = request.training_method;
            estimate.training_type = request.training_type;
            estimate.validation_file = request.validation_file;
            Ok(Translated {
                request: estimate,
                dropped,
            })
        }
    }
}
