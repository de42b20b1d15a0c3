// The README is the front page. Its links into the repository lead to the
// documentation here: of two definitions of a link, the first one counts.
//! [mapping]: crate::unify::mapping_tables
//! [faults]: https://docs.rs/unitune-sandbox
//! [own_backend]: crate::providers::Backend
//! [progenitor]: https://docs.rs/unitune-progenitor
//! [`unify::Job`]: crate::unify::Job
//! [CONTRIBUTING.md]: https://docs.rs/crate/unitune/latest/source/CONTRIBUTING.md
//! [ARCHITECTURE.md]: https://docs.rs/crate/unitune/latest/source/ARCHITECTURE.md
//!
#![cfg_attr(
    all(feature = "openai", feature = "together"),
    doc = include_str!("../README.md")
)]
//!
//! # Modules
//!
//! - [`providers`]: accounts, and the operations across all of them; the trait for
//!   vendors of your own.
//! - [`unify`]: the unified types, and the mapping of each vendor's job onto them, by
//!   pure functions.
//! - [`truefoundry`] and, by their features, `openai`, `together`, `fireworks` and `azure`: the
//!   vendors' own APIs, with clients generated from the vendors' documents.
//! - [`vendors`]: the table of the vendors that this crate supports.
//! - [`transport`]: the HTTP client of all vendors: settings, keys, retries, uploads,
//!   downloads and the error type.
//! - [`wire`]: serde support of the generated types: open enumerations, timestamps, lists
//!   that keep their items when one does not decode.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

mod similar_name;
pub mod wire;

pub mod transport;

#[cfg(feature = "azure")]
pub mod azure;
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

// The crates whose types are part of this crate's API, in the versions that it uses.
#[cfg(feature = "schema")]
#[doc(no_inline)]
pub use schemars;
#[doc(no_inline)]
pub use {bytes, futures_core, http, reqwest, secrecy, serde_json};
