//! The fine-tuning APIs of several vendors, simulated on one loopback port.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), unitune_sandbox::Error> {
//! use unitune_sandbox::{Sandbox, Vendor};
//!
//! let sandbox = Sandbox::start().await?;
//! for vendor in Vendor::all() {
//!     println!("{vendor}: {} with the key {}", sandbox.base_url(vendor), vendor.key());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A sandbox starts with jobs in every state of every vendor, always the same ones for the same seed, at a fixed
//! time of its own. That clock does not move until [`Sandbox::advance`] moves it or a
//! [speed](Builder::speed) is set. The same seed and the same calls give the same answers, byte for byte.
//!
//! The keys are fixed and open nothing elsewhere. No training takes place.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

mod azure;
mod body_limit;
mod bounded_listener;
mod builder;
mod clock;
mod control;
mod deviation;
mod error;
mod exchange;
mod faults;
mod fireworks;
mod http;
mod key;
mod multipart;
mod openai;
mod record;
mod response;
mod sandbox;
mod seed;
mod server;
mod settings;
mod shared;
mod simulation;
mod state;
mod together;
mod truefoundry;
mod vendor;
mod vendors;

pub use builder::Builder;
pub use deviation::Deviation;
pub use error::Error;
pub use faults::{Effect, Fault, Hint, When, effects, faults_markdown};
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use seed::SeededJob;
pub use vendor::Vendor;

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use {bytes, serde_json};

/// The README's example is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
