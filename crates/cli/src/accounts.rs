//! Which accounts a command speaks to: the configured ones, or the sandbox's.

use unitune::providers::{Account, Providers};
use unitune::vendors;
use unitune_sandbox::{Sandbox, Vendor};

use crate::args::CommonArguments;
use crate::config::Configuration;
use crate::exit::{Exit, Failure};

/// The accounts of a command; the sandbox, if it is meant, runs as long as
/// this lives.
pub struct Accounts {
    providers: Providers,
    _sandbox: Option<Sandbox>,
}

impl Accounts {
    pub async fn open(arguments: &CommonArguments) -> Result<Self, Failure> {
        let (providers, sandbox) = if arguments.sandbox {
            let sandbox = Sandbox::builder().start().await.map_err(|e| {
                Failure::new(Exit::Failure, format!("cannot start the sandbox: {e}"))
            })?;
            (of_sandbox(&sandbox)?, Some(sandbox))
        } else {
            (
                Configuration::read(arguments.config.as_deref())?.accounts()?,
                None,
            )
        };
        Ok(Self {
            providers: providers.select(&arguments.providers)?,
            _sandbox: sandbox,
        })
    }

    pub fn providers(&self) -> &Providers {
        &self.providers
    }
}

/// An account for each vendor that the sandbox simulates and the library knows.
pub fn of_sandbox(sandbox: &Sandbox) -> Result<Providers, unitune::Error> {
    let mut providers = Providers::new();
    for vendor in Vendor::all() {
        let Some(known) = vendors::get(vendor.name()) else {
            continue;
        };
        let backend = known.connect(sandbox.base_url(vendor), vendor.key())?;
        providers.add(Account::with_backend(vendor.name(), backend))?;
    }
    Ok(providers)
}
