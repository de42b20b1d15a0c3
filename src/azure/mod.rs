//! Azure OpenAI's fine-tuning and files API: its client and types.
//!
//! Each resource has an address of its own, its endpoint. The API is below it at
//! `/openai/v1`, or at `/openai` in a dated version.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (endpoint, key) = (sandbox.azure_endpoint(), sandbox.azure_key());
//! // The endpoint is https://NAME.openai.azure.com, or a project's address.
//! let client = unitune::azure::Client::builder()
//!     .base_url(endpoint)
//!     .api_key(key)
//!     .api_version("2024-10-21")
//!     .build()?;
//! let jobs = client.list_jobs(unitune::azure::ListJobsOptions::new().limit(3)).await?;
//! for job in jobs.data.ok() {
//!     println!("{} {}", job.id, job.status);
//! }
//! # assert!(jobs.data.ok().count() > 0);
//! # Ok(()) }
//! ```

mod address;
mod backend;
mod error_body;
mod uploads;

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/azure.rs"));
}

pub use generated::*;

use crate::providers::DatasetRules;
use crate::transport::{
    Authentication, ClientBuilder, ConfigHeader, ConfigValue, Environment, VendorProfile,
    api_client,
};
use crate::unify::azure::{MAPPING, TITLE};
use crate::vendors::{Module, connect};

/// The version of the API: a date, `v1` or `preview`.
const API_VERSION: ConfigValue = ConfigValue {
    key: "api_version",
    variable: "OPENAI_API_VERSION",
};

/// How the API is reached.
pub(crate) static PROFILE: VendorProfile = VendorProfile {
    hosts: &[
        ".openai.azure.com",
        ".services.ai.azure.com",
        ".cognitiveservices.azure.com",
    ],
    authentication: Authentication {
        header: "api-key",
        scheme: "",
    },
    token_variable: Some("AZURE_OPENAI_AD_TOKEN"),
    complete_address: address::complete,
    config_headers: &[
        ConfigHeader {
            key: "openai_organization",
            variable: "OPENAI_ORG_ID",
            header: "openai-organization",
        },
        ConfigHeader {
            key: "openai_project",
            variable: "OPENAI_PROJECT_ID",
            header: "openai-project",
        },
    ],
    config_values: &[API_VERSION],
    request_id_headers: &["apim-request-id", "x-ms-request-id", "x-request-id"],
    idempotent_posts: &["cancelJob", "pauseJob", "resumeJob", "validateGrader"],
    read_error: error_body::read,
    ..VendorProfile::new(
        "azure",
        TITLE,
        // Each resource has an address of its own.
        "",
        Environment {
            key: "AZURE_OPENAI_API_KEY",
            base_url: "AZURE_OPENAI_ENDPOINT",
            path: "",
        },
    )
};

/// The vendor's requirements of a training file.
const DATASET_RULES: DatasetRules = DatasetRules::of(TITLE, &unitune_file_limits::AZURE);

/// The vendor's row of the table.
pub(crate) static MODULE: Module = Module {
    profile: &PROFILE,
    dataset_rules: DATASET_RULES,
    support: backend::support,
    mapping: &MAPPING,
    connect: connect::<Client>,
};

api_client!(Client, &PROFILE);

impl ClientBuilder<Client> {
    /// Sets the version of the API: a date such as `2024-10-21`, which the address
    /// `/openai` takes, or `v1` or `preview`, which `/openai/v1` takes.
    #[must_use]
    pub fn api_version(self, version: impl Into<String>) -> Self {
        self.value(API_VERSION.key, version)
    }
}
