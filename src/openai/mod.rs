//! OpenAI's fine-tuning and files API: its client and types.
//!
//! The types, and the operations of [`Client`], are generated from the vendor's
//! document. Optional parameters of an operation are in a struct of its own.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (url, key) = (sandbox.openai_base_url(), sandbox.openai_key());
//! let client = unitune::openai::Client::builder().base_url(url).api_key(key).build()?;
//! let jobs = client.list_jobs(unitune::openai::ListJobsOptions::new().limit(3)).await?;
//! for job in jobs.data.ok() {
//!     println!("{} {}", job.id, job.status);
//! }
//! # assert!(jobs.data.ok().count() > 0);
//! # Ok(()) }
//! ```

mod backend;
mod model_shutdowns;
mod uploads;

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/openai.rs"));
}

pub use generated::*;

use crate::providers::DatasetRules;
use crate::transport::{ClientBuilder, ConfigHeader, Environment, VendorProfile, api_client};
use crate::unify::openai::{MAPPING, TITLE};
use crate::vendors::{Module, connect};

/// How the API is reached.
pub(crate) static PROFILE: VendorProfile = VendorProfile {
    hosts: &["api.openai.com", ".api.openai.com"],
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
    idempotent_posts: &["cancelJob", "pauseJob", "resumeJob", "validateGrader"],
    training_not_available: model_shutdowns::training_not_available,
    ..VendorProfile::new(
        "openai",
        TITLE,
        DEFAULT_BASE_URL,
        Environment {
            key: "OPENAI_API_KEY",
            base_url: "OPENAI_BASE_URL",
            path: "",
        },
    )
};

/// The vendor's requirements of a training file.
const DATASET_RULES: DatasetRules = DatasetRules::of(TITLE, &unitune_file_limits::OPENAI);

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
    /// Sets the organisation that is billed, for keys that belong to several.
    #[must_use]
    pub fn organization(self, id: impl Into<String>) -> Self {
        self.header("openai-organization", id)
    }

    /// Sets the project that is billed, for keys that belong to several.
    #[must_use]
    pub fn project(self, id: impl Into<String>) -> Self {
        self.header("openai-project", id)
    }
}
