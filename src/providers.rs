//! Accounts, and the operations across all of them: list, retrieve, create,
//! change and watch jobs.
//!
//! An [`Account`] is a key at a vendor, under a name of your choice; there may be
//! several accounts of one vendor. [`Providers`] is a set of accounts: from the
//! environment, from a configuration file ([`Config`]) or from code. What an
//! account needs of its vendor is the trait [`Backend`], which can be implemented
//! in other crates.
//!
//! ```
//! # #[cfg(all(feature = "openai", feature = "together"))]
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use unitune::providers::{Account, ListQuery, Providers};
//!
//! # let sandbox = unitune_sandbox::Sandbox::builder().seed(7).start().await?;
//! # let (openai_url, together_url) = (sandbox.openai_base_url(), sandbox.together_base_url());
//! # let (openai_key, together_key) = (sandbox.openai_key(), sandbox.together_key());
//! let openai = unitune::openai::Client::builder()
//!     .base_url(openai_url)
//!     .api_key(openai_key)
//!     .build()?;
//! let together = unitune::together::Client::builder()
//!     .base_url(together_url)
//!     .api_key(together_key)
//!     .build()?;
//!
//! let mut providers = Providers::new();
//! providers.add(Account::with_backend("main", openai))?;
//! providers.add(Account::with_backend("research", together))?;
//!
//! let list = providers.list(&ListQuery::new().limit(3)).await?;
//! assert_eq!(list.jobs.len(), 3);
//! let job = providers.retrieve(&list.jobs[0]).await?;
//! assert_eq!(job.id, list.jobs[0].id);
//! # Ok(()) }
//! # #[cfg(not(all(feature = "openai", feature = "together")))]
//! # fn main() {}
//! ```

mod account;
mod account_wait;
mod backend;
mod call;
#[cfg(feature = "config")]
mod config;
mod create;
mod draft;
mod files;
mod find_account;
mod import;
mod job_ref;
mod jobs;
mod list;
mod list_query;
mod model_shutdowns;
mod operation;
mod page;
mod training_file_check;
mod unify_pages;
mod unusable;
mod warning;
mod watch;

use std::sync::Arc;

use crate::transport::{CallOptions, ClientBuilder};
use crate::{Error, ErrorKind, vendors};

pub use account::Account;
#[allow(unused_imports)] // Not every vendor needs it.
pub(crate) use backend::is_uuid;
pub use backend::{Backend, Files, IdKind, ImportState, JobOrder, Recognition};
pub use call::{Call, Expiry, FileUpload, JobChange, Prepared, Reply};
#[cfg(feature = "config")]
pub use config::{Config, ConfigReader, TokenCommand};
pub use create::{Created, Preflight};
pub use draft::{DataFile, Draft};
pub use files::FileList;
pub use job_ref::{FileRef, JobRef};
pub use list::{JobList, JobStream, ListItem};
pub use list_query::ListQuery;
pub use operation::{Operation, Support};
pub use page::{Listing, Page, PageQuery, PageRest};
pub use training_file_check::{Dataset, DatasetRules, Format, Problem};
pub use warning::Warning;
pub use watch::{Change, Progress, WatchOptions, WatchStream};

// For the backends of this crate: not every vendor needs all of them.
#[allow(unused_imports)]
pub(crate) use backend::{metrics_of_events, unsupported};
#[allow(unused_imports)]
pub(crate) use page::collect;
#[allow(unused_imports)]
pub(crate) use unify_pages::{
    decoded, items_of_answer, job_of_answer, job_of_item, job_page, log_page, mapped,
};

/// A set of accounts. Cheap to clone.
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
    // Cheap to clone: services do it for every request.
    accounts: Arc<Vec<Account>>,
    positions: Arc<list::PositionCache>,
    default_account: Option<Arc<str>>,
}

impl Providers {
    /// Creates a set without accounts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an account for each vendor whose usual environment variable
    /// holds a key: see [`vendors::all`]. The account has the vendor's name.
    ///
    /// # Errors
    ///
    /// No variable is set, or a value is invalid; the error names it.
    pub fn from_env() -> Result<Self, Error> {
        Self::of_env(false)
    }

    /// Creates the accounts of the environment, and keeps those whose values are
    /// invalid where that is wanted.
    fn of_env(keeps_unusable: bool) -> Result<Self, Error> {
        let mut providers = Self::new();
        let mut variables = Vec::new();
        for module in vendors::all()
            .iter()
            .filter_map(vendors::VendorInfo::module)
        {
            let name = module.profile.name;
            variables.push(module.profile.environment.key);
            let builder = ClientBuilder::of_vendor(module.profile).with_env();
            if !builder.has_key() {
                continue;
            }
            let account = match (module.connect)(builder) {
                Ok(backend) => Account::with_backend(name, backend),
                Err(error) if keeps_unusable => unusable::account(module, name, error)?,
                Err(error) => return Err(error),
            };
            providers.add(account)?;
        }
        if providers.accounts.is_empty() {
            return Err(Error::new(
                ErrorKind::Config,
                format!("no account is configured; set {}", variables.join(", or ")),
            ));
        }
        Ok(providers)
    }

    /// Rejects accounts of which none can be used.
    #[cfg(feature = "config")]
    fn ensure_one_usable(&self) -> Result<(), Error> {
        let mut problems = self.accounts().iter().map(Account::ensure_usable);
        match problems.all(|usable| usable.is_err()) {
            true => self.accounts().iter().try_for_each(Account::ensure_usable),
            false => Ok(()),
        }
    }

