//! Fireworks' fine-tuning and datasets API.

mod account;
mod backend;
mod create;
mod cursor;
mod datasets;
mod error_body;
mod job_log;
mod jobs;
mod list;
mod upload;
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
