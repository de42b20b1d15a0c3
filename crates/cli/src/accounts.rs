//! Which accounts a command speaks to: the configured ones, or the sandbox's.

use std::path::Path;

use unitune::providers::{Account, Config, Providers};
use unitune::{ErrorKind, openai, together, truefoundry};
use unitune_sandbox::Sandbox;

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

pub fn of_sandbox(sandbox: &Sandbox) -> Result<Providers, unitune::Error> {
    let mut providers = Providers::new();
    let openai = openai::Client::builder()
        .base_url(sandbox.openai_base_url())
        .api_key(sandbox.openai_key());
    providers.add(Account::new("openai", openai.build()?))?;
    let together = together::Client::builder()
        .base_url(sandbox.together_base_url())
        .api_key(sandbox.together_key());
    providers.add(Account::new("together", together.build()?))?;
    let truefoundry = truefoundry::Client::builder()
        .base_url(sandbox.truefoundry_base_url())
        .api_key(sandbox.truefoundry_key());
    providers.add(Account::new("truefoundry", truefoundry.build()?))?;
    Ok(providers)
}
