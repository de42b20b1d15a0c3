//! Requests to Azure, and back.

use serde_json::Value;

use super::{MAPPING, auto};
use crate::azure::types::{self, CreateFineTuningJobRequest};
use crate::unify::gateway_compatible::{GatewayRequest, request_back};
use crate::unify::request::setting_rules::{Takes, UNKNOWN};
use crate::unify::{CreateRequest, OnUnsupported, Translated, UnsupportedFields};

/// Members of a method besides its hyperparameters.
const MEMBERS: &[(&str, &str)] = &[
    ("reinforcement", "grader"),
    ("reinforcement", "response_format"),
];

/// The member that tells where and on what terms the vendor trains.
const TRAINING_TYPE: &str = "trainingType";

/// Members besides the gateway's.
pub(super) const EXTRA: &[(&str, Takes)] = &[(TRAINING_TYPE, Takes::Text)];

/// A kind of training as a guide spells it; the vendor rejects it.
const MISSPELT: &str = "developer";

/// The longest suffix.
const SUFFIX: usize = 40;

impl CreateRequest {
    /// Translates the request to Azure's.
    ///
    /// # Errors
    ///
    /// Azure does not support a field that must not be dropped, or a value is
    /// invalid.
    pub fn to_azure(
        &self,
        on_unsupported: OnUnsupported,
    ) -> Result<Translated<CreateFineTuningJobRequest>, UnsupportedFields> {
        let mut shared =
            GatewayRequest::new(self, &MAPPING, on_unsupported, MEMBERS, auto::to_vendor);
        let mut request = CreateFineTuningJobRequest::new(&self.model, &self.training_file);
        request.hyperparameters = shared.hyperparameters();
        request.method = shared.method();
        request.integrations = shared.integrations();
        let translator = &mut shared.translator;
        if self.suffix.as_deref().is_some_and(|text| !is_suffix(text)) {
            let instead = format!("at most {SUFFIX} letters, digits, - and _");
            translator.invalid("suffix", "the vendor does not take it", instead);
        }
        for (name, value) in &self.extra {
            match (name.as_str(), value) {
                (TRAINING_TYPE, Value::Null) => {}
                (TRAINING_TYPE, Value::String(word)) if word.eq_ignore_ascii_case(MISSPELT) => {
                    translator.invalid(name, "the vendor spells it otherwise", "developerTier");
                }
                (TRAINING_TYPE, value) if translator.fits(name, value, Takes::Text) => {
                    request.training_type = value.as_str().map(str::to_owned);
                }
                (TRAINING_TYPE, _) => {}
                _ => translator.unsupported(name, UNKNOWN, ""),
            }
        }
        request.metadata = self.metadata.clone();
        request.seed = self.seed;
        request.suffix = self.suffix.clone();
        request.validation_file = self.validation_file.clone();
        shared.translator.finish(request)
    }
}

fn is_suffix(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() <= SUFFIX && text.bytes().all(is_allowed)
}

request_back!(types, training_type: "trainingType");
