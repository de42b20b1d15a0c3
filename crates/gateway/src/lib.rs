//! An HTTP gateway over provider accounts: any client of OpenAI's fine-tuning
//! API lists, creates, watches and cancels jobs of every vendor.
//!
//! [`router`] returns an axum router, to be mounted in a service of your own;
//! [`Server`] is what `unitune serve` runs.
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use unitune::providers::Providers;
//! use unitune_gateway::{Config, router};
//!
//! let app = router(&Providers::from_env()?, Config::default())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app).await?;
//! # Ok(()) }
//! ```
//!
//! This crate is HTTP only. Listing, retrieving, changing and watching jobs, and files,
//! are done by [`unitune::providers`], for any backend; limits, metrics and the
//! request's labels are passed as options of the calls. Requests are parsed and
//! responses are written by functions without I/O, and handlers connect these with the
//! accounts.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, clippy::unwrap_used)]

mod api_error;
mod auth;
mod caller;
mod coalesce;
mod concurrency_limits;
mod config;
mod event_stream;
mod handlers;
mod job_list;
mod metrics;
mod middleware;
mod openapi;
mod operations;
mod params;
mod path_id;
mod request_body;
mod request_head;
mod request_id;
mod response;
mod router;
mod server;
mod state;
mod telemetry;
mod token;
mod trace;
mod unread_body;
mod upload;
mod upstream_error;

use axum::Router;
use unitune::providers::Providers;

pub use config::{Config, ConfigError};
pub use server::{ServeError, Server};
pub use telemetry::{Telemetry, TelemetryError};
pub use token::{InvalidTokenHash, Token, TokenHash};

// The crates whose types are part of this crate's API, in the versions that it uses.
#[doc(no_inline)]
pub use {axum, serde_json, unitune};

/// Returns the gateway over these accounts, to be mounted in a service of your
/// own.
///
/// Without tokens in the configuration, every client that can connect to that
/// service may use the gateway: the service has to authenticate them itself.
///
/// # Errors
///
/// A setting is invalid, or there is no account.
pub fn router(providers: &Providers, config: Config) -> Result<Router, ConfigError> {
    let gateway = state::Gateway::new(providers, config)?;
    Ok(router::router(gateway, request_head::HostPolicy::Unchecked))
}

/// Returns the OpenAPI document of a gateway with several accounts and no default
/// account, as its `GET /openapi.json` does.
pub fn openapi() -> serde_json::Value {
    router::document(true)
}
