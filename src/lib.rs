//! One typed client for fine-tuning jobs, whichever vendor runs them.
//!
//! - [`truefoundry`], [`together`], [`openai`] and, with its feature, `fireworks`
//!   are the vendors' own APIs, with clients generated from the vendors' documents.
//! - [`unify`] maps each vendor's job onto one shape, the gateway's
//!   `fine_tuning.job`, by pure functions.
//! - [`providers`] lists, looks up, creates, changes and watches jobs across
//!   several accounts, and has the trait for vendors of one's own.
//! - [`vendors`] is the table of the vendors that the crate knows.
#![warn(missing_docs, clippy::unwrap_used)]

pub mod wire;

pub mod transport;

#[cfg(feature = "fireworks")]
pub mod fireworks;
#[cfg(feature = "openai")]
pub mod openai;
#[cfg(feature = "together")]
pub mod together;
pub mod truefoundry;
pub mod vendors;

pub mod providers;
pub mod unify;

pub use transport::{Error, ErrorKind, Response};

/// The README's examples, compiled as tests.
#[cfg(all(doctest, feature = "openai", feature = "together"))]
#[doc = include_str!("../README.md")]
struct Readme;
