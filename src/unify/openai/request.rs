//! Requests to OpenAI, and back.

use serde_json::Value;

use super::MAPPING;
use crate::openai::types::{self, CreateFineTuningJobRequest};
use crate::unify::gateway_compatible::{GatewayRequest, request_back};
use crate::unify::request::setting_rules::UNKNOWN;
use crate::unify::{CreateRequest, OnUnsupported, Translated, UnsupportedFields};

/// Members of a method besides its hyperparameters.
const MEMBERS: &[(&str, &str)] = &[("reinforcement", "grader")];

impl CreateRequest {
    /// Translates the request to OpenAI's.
    ///
    /// # Errors
    ///
    /// OpenAI does not support a field that must not be dropped, or a value is
    /// invalid.
    pub fn to_openai(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<CreateFineTuningJobRequest>, UnsupportedFields> {
        let as_it_is = |_: &str, value: Value| value;
        let mut shared = GatewayRequest::new(self, &MAPPING, on_unsupported, MEMBERS, as_it_is);
        let mut request = CreateFineTuningJobRequest::new(&self.model, &self.training_file);
        request.hyperparameters = shared.hyperparameters();
        request.method = shared.method();
        request.integrations = shared.integrations();
        for name in self.extra.keys() {
            shared.translator.unsupported(name, UNKNOWN, "");
        }
        request.metadata = self.metadata.clone();
        request.seed = self.seed;
        request.suffix = self.suffix.clone();
        request.validation_file = self.validation_file.clone();
        shared.translator.finish(request)
    }
}

request_back!(types);
