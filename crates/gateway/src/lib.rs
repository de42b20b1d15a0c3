//! The gateway's HTTP surface over provider accounts: whoever speaks OpenAI's
//! fine-tuning API lists, starts, watches and cancels jobs of every vendor.
//!
//! [`router`] is for mounting in a service of one's own; [`Server`] is what
//! `unitune serve` runs.
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
//! Handlers are thin. What they decide is decided by functions without I/O:
//! a request is read, pages are merged, problems and answers are values until
//! the last moment.
#![warn(missing_docs, clippy::unwrap_used)]

mod answer;
mod caller;
mod config;
mod files;
mod flights;
mod guard;
mod health;
mod jobs;
mod log;
mod metrics;
mod openapi;
mod params;
mod patient;
mod problem;
mod request_id;
mod routes;
mod server;
mod state;
mod stream;
mod token;
mod upload;
mod upstream;

use std::fmt;

use axum::Router;
use unitune::providers::Providers;

pub use config::Config;
pub use server::{ServeError, Server};
pub use token::{Token, TokenHash};

/// The gateway over these accounts, to be mounted in a service of one's own.
///
/// Without tokens in the configuration everybody who reaches it may use it:
/// then the service around it has to see to that.
///
/// # Errors
///
/// The settings make no sense, or there is no account.
pub fn router(providers: &Providers, config: Config) -> Result<Router, ConfigError> {
    let gateway = gateway(providers, config)?;
    Ok(routes::router(gateway, guard::Reach::Anywhere))
}

/// What `GET /openapi.json` answers with.
pub fn openapi() -> serde_json::Value {
    openapi::document()
}

fn gateway(providers: &Providers, config: Config) -> Result<state::Gateway, ConfigError> {
    if let Some(complaint) = config.complaint() {
        return Err(ConfigError(complaint));
    }
    if providers.accounts().is_empty() {
        return Err(ConfigError("there is no provider account".to_owned()));
    }
    for token in &config.tokens {
        let unknown = |name: &&String| providers.get(name).is_none();
        if let Some(name) = token.accounts.iter().flatten().find(unknown) {
            return Err(ConfigError(format!(
                "the token {:?} is for an account {name:?}, which there is not",
                token.name
            )));
        }
    }
    Ok(state::Gateway::new(providers, config))
}

/// Settings that make no sense; says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
