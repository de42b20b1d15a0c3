//! What starts a job, in the gateway's terms, and its way to each vendor.
//!
//! A request that a vendor cannot carry out is refused before anything is
//! sent, field by field, with what the vendor takes instead. A caller who would
//! rather lose a setting than the job says so with [`Loss::Allow`], and is told
//! what was lost.

#[cfg(any(feature = "openai", feature = "together"))]
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
mod clerk;
#[cfg(feature = "openai")]
mod openai;
#[cfg(any(feature = "openai", feature = "together"))]
#[cfg_attr(not(all(feature = "openai", feature = "together")), allow(dead_code))]
pub(super) mod rules;
#[cfg(feature = "together")]
mod together;
mod truefoundry;
#[cfg(feature = "together")]
mod wandb;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Vendor;

/// A request to start a job, in the gateway's terms.
///
/// ```
/// use serde_json::json;
/// use unitune::unify::{CreateRequest, Loss};
///
/// let mut request = CreateRequest::new("meta-llama/Llama-3.1-8B", "file-1");
/// request.hyperparameters = json!({"n_epochs": 3, "learning_rate_multiplier": 2})
///     .as_object()
///     .cloned();
/// # #[cfg(feature = "together")] {
/// let refusal = request.to_together(Loss::Refuse).unwrap_err();
/// assert_eq!(refusal.fields()[0].field, "hyperparameters.learning_rate_multiplier");
/// let sent = request.to_together(Loss::Allow).unwrap();
/// assert_eq!((sent.request.n_epochs, sent.dropped.len()), (Some(3), 1));
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CreateRequest {
    /// The model to train.
    pub model: String,
    /// The file to train it with.
    pub training_file: String,
    /// The settings of the training; the vendor's own under its names, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hyperparameters: Option<Map<String, Value>>,
    /// Where progress is reported to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<Vec<Map<String, Value>>>,
    /// The caller's own labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// How the model is trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Map<String, Value>>,
    /// The seed of the job's random numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// What the new model's name ends in; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The file to validate the model with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_file: Option<String>,
    /// Whatever else the caller asks for, under a vendor's own names.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl CreateRequest {
    /// With the two members that every job needs.
    pub fn new(model: impl Into<String>, training_file: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            training_file: training_file.into(),
            ..Self::default()
        }
    }
}

/// Shows the names of what is asked for, and no values that could be keys.
impl fmt::Debug for CreateRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |members: &Map<String, Value>| members.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("CreateRequest")
            .field("model", &self.model)
            .field("training_file", &self.training_file)
            .field("hyperparameters", &self.hyperparameters.as_ref().map(names))
            .field("method", &self.method.as_ref().map(names))
            .field("extra", &names(&self.extra))
            .finish_non_exhaustive()
    }
}

/// What to do with a setting that a vendor has no place for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Refuse the request.
    #[default]
    Refuse,
    /// Leave the setting out, and say so.
    Allow,
}

impl From<bool> for Loss {
    /// From a flag `allow_lossy`.
    fn from(allow: bool) -> Self {
        if allow { Self::Allow } else { Self::Refuse }
    }
}

/// A setting that a vendor has no place for, or no use for as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unsupported {
    /// Where it stands in the request, with dots.
    pub field: String,
    /// Why it cannot be sent.
    pub reason: String,
    /// What the vendor takes instead; empty where there is nothing.
    pub instead: String,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)?;
        if !self.instead.is_empty() {
            write!(f, "; instead: {}", self.instead)?;
        }
        Ok(())
    }
}

/// A request in a vendor's terms.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Translated<T> {
    /// What to send.
    pub request: T,
    /// What was left out, where the caller allowed it.
    pub dropped: Vec<Unsupported>,
}

/// A request that a vendor cannot carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    vendor: Vendor,
    fields: Vec<Unsupported>,
}

impl Refusal {
    /// The vendor that cannot carry it out.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Every field at fault.
    pub fn fields(&self) -> &[Unsupported] {
        &self.fields
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot do this", self.vendor.title())?;
        for field in &self.fields {
            write!(f, "\n  {field}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for crate::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(crate::ErrorKind::InvalidRequest, refusal.to_string()).because(refusal)
    }
}
