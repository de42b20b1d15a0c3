#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod http;

pub use http::{SetupError, http_client};
/// What the clients have in common: answers, errors, streams.
pub use progenitor_client as client;

include!(concat!(env!("OUT_DIR"), "/vendors.rs"));
