//! The fine-tuning APIs of OpenAI, Together and TrueFoundry's gateway, simulated on one loopback port.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), unitune_sandbox::Error> {
//! use unitune_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! println!("OPENAI_BASE_URL={}", sandbox.openai_base_url());
//! println!("OPENAI_API_KEY={}", sandbox.openai_key());
//! # Ok(())
//! # }
//! ```
//!
//! A sandbox starts with jobs in every state of every vendor, always the same ones for the same seed, at a fixed
//! moment of its own time. That clock stands still until [`Sandbox::advance`] moves it or a
//! [speed](Builder::speed) is set. The same seed and the same calls give the same answers, byte for byte.
//!
//! The keys are fixed and open nothing elsewhere. No training takes place.

#![warn(missing_docs, clippy::unwrap_used)]

mod auth;
mod awkward;
mod builder;
mod control;
mod error;
mod faults;
mod http;
mod intake;
mod openai;
mod record;
mod sandbox;
mod secret;
mod seed;
mod server;
mod state;
mod together;
mod truefoundry;
mod vendor;
mod wire;

pub use awkward::Awkward;
pub use builder::Builder;
pub use error::Error;
pub use faults::{Effect, Fault, Hint, When, effects, faults_markdown};
pub use record::RecordedRequest;
pub use sandbox::{Sandbox, SeededJob};
pub use vendor::Vendor;

/// The README's example is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
