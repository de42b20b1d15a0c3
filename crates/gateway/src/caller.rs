//! Who asks, and which accounts the request is about.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;

use crate::params::{PROVIDER_NAME, TfyHeaders, split_model};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::token::Token;
use crate::upstream::Upstream;

/// Who asked: put among a request's extensions once the token is checked.
#[derive(Clone, Debug)]
pub struct Identity(pub Option<Token>);

/// What every operation needs to know of a request.
pub struct Caller {
    /// The published headers.
    pub headers: TfyHeaders,
    /// The accounts that the caller may use and means.
    accounts: Vec<Arc<Upstream>>,
}

impl FromRequestParts<Gateway> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let headers = TfyHeaders::parse(&parts.headers)?;
        let token = parts.extensions.get::<Identity>();
        let token = token.and_then(|identity| identity.0.as_ref());
        let accounts = select(gateway.accounts(), token, headers.provider_name.as_deref())?;
        Ok(Self { headers, accounts })
    }
}

/// The accounts that a token may use; of these the named one.
fn select(
    accounts: &[Arc<Upstream>],
    token: Option<&Token>,
    name: Option<&str>,
) -> Result<Vec<Arc<Upstream>>, Problem> {
    let may_use = |account: &&Arc<Upstream>| token.is_none_or(|t| t.may_use(account.name()));
    let known: Vec<Arc<Upstream>> = accounts.iter().filter(may_use).cloned().collect();
    if known.is_empty() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "there is no provider account that this token may use",
        ));
    }
    let Some(name) = name else {
        return Ok(known);
    };
    match known.iter().find(|account| account.name() == name) {
        Some(account) => Ok(vec![account.clone()]),
        None => {
            let message = format!(
                "there is no provider account {name:?}; there are: {}",
                names(&known)
            );
            Err(Problem::invalid(PROVIDER_NAME, message).code("unknown_account"))
        }
    }
}

fn names(accounts: &[Arc<Upstream>]) -> String {
    let names: Vec<&str> = accounts.iter().map(|account| account.name()).collect();
    names.join(", ")
}

impl Caller {
    /// The accounts that the request is about.
    pub fn accounts(&self) -> &[Arc<Upstream>] {
        &self.accounts
    }

    /// The one account that something new is made at.
    ///
    /// # Errors
    ///
    /// 400, naming the accounts that remain.
    pub fn one_account(&self) -> Result<&Arc<Upstream>, Problem> {
        match &self.accounts[..] {
            [only] => Ok(only),
            several => Err(Problem::invalid(
                PROVIDER_NAME,
                format!(
                    "several provider accounts could do this: {}; name one of them with the \
                     header {PROVIDER_NAME}",
                    names(several)
                ),
            )
            .code("ambiguous_account")),
        }
    }

    /// The one account that a job is made at, and the model's name there:
    /// `account/model` selects, as the header does.
    ///
    /// # Errors
    ///
    /// 400, naming the accounts that remain.
    pub fn account_of_model(&self, model: &str) -> Result<(&Arc<Upstream>, String), Problem> {
        let known: Vec<&str> = self.accounts.iter().map(|a| a.name()).collect();
        let (named, rest) = split_model(model, &known);
        let named = named.and_then(|name| self.accounts.iter().find(|a| a.name() == name));
        match (named, &self.accounts[..]) {
            (Some(account), _) => Ok((account, rest.into_owned())),
            (None, [only]) => Ok((only, model.to_owned())),
            (None, several) => Err(Problem::invalid(
                "model",
                format!(
                    "several provider accounts could do this: {}; name one of them with the \
                     header {PROVIDER_NAME}, or as account/model",
                    names(several)
                ),
            )
            .code("ambiguous_account")),
        }
    }
}
