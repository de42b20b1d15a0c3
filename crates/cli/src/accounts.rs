//! The accounts that a command uses: the configured ones, or the sandbox's;
//! and `unitune accounts …`

mod add;
mod check;
mod file;
mod list;
mod remove;

use std::sync::Arc;
use std::time::Duration;

use unitune::providers::{Account, Providers, Warning};
use unitune::unify::Job;
use unitune::vendors;
use unitune_sandbox::{Sandbox, Vendor};

use crate::args::accounts::AccountsCommand;
use crate::args::{AccountArguments, SourceArguments};
use crate::config::Configuration;
use crate::exit::{Exit, Failure};
use crate::output::day;

/// How much time passes for simulated vendors while a command waits once.
const TIME_PASSED: Duration = Duration::from_secs(60);

/// How many seconds of simulated jobs pass in each second where they are followed.
const SANDBOX_SPEED: f64 = 60.0;

pub async fn run(command: AccountsCommand) -> Result<Exit, Failure> {
    match command {
        AccountsCommand::List(arguments) => list::run(arguments).await,
        AccountsCommand::Add(arguments) => add::run(arguments).await,
        AccountsCommand::Remove(arguments) => remove::run(arguments).await,
        AccountsCommand::Check(arguments) => check::run(arguments).await,
    }
}

/// The accounts of a command; the sandbox, if it is meant, runs as long as
/// this lives.
pub struct Accounts {
    providers: Providers,
    origin: String,
    sandbox: Option<Arc<Sandbox>>,
}

impl Accounts {
    /// The accounts that are meant, of those that there are.
    pub async fn open(arguments: &AccountArguments) -> Result<Self, Failure> {
        let accounts = Self::of(&arguments.source).await?;
        accounts.select(&arguments.accounts)
    }

    /// As [`Self::open`], for a command that follows jobs.
    pub async fn open_to_follow(arguments: &AccountArguments) -> Result<Self, Failure> {
        let accounts = Self::to_follow(&arguments.source, true).await?;
        accounts.select(&arguments.accounts)
    }

    fn select(mut self, names: &[String]) -> Result<Self, Failure> {
        self.providers = self.providers.select(names)?;
        Ok(self)
    }

    /// All accounts.
    pub async fn of(source: &SourceArguments) -> Result<Self, Failure> {
        Self::to_follow(source, false).await
    }

    /// All accounts; where jobs are followed, the clock of simulated ones moves.
    /// Otherwise it stands still, so that a command prints the same each time.
    pub async fn to_follow(source: &SourceArguments, follow: bool) -> Result<Self, Failure> {
        if source.sandbox {
            let speed = if follow { SANDBOX_SPEED } else { 0.0 };
            let sandbox = Sandbox::builder().speed(speed).start();
            let sandbox = sandbox.await.map_err(|e| {
                Failure::new(Exit::Failure, format!("cannot start the sandbox: {e}"))
            })?;
            return Ok(Self {
                providers: of_sandbox(&sandbox)?,
                origin: "the sandbox".to_owned(),
                sandbox: Some(Arc::new(sandbox)),
            });
        }
        let configuration = Configuration::read(source.config.as_deref())?;
        let file = configuration.path().map(|path| path.display().to_string());
        let is_of_file = configuration.has_accounts();
        Ok(Self {
            providers: configuration.accounts()?,
            origin: match file.filter(|_| is_of_file) {
                Some(file) => file,
                None => "the environment".to_owned(),
            },
            sandbox: None,
        })
    }

    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// Returns where the accounts come from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the time of the vendors, in Unix seconds: simulated ones have their own.
    pub fn now(&self) -> i64 {
        match &self.sandbox {
            Some(sandbox) => sandbox.now(),
            None => jiff::Timestamp::now().as_second(),
        }
    }

    /// Returns a function that lets time pass for simulated vendors: for what a command
    /// waits for although their clock stands still.
    pub fn let_time_pass(&self) -> impl Fn() + Send + Sync + 'static {
        let sandbox = self.sandbox.clone();
        move || {
            if let Some(sandbox) = &sandbox {
                sandbox.advance(TIME_PASSED);
            }
        }
    }

    /// Returns the day of the vendors in UTC, such as `2026-11-21`.
    pub fn today(&self) -> String {
        day(self.now())
    }

    /// Returns which fine-tuned models of these jobs stop working, or have stopped.
    pub async fn shutdown_warnings(&self, jobs: &[Job]) -> Vec<Warning> {
        self.providers.shutdown_warnings_at(jobs, self.now()).await
    }

    /// Returns true for accounts that are forgotten when the program ends.
    pub fn are_simulated(&self) -> bool {
        self.sandbox.is_some()
    }
}

/// An account for each vendor that the sandbox simulates and the library is
/// compiled with.
pub fn of_sandbox(sandbox: &Sandbox) -> Result<Providers, unitune::Error> {
    let mut providers = Providers::new();
    for vendor in Vendor::all() {
        let known = vendors::get(vendor.name()).filter(|known| known.is_compiled_in());
        let Some(known) = known else { continue };
        let backend = known.connect(sandbox.base_url(vendor), vendor.key())?;
        providers.add(Account::with_backend(vendor.name(), backend))?;
    }
    Ok(providers)
}
