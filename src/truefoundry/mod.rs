//! The fine-tuning and files API of TrueFoundry's LLM gateway: its client and
//! types. Its job is the shape that all jobs are mapped onto.
//!
//! The types, and the operations of [`Client`], are generated from the vendor's
//! document. Optional parameters of an operation are in a struct of its own.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (url, key) = (sandbox.truefoundry_base_url(), sandbox.truefoundry_key());
//! let client = unitune::truefoundry::Client::builder().base_url(url).api_key(key).build()?;
//! let jobs = client.list_jobs(unitune::truefoundry::ListJobsOptions::new().limit(3)).await?;
//! for job in jobs.data.ok() {
//!     println!("{} {}", job.id, job.status);
//! }
//! # assert!(jobs.data.ok().count() > 0);
//! # Ok(()) }
//! ```

mod backend;
mod uploads;

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/truefoundry.rs"));
}

pub use generated::*;
pub use uploads::UploadFileOptions;

use crate::providers::DatasetRules;
use crate::transport::{ClientBuilder, Environment, VendorProfile, api_client};
use crate::unify::truefoundry::{MAPPING, TITLE};
use crate::vendors::{Module, connect};

/// How the API is reached.
pub(crate) static PROFILE: VendorProfile = VendorProfile {
    hosts: &[
        "gateway.truefoundry.ai",
        ".truefoundry.ai",
        ".truefoundry.cloud",
    ],
    ..VendorProfile::new(
        "truefoundry",
        TITLE,
        DEFAULT_BASE_URL,
        Environment {
            key: "TFY_API_KEY",
            base_url: "TFY_BASE_URL",
            path: "",
        },
    )
};

/// The gateway's requirements of a training file: none of its own.
const DATASET_RULES: DatasetRules = DatasetRules::new(TITLE);

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
    /// Sets the base URL of a gateway's own host: `https://{host}`.
    #[must_use]
    pub fn gateway_host(self, host: &str) -> Self {
        self.base_url(format!("https://{host}"))
    }

    /// Sets the base URL of a control plane, an older form:
    /// `https://{host}/api/llm`.
    #[must_use]
    pub fn control_plane_host(self, host: &str) -> Self {
        self.base_url(format!("https://{host}/api/llm"))
    }
}
