//! Together's estimates of prices.

use crate::together::types;
use crate::unify::{
    Context, CreateRequest, MappingError, OnUnsupported, PriceEstimate, Translated, Unify,
    UnsupportedFields, Usd,
};

/// The vendor's amounts are dollars.
impl Unify for types::PriceEstimate {
    type Output = PriceEstimate;

    fn unify(self, _: &Context) -> Result<PriceEstimate, MappingError> {
        let dollars = |amount: Option<f64>| amount.and_then(Usd::from_dollars);
        // Those of before do not say whether there is an estimate.
        let is_unavailable = self.estimation_available == Some(false);
        let reason = self.unavailable_reason.map(|reason| reason.into_str());
        let reason = reason.or_else(|| is_unavailable.then(|| "not said".into()));
        Ok(PriceEstimate {
            unavailable: reason.map(Into::into),
            limit: dollars(self.user_limit),
            allowed: self.allowed_to_proceed,
            training_tokens: self.estimated_train_token_count,
            evaluation_tokens: self.estimated_eval_token_count,
            ..PriceEstimate::new(dollars(self.estimated_total_price))
        })
    }
}

impl CreateRequest {
    /// Translates the request to a question for its price at Together: the
    /// part of it that the price depends on.
    ///
    /// # Errors
    ///
    /// Those of [`CreateRequest::to_together`].
    pub fn to_together_estimate(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<types::EstimatePriceRequest>, UnsupportedFields> {
        let Translated { request, dropped } = self.to_together(on_unsupported)?;
        let mut estimate = types::EstimatePriceRequest::new(request.training_file);
        estimate.model = Some(request.model);
        estimate.from_checkpoint = request.from_checkpoint;
        estimate.n_epochs = request.n_epochs;
        estimate.n_evals = request.n_evals;
        estimate.training_method = request.training_method;
        estimate.training_type = request.training_type;
        estimate.validation_file = request.validation_file;
        Ok(Translated::new(estimate, dropped))
    }
}
