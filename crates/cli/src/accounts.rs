//! Which accounts a command speaks to: the configured ones, or the sandbox's.

use std::path::Path;

use unitune::providers::{Account, Config, Providers};
use unitune::{ErrorKind, vendors};
use unitune_sandbox::{Sandbox, Vendor};

use crate::args::CommonArguments;
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
                Failure::new(Exit::Failure, format!("the sandbox does not start: {e}"))
            })?;
            (of_sandbox(&sandbox)?, Some(sandbox))
        } else {
            (configured(arguments.config.as_deref())?, None)
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

/// The accounts of a file, or of the environment.
pub fn configured(file: Option<&Path>) -> Result<Providers, Failure> {
    let Some(file) = file else {
        return of_environment();
    };
    let config = Config::from_file(file)?;
    for warning in config.warnings() {
        eprintln!("warning: {warning}");
    }
    Ok(config.into_providers())
}

fn of_environment() -> Result<Providers, Failure> {
    Providers::from_env().map_err(|error| {
        let failed = Failure::from;
        if error.kind() == ErrorKind::Config {
            return Failure::new(
                Exit::Usage,
                format!("{error}\nTo look around without any account: --sandbox"),
            );
        }
        failed(error)
    })
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
