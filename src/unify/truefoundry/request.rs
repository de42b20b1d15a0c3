//! Requests to the gateway itself, and back: identity.

use serde_json::Map;

use crate::truefoundry::types::CreateFineTuningJobRequest;
use crate::unify::CreateRequest;
use crate::wire::{Extra, Object};

impl From<CreateRequest> for CreateFineTuningJobRequest {
    fn from(request: CreateRequest) -> Self {
        let CreateRequest {
            model,
            training_file,
            hyperparameters,
            integrations,
            metadata,
            method,
            seed,
            suffix,
            validation_file,
            extra,
        } = request;
        Self {
            hyperparameters: hyperparameters.map(Object::from),
            integrations: integrations.map(|all| all.into_iter().map(Object::from).collect()),
            metadata,
            method: method.map(Object::from),
            model,
            seed,
            suffix,
            training_file,
            validation_file,
            extra: Extra::from(extra),
        }
    }
}

impl From<CreateFineTuningJobRequest> for CreateRequest {
    fn from(request: CreateFineTuningJobRequest) -> Self {
        let CreateFineTuningJobRequest {
            hyperparameters,
            integrations,
            metadata,
            method,
            model,
            seed,
            suffix,
            training_file,
            validation_file,
            extra,
        } = request;
        Self {
            model,
            training_file,
            hyperparameters: hyperparameters.map(Map::from),
            integrations: integrations.map(|all| all.into_iter().map(Map::from).collect()),
            metadata,
            method: method.map(Map::from),
            seed,
            suffix,
            validation_file,
            extra: extra
                .iter()
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect(),
        }
    }
}
