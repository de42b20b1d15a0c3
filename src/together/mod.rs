//! Together's fine-tuning and files API: its client and types.
//!
//! The types, and the operations of [`Client`], are generated from the vendor's
//! document. Optional parameters of an operation are in a struct of its own.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (url, key) = (sandbox.together_base_url(), sandbox.together_key());
//! let client = unitune::together::Client::builder().base_url(url).api_key(key).build()?;
//! let jobs = client.list_jobs().await?;
//! for job in jobs.data.ok() {
//!     println!("{} {}", job.id, job.status);
//! }
//! # assert!(jobs.data.ok().count() > 0);
//! # Ok(()) }
//! ```

mod backend;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod streamed_list;
mod uploads;

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/together.rs"));
}

pub use generated::*;

use crate::providers::DatasetRules;
use crate::transport::{Environment, VendorProfile, api_client};
use crate::unify::together::{MAPPING, TITLE};
use crate::vendors::{Module, connect};

/// How the API is reached.
pub(crate) static PROFILE: VendorProfile = VendorProfile {
    hosts: &["api.together.ai", "api.together.xyz"],
    idempotent_posts: &["cancelJob", "estimatePrice", "previewJob"],
    ..VendorProfile::new(
        "together",
        TITLE,
        DEFAULT_BASE_URL,
        Environment {
            key: "TOGETHER_API_KEY",
            base_url: "TOGETHER_BASE_URL",
            // Together's own program takes the host alone, and adds this itself.
            path: "/v1",
        },
    )
};

/// What the vendor demands of a file of examples.
const DATASET_RULES: DatasetRules = DatasetRules::of(TITLE, &unitune_file_limits::TOGETHER);

/// The vendor's row of the table.
pub(crate) static MODULE: Module = Module {
    profile: &PROFILE,
    dataset_rules: DATASET_RULES,
    support: backend::support,
    mapping: &MAPPING,
    connect: connect::<Client>,
};

api_client!(Client, &PROFILE);
