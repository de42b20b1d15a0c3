//! Provider accounts, and the operations across them.
//!
//! An account is a key at a vendor, under a name of the operator's choice;
//! several accounts of one vendor are normal.

mod account;
mod config;
mod create;
mod dataset;
mod list;
mod one;
mod page;
mod query;
mod target;
mod warning;
mod watch;

use std::sync::Arc;

use crate::transport::{ApiClient, CallOptions};
use crate::{Error, ErrorKind};

pub use account::{Account, Client};
pub use config::Config;
pub use create::{Created, DataFile, Draft, Preflight};
pub use dataset::{Dataset, Format, Problem};
pub use list::{JobList, JobStream, ListItem};
pub use page::{Listing, PageQuery};
pub use query::ListQuery;
pub use target::JobRef;
pub use warning::Warning;
pub use watch::{Change, Progress, WatchOptions, WatchStream};

/// A set of provider accounts.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), unitune::Error> {
/// use unitune::providers::{ListQuery, Providers};
///
/// let providers = Providers::from_env()?;
/// let list = providers.list(&ListQuery::new().limit(20)).await?;
/// for job in &list.jobs {
///     println!("{} {} {}", job.provider.account, job.id, job.status);
/// }
/// for warning in &list.warnings {
///     eprintln!("{warning}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Providers {
    accounts: Vec<Account>,
    hints: Arc<list::Hints>,
}

impl Providers {
    /// No accounts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One account for each vendor whose usual environment variable holds a
    /// key: `OPENAI_API_KEY`, `TOGETHER_API_KEY`, `TFY_API_KEY`. The account
    /// has the vendor's name.
    ///
    /// # Errors
    ///
    /// No variable is set, or a value cannot be used; the error says which.
    pub fn from_env() -> Result<Self, Error> {
        let mut providers = Self::new();
        #[cfg(feature = "openai")]
        if let Some(client) = from_env::<crate::openai::Client>()? {
            providers.add(Account::new(crate::openai::Client::VENDOR, client))?;
        }
        #[cfg(feature = "together")]
        if let Some(client) = from_env::<crate::together::Client>()? {
            providers.add(Account::new(crate::together::Client::VENDOR, client))?;
        }
        if let Some(client) = from_env::<crate::truefoundry::Client>()? {
            providers.add(Account::new(crate::truefoundry::Client::VENDOR, client))?;
        }
        if providers.accounts.is_empty() {
            return Err(Error::new(
                ErrorKind::Config,
                format!(
                    "no provider account is configured; set {}",
                    key_variables().join(", or ")
                ),
            ));
        }
        Ok(providers)
    }

    /// Adds an account.
    ///
    /// # Errors
    ///
    /// Another account has the same name, or the name is empty.
    pub fn add(&mut self, account: Account) -> Result<(), Error> {
        let name = account.name();
        let complaint = if name.trim().is_empty() {
            Some("a provider account needs a name".to_owned())
        } else if self.get(name).is_some() {
            Some(format!("two provider accounts have the name {name:?}"))
        } else {
            None
        };
        if let Some(complaint) = complaint {
            return Err(Error::new(ErrorKind::Config, complaint));
        }
        self.accounts.push(account);
        Ok(())
    }

    /// The accounts, in the order in which they were added.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of this name.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.name() == name)
    }

    /// The account of this name, or an error that lists the names there are.
    pub(crate) fn named(&self, name: &str) -> Result<&Account, Error> {
        self.get(name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.accounts.iter().map(Account::name).collect();
        Error::new(
            ErrorKind::Config,
            format!(
                "there is no provider account {name:?}; there are: {}",
                known.join(", ")
            ),
        )
    }

    /// The same accounts with other settings for their calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        Self {
            accounts: self
                .accounts
                .iter()
                .map(|a| a.with_options(options))
                .collect(),
            hints: Arc::clone(&self.hints),
        }
    }

    /// The accounts of these names; a vendor's name stands for all of its
    /// accounts. No name at all means all accounts.
    ///
    /// # Errors
    ///
    /// No account has the name; the error lists the names that there are.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Self, Error> {
        let is_meant = |account: &Account, name: &str| {
            account.name() == name
                || (self.get(name).is_none() && account.vendor().as_str() == name)
        };
        for name in names {
            let name = name.as_ref();
            if !self.accounts.iter().any(|a| is_meant(a, name)) {
                return Err(self.unknown(name));
            }
        }
        let chosen =
            |a: &&Account| names.is_empty() || names.iter().any(|n| is_meant(a, n.as_ref()));
        Ok(Self {
            accounts: self.accounts.iter().filter(chosen).cloned().collect(),
            hints: Arc::clone(&self.hints),
        })
    }
}

/// The variables that hold a key, of the vendors that are compiled in.
fn key_variables() -> Vec<&'static str> {
    vec![
        #[cfg(feature = "openai")]
        crate::openai::Client::ENVIRONMENT.key,
        #[cfg(feature = "together")]
        crate::together::Client::ENVIRONMENT.key,
        crate::truefoundry::Client::ENVIRONMENT.key,
    ]
}

fn from_env<C: ApiClient>() -> Result<Option<C>, Error> {
    let builder = crate::transport::ClientBuilder::<C>::from_env();
    if builder.has_key() {
        builder.build().map(Some)
    } else {
        Ok(None)
    }
}
