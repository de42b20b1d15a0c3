//! Requests to create a job, in the gateway's terms.
//!
//! A request with settings that a vendor does not support is rejected before
//! anything is sent; the error lists each field and what the vendor accepts
//! instead. With [`OnUnsupported::Drop`], such settings are left out and listed.

pub(super) mod setting_rules;
pub(super) mod translator;
pub(super) mod wandb;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Vendor;

/// A request to create a job, in the gateway's terms.
///
/// Each vendor has a method here that translates it to the vendor's own request.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
// Without a Rust type's name in errors.
#[serde(expecting = "an object")]
#[non_exhaustive]
pub struct CreateRequest {
    /// The model to train.
    pub model: String,
    /// The file to train it with.
    pub training_file: String,
    /// The settings of the training; a vendor's own under its names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hyperparameters: Option<Map<String, Value>>,
    /// Services that progress is reported to.
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
    /// The end of the new model's name; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The file to validate the model with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_file: Option<String>,
    /// Further members, under a vendor's own names.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl CreateRequest {
    /// Creates a request with the two members that are required.
    pub fn new(model: impl Into<String>, training_file: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            training_file: training_file.into(),
            ..Self::default()
        }
    }

    /// Returns the settings of the training: `hyperparameters`, and those that the request has
    /// in its method, as OpenAI's own place for them is, which count where both are there.
    ///
    /// ```
    /// use unitune::unify::CreateRequest;
    ///
    /// let request: CreateRequest = serde_json::from_str(
    ///     r#"{
    ///         "model": "gpt-4o-mini-2024-07-18",
    ///         "training_file": "file-1",
    ///         "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}}
    ///     }"#,
    /// )?;
    /// assert_eq!(request.settings()["n_epochs"], 2);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn settings(&self) -> Map<String, Value> {
        let mut settings = self.hyperparameters.clone().unwrap_or_default();
        let of_method = || {
            let method = self.method.as_ref()?;
            let name = method.get("type")?.as_str()?;
            method.get(name)?.get("hyperparameters")?.as_object()
        };
        for (name, value) in of_method().into_iter().flatten() {
            settings.insert(name.clone(), value.clone());
        }
        settings
    }
}

/// Shows names of members, and no values that could be keys.
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

/// What to do with a setting that a vendor does not support.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnUnsupported {
    /// The request is rejected.
    #[default]
    Reject,
    /// The setting is left out, and listed in [`Translated::dropped`].
    Drop,
}

impl From<bool> for OnUnsupported {
    /// Converts a flag `allow_lossy`.
    fn from(allow: bool) -> Self {
        if allow { Self::Drop } else { Self::Reject }
    }
}

/// A setting that a vendor does not support, or not with this value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnsupportedField {
    /// The setting's path in the request, with dots.
    pub field: String,
    /// Why it cannot be sent.
    pub reason: String,
    /// What the vendor accepts instead; empty if there is nothing.
    pub instead: String,
}

impl UnsupportedField {
    /// Creates it with its parts.
    pub fn new(
        field: impl Into<String>,
        reason: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
            instead: instead.into(),
        }
    }
}

impl fmt::Display for UnsupportedField {
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
    /// The vendor's request.
    pub request: T,
    /// The settings that were left out, if the caller allowed it.
    pub dropped: Vec<UnsupportedField>,
}

impl<T> Translated<T> {
    /// Creates it with its parts.
    pub fn new(request: T, dropped: Vec<UnsupportedField>) -> Self {
        Self { request, dropped }
    }
}

/// The error of a request with settings that a vendor does not support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedFields {
    vendor: Vendor,
    title: Cow<'static, str>,
    fields: Vec<UnsupportedField>,
}

impl UnsupportedFields {
    /// Creates the error; `title` is the vendor's name as messages write it.
    pub fn new(
        vendor: Vendor,
        title: impl Into<Cow<'static, str>>,
        fields: Vec<UnsupportedField>,
    ) -> Self {
        Self {
            vendor,
            title: title.into(),
            fields,
        }
    }

    /// Returns the vendor.
    pub fn vendor(&self) -> &Vendor {
        &self.vendor
    }

    /// Returns the vendor's name in messages.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the settings.
    pub fn fields(&self) -> &[UnsupportedField] {
        &self.fields
    }
}

impl fmt::Display for UnsupportedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot do this", self.title)?;
        for field in &self.fields {
            write!(f, "\n  {field}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnsupportedFields {}

impl From<UnsupportedFields> for crate::Error {
    fn from(error: UnsupportedFields) -> Self {
        Self::new(crate::ErrorKind::InvalidRequest, error.to_string()).because(error)
    }
}