    /// Adds an account.
    ///
    /// # Errors
    ///
    /// Another account has the same name, or this one cannot be a name
    /// ([`Account::check_name`]).
    pub fn add(&mut self, account: Account) -> Result<(), Error> {
        let name = account.name();
        Account::check_name(name)?;
        if self.get(name).is_some() {
            let complaint = format!("two accounts have the name {name:?}");
            return Err(Error::new(ErrorKind::Config, complaint));
        }
        Arc::make_mut(&mut self.accounts).push(account);
        Ok(())
    }

    /// Sets the account that is used where none is named: for uploads, and for
    /// jobs whose training file no account has.
    ///
    /// # Errors
    ///
    /// There is no account of this name; the error lists the names that there
    /// are.
    pub fn with_default_account(mut self, name: &str) -> Result<Self, Error> {
        self.known(name)?;
        self.default_account = Some(name.into());
        Ok(self)
    }

    /// Returns the account that is used where none is named: the one that was
    /// set, or the only one there is.
    pub fn default_account(&self) -> Option<&Account> {
        match self.accounts() {
            [only] => Some(only),
            _ => self.get(self.default_account.as_deref()?),
        }
    }

    /// Returns the account of this name or, without a name, the default
    /// account.
    ///
    /// # Errors
    ///
    /// There is no account of this name; or, without a name
    /// ([`ErrorKind::Ambiguous`]), there are several accounts and none is the
    /// default; or the account cannot be used ([`Account::ensure_usable`]).
    pub fn named_or_default(&self, name: Option<&str>) -> Result<&Account, Error> {
        let account = match name {
            Some(name) => return self.named(name),
            None => self.default_account().ok_or_else(|| {
                let names: Vec<&str> = self.accounts().iter().map(Account::name).collect();
                if names.is_empty() {
                    return self.no_account();
                }
                let names = names.join(", ");
                Error::new(
                    ErrorKind::Ambiguous,
                    format!(
                        "there are several accounts ({names}), and none is the default; \
                         name one of them"
                    ),
                )
            })?,
        };
        account.ensure_usable()?;
        Ok(account)
    }

    /// Returns the accounts, in the order in which they were added.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Returns the account of this name.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.name() == name)
    }

    /// Returns the accounts that can start jobs if the vendor of `account`
    /// no longer does: those of other vendors that have it.
    pub fn other_trainers(&self, account: &str) -> Vec<&str> {
        let vendor = self.get(account).map(Account::vendor);
        let others = self.accounts.iter().filter(|other| {
            let is_elsewhere = vendor.is_none_or(|vendor| other.vendor() != vendor);
            other.name() != account
                && is_elsewhere
                && other.ensure_usable().is_ok()
                && other.support(Operation::Create).is_supported()
        });
        others.map(Account::name).collect()
    }

    /// Returns the account of this name, or an error that lists the names of
    /// all accounts.
    fn known(&self, name: &str) -> Result<&Account, Error> {
        self.get(name).ok_or_else(|| self.unknown(name))
    }

    /// Returns the account of this name, which is to be used.
    pub(crate) fn named(&self, name: &str) -> Result<&Account, Error> {
        let account = self.known(name)?;
        account.ensure_usable()?;
        Ok(account)
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> = self.accounts.iter().map(Account::name).collect();
        if known.is_empty() {
            return self.no_account();
        }
        Error::new(
            ErrorKind::Config,
            format!(
                "unknown account {name:?}: expected one of {}",
                known.join(", ")
            ),
        )
    }

    /// Returns the same accounts, changed one by one.
    #[must_use]
    pub fn map(&self, change: impl FnMut(&Account) -> Account) -> Self {
        self.of(self.accounts.iter().map(change).collect())
    }

    /// Returns the same accounts with other settings for their calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        self.map(|account| account.with_options(options))
    }

    /// Returns the accounts of these names; a vendor's name stands for all of
    /// its accounts, and no name for all accounts.
    ///
    /// # Errors
    ///
    /// No account has the name, and the error lists the names that there are; or the
    /// account of a name cannot be used ([`Account::ensure_usable`]), or none of a vendor's.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Self, Error> {
        if names.is_empty() {
            return Ok(self.clone());
        }
        let is_meant = |account: &Account, name: &str| {
            account.name() == name || (self.get(name).is_none() && *account.vendor() == name)
        };
        for name in names {
            let name = name.as_ref();
            let mut meant = self.accounts.iter().filter(|a| is_meant(a, name));
            let first = meant.clone().next().ok_or_else(|| self.unknown(name))?;
            if !meant.any(|account| account.ensure_usable().is_ok()) {
                first.ensure_usable()?;
            }
        }
        let chosen = |a: &&Account| names.iter().any(|n| is_meant(a, n.as_ref()));
        Ok(self.of(self.accounts.iter().filter(chosen).cloned().collect()))
    }

    /// Returns a set of these accounts with the shared positions, and with the
    /// default account if it is one of them.
    fn of(&self, accounts: Vec<Account>) -> Self {
        Self {
            accounts: Arc::new(accounts),
            positions: Arc::clone(&self.positions),
            default_account: self.default_account.clone(),
        }
    }
}
