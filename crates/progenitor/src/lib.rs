#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod http;

pub use http::{SetupError, http_client};
/// What the clients have in common: answers, errors, streams.
pub use progenitor_client as client;

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use {bytes, reqwest, serde_json};

include!(concat!(env!("OUT_DIR"), "/vendors.rs"));
