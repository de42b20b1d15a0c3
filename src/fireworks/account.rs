//! The vendor's account in the paths of all requests: the one that is
//! configured, or the only one of the key.

use std::sync::Arc;

use super::{ACCOUNT, Client, ListAccountsOptions};
use crate::transport::ClientBuilder;
use crate::unify::fireworks::TITLE;
use crate::{Error, ErrorKind};

/// What the names of accounts start with.
const PREFIX: &str = "accounts/";

impl ClientBuilder<Client> {
    /// Sets the account whose jobs and datasets are meant. Without it the key
    /// tells, where it has exactly one.
    #[must_use]
    pub fn account_id(self, id: impl Into<String>) -> Self {
        self.value(ACCOUNT.key, id)
    }
}

impl Client {
    /// Returns the account whose jobs and datasets are meant: the one that is
    /// configured, or the only one that the key has, which is asked for once.
    ///
    /// # Errors
    ///
    /// The key has several accounts or none, or they cannot be listed.
    pub async fn account_id(&self) -> Result<Arc<str>, Error> {
        if let Some(account) = self.transport().value(ACCOUNT.key) {
            let account = account.strip_prefix(PREFIX).unwrap_or(&account);
            return Ok(account.into());
        }
        // Two tell already that there is more than one.
        let options = ListAccountsOptions::new().page_size(2_i64);
        let accounts = self.list_accounts(options).await?.into_inner().accounts;
        let accounts = accounts.unwrap_or_default();
        let names: Vec<&str> = accounts
            .ok()
            .filter_map(|account| account.name.as_deref())
            .map(|name| name.strip_prefix(PREFIX).unwrap_or(name))
            .filter(|name| !name.is_empty())
            .collect();
        let config = |what: String| {
            let (key, variable) = (ACCOUNT.key, ACCOUNT.variable);
            let message = format!("{what}; set {key} in the configuration, or {variable}");
            Err(Error::new(ErrorKind::Config, message).at_account(self.transport().account()))
        };
        match names.as_slice() {
            [account] if accounts.len() == 1 => {
                self.transport().set_value(ACCOUNT.key, *account);
                Ok(Arc::from(*account))
            }
            [] => config(format!("the key has no account at {TITLE}")),
            several => config(format!(
                "the key has several accounts at {TITLE}, such as {}",
                several.join(" and ")
            )),
        }
    }
}
