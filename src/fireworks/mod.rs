//! Fireworks' fine-tuning and datasets API: its client and types.
//!
//! The types, and the operations of [`Client`], are generated from the vendor's
//! document. Optional parameters of an operation are in a struct of its own.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (url, key) = (sandbox.fireworks_base_url(), sandbox.fireworks_key());
//! use unitune::fireworks::{Client, ListSupervisedJobsOptions};
//!
//! let client = Client::builder().base_url(url).api_key(key).build()?;
//! let account = client.account_id().await?;
//! let options = ListSupervisedJobsOptions::new().page_size(50_i64);
//! let page = client.list_supervised_jobs(&account, options).await?;
//! for job in page.supervised_fine_tuning_jobs.iter().flat_map(|jobs| jobs.ok()) {
//!     println!("{:?} {:?}", job.name, job.state);
//! }
//! # Ok(()) }
//! ```

mod account;
mod backend;
mod create;
mod cursor;
mod dataset_upload;
mod datasets;
mod error_body;
mod events_and_metrics;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod jobs;
mod list;
mod uploads;

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/fireworks.rs"));
}

pub use generated::*;

use std::time::Duration;

use crate::providers::DatasetRules;
use crate::transport::{ConfigValue, Environment, VendorProfile, api_client};
use crate::unify::fireworks::{MAPPING, TITLE};
use crate::vendors::{Module, connect};

/// The account whose jobs and datasets are meant: a part of every path.
const ACCOUNT: ConfigValue = ConfigValue {
    key: "account_id",
    variable: "FIREWORKS_ACCOUNT_ID",
};

/// How the API is reached.
pub(crate) static PROFILE: VendorProfile = VendorProfile {
    hosts: &["api.fireworks.ai"],
    config_values: &[ACCOUNT],
    headers_variable: Some("FIREWORKS_CUSTOM_HEADERS"),
    idempotent_posts: &[
        "cancelSupervisedJob",
        "cancelDpoJob",
        "cancelReinforcementJob",
        "resumeSupervisedJob",
        "resumeDpoJob",
        "resumeReinforcementJob",
        "estimateSupervisedJobCost",
        "locateDatasetUpload",
        "validateDatasetUpload",
        // The same content goes to the same dataset.
        "uploadDataset",
    ],
    // An account without a payment method has ten requests a minute.
    rate_limit_wait: Duration::from_secs(15),
    read_error: error_body::read,
    is_transient: error_body::is_transient,
    ..VendorProfile::new(
        "fireworks",
        TITLE,
        DEFAULT_BASE_URL,
        Environment {
            key: "FIREWORKS_API_KEY",
            base_url: "FIREWORKS_BASE_URL",
            // The paths of the document say all.
            path: "",
        },
    )
};

/// What the vendor demands of a file of examples.
const DATASET_RULES: DatasetRules = DatasetRules::of(TITLE, &unitune_file_limits::FIREWORKS);

/// The vendor's row of the table.
pub(crate) static MODULE: Module = Module {
    profile: &PROFILE,
    dataset_rules: DATASET_RULES,
    support: backend::support,
    mapping: &MAPPING,
    connect: connect::<Client>,
};

api_client!(Client, &PROFILE);
