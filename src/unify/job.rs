//! A job in the gateway's terms.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LazyObject, Note, Status, Usd, Vendor};
use crate::vendors::VendorInfo;

/// A fine-tuning job in the gateway's terms, whichever vendor runs it.
///
/// The fields are those of the gateway's `fine_tuning.job`, plus `error`
/// (OpenAI's shape) and [`Provider`]. All of them are always written, as
/// `null` where there is no value.
///
/// A backend for a vendor that this crate does not support creates jobs like this:
///
/// ```
/// use serde_json::json;
/// use unitune::unify::{Job, JobError, LazyObject, Provider, Status, Vendor};
///
/// const ACME: Vendor = Vendor::from_static("acme");
///
/// let mut provider = Provider::new("acme-main", ACME, "BROKEN");
/// provider.extra = json!({"queue": 7}).as_object().cloned().unwrap_or_default().into();
///
/// let mut job = Job::new("job-1", "llama-3", Status::Failed, provider);
/// job.created_at = Some(1_700_000_000);
/// job.training_file = "file-1".to_owned();
/// job.finished_at = Some(1_700_000_600);
/// job.hyperparameters = json!({"n_epochs": 3}).as_object().cloned().map(LazyObject::from);
/// job.error = Some(JobError {
///     message: Some("out of memory".to_owned()),
///     ..JobError::default()
/// });
///
/// let json = serde_json::to_value(&job).unwrap();
/// assert_eq!(json["status"], "failed");
/// assert_eq!(json["provider"]["vendor"], "acme");
/// assert_eq!(json["provider"]["extra"]["queue"], 7);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Job {
    /// Always `fine_tuning.job`.
    pub object: JobObject,
    /// The vendor's id of the job.
    pub id: String,
    /// The model that is trained.
    pub model: String,
    /// When the job was created, in Unix seconds; none where the vendor gives no
    /// time at all.
    pub created_at: Option<i64>,
    /// When the job ended, in Unix seconds; only of jobs that have ended.
    pub finished_at: Option<i64>,
    /// The name of the resulting model; only of jobs that succeeded.
    pub fine_tuned_model: Option<String>,
    /// The organisation that owns the job; empty where it is not known.
    pub organization_id: String,
    /// Files with the results.
    pub result_files: Vec<String>,
    /// The state of the job.
    pub status: Status,
    /// The file that the model is validated with.
    pub validation_file: Option<String>,
    /// The file that the model is trained with.
    pub training_file: String,
    /// The settings of the training.
    pub hyperparameters: Option<LazyObject>,
    /// Tokens that the vendor bills for the training.
    pub trained_tokens: Option<i64>,
    /// Services that progress is reported to.
    pub integrations: Option<Vec<LazyObject>>,
    /// The seed of the job's random numbers.
    pub seed: Option<i64>,
    /// When the vendor expects the job to end, in Unix seconds.
    pub estimated_finish: Option<i64>,
    /// How the model is trained.
    pub method: Option<LazyObject>,
    /// The caller's own labels.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Why the job failed.
    pub error: Option<JobError>,
    /// The account and vendor of the job, and what has no slot in the fields
    /// above.
    pub provider: Provider,
}

impl Job {
    /// Creates a job with its required parts; everything else is empty, and is
    /// set by field.
    pub fn new(
        id: impl Into<String>,
        model: impl Into<String>,
        status: Status,
        provider: Provider,
    ) -> Self {
        Self {
            object: JobObject::FineTuningJob,
            id: id.into(),
            model: model.into(),
            created_at: None,
            finished_at: None,
            fine_tuned_model: None,
            organization_id: String::new(),
            result_files: Vec::new(),
            status,
            validation_file: None,
            training_file: String::new(),
            hyperparameters: None,
            trained_tokens: None,
            integrations: None,
            seed: None,
            estimated_finish: None,
            method: None,
            metadata: None,
            error: None,
            provider,
        }
    }

    /// Replaces a missing `created_at` with zero, for a schema that requires a
    /// number, and returns a warning about it.
    ///
    /// ```
    /// use unitune::unify::{Job, Provider, Status, Vendor};
    ///
    /// let provider = Provider::new("main", Vendor::from_static("acme"), "busy");
    /// let mut job = Job::new("job-1", "llama-3", Status::Running, provider);
    /// assert!(job.require_created_at().is_some());
    /// assert_eq!(job.created_at, Some(0));
    /// assert_eq!(job.require_created_at(), None);
    /// ```
    pub fn require_created_at(&mut self) -> Option<&'static str> {
        if self.created_at.is_some() {
            return None;
        }
        self.created_at = Some(NO_TIME);
        Some("the vendor gives no time of creation: `created_at` is 0")
    }
}

/// The value in place of a missing time where a schema requires one.
pub(super) const NO_TIME: i64 = 0;

/// The constant `fine_tuning.job`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum JobObject {
    /// `fine_tuning.job`
    #[default]
    #[serde(rename = "fine_tuning.job")]
    FineTuningJob,
}

impl JobObject {
    /// Returns the constant.
    pub fn as_str(self) -> &'static str {
        "fine_tuning.job"
    }
}

/// The reason why a job failed, in OpenAI's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobError {
    /// A code for the kind of failure.
    pub code: Option<String>,
    /// What went wrong.
    pub message: Option<String>,
    /// The parameter at fault.
    pub param: Option<String>,
}

/// The part of a job that the gateway's fields cannot hold: account, vendor,
/// cost, notes and more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Provider {
    /// The provider account under which the job was read.
    pub account: String,
    /// The vendor that runs the job.
    pub vendor: Vendor,
    /// The vendor's own status.
    pub status: Cow<'static, str>,
    /// What the job costs, where the vendor gives a price; of some vendors, an
    /// estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Usd>,
    /// The job that replaces this one: after an internal failure a vendor may
    /// restart a job under a new id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Notes on how each field's value was determined, if the caller asked for
    /// them.
    pub notes: Vec<Note>,
    /// Values without a slot, under the vendor's names.
    pub extra: LazyObject,
}

impl Provider {
    /// Creates one with its required parts: the account, the vendor, and the
    /// vendor's own status of the job.
    pub fn new(
        account: impl Into<String>,
        vendor: Vendor,
        status: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            account: account.into(),
            vendor,
            status: status.into(),
            cost: None,
            successor: None,
            notes: Vec::new(),
            extra: LazyObject::default(),
        }
    }

    /// Returns true if the cost is the vendor's estimate, also of a job that has
    /// ended, and not what was charged.
    ///
    /// ```
    /// use unitune::unify::{Provider, Vendor};
    ///
    /// let mut provider = Provider::new("main", Vendor::from_static("fireworks"), "x");
    /// provider.cost = "12.34".parse().ok();
    /// assert_eq!(provider.cost_is_estimate(), cfg!(feature = "fireworks"));
    /// provider.vendor = Vendor::from_static("together");
    /// assert!(!provider.cost_is_estimate());
    /// ```
    pub fn cost_is_estimate(&self) -> bool {
        let vendor = crate::vendors::get(self.vendor.as_str());
        self.cost.is_some() && vendor.is_some_and(VendorInfo::estimates_costs)
    }
}
