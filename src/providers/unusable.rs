//! Accounts whose settings cannot be used: each is kept beside the others, and its
//! calls fail with the reason before anything is sent.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Account;
use crate::transport::{ClientBuilder, Token, TokenSource};
use crate::vendors::Module;
use crate::{Error, ErrorKind};

/// The address of an account without one. Nothing is sent there.
const NO_ADDRESS: &str = "https://no-address.invalid";

/// The reason why an account cannot be used.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    account: Arc<str>,
    why: Arc<Error>,
}

impl Problem {
    /// Returns the error where no call is made.
    pub(super) fn error(&self) -> Error {
        self.of_call().at_account(&self.account)
    }

    /// Returns the error of a call, which is labelled with the account later.
    fn of_call(&self) -> Error {
        Error::new(ErrorKind::Config, self.why.message())
    }
}

/// A source that fails in place of a key.
impl TokenSource for Problem {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>> {
        Box::pin(async { Err(self.of_call()) })
    }
}

/// Creates the account that could not be created otherwise, because of an error in
/// its settings. It has the vendor's own backend, so that it supports what the
/// vendor does.
pub(super) fn account(module: &Module, name: &str, why: Error) -> Result<Account, Error> {
    let problem = Problem {
        account: name.into(),
        why: Arc::new(why),
    };
    let mut builder = ClientBuilder::of_vendor(module.profile)
        .account(name)
        .token_source(Arc::new(problem.clone()));
    if module.profile.default_base_url.is_empty() {
        builder = builder.base_url(NO_ADDRESS);
    }
    Ok(Account::with_backend(name, (module.connect)(builder)?).unusable(problem))
}
