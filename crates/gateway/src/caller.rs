//! The caller of a request: its labels, and the accounts that it may use.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use unitune::providers::{Account, Providers};

use crate::api_error::ApiError;
use crate::auth::Identity;
use crate::params::{Labels, PROVIDER_NAME, TfyHeaders, split_model};
use crate::state::Gateway;
use crate::token::Token;

/// What every operation reads from a request.
pub struct Caller {
    /// The labels of the calls that the request leads to.
    pub labels: Labels,
    /// The accounts that the request selects, of those that the caller may use.
    pub providers: Providers,
}

impl FromRequestParts<Gateway> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let TfyHeaders {
            provider_name,
            labels,
        } = TfyHeaders::parse(&parts.headers)?;
        let token = parts.extensions.get::<Identity>();
        let token = token.and_then(|identity| identity.0.as_ref());
        let mut providers = select(gateway.providers(), token, provider_name.as_deref())?;
        if let Some(options) = labels.options() {
            providers = providers.with_options(&options);
        }
        Ok(Self { labels, providers })
    }
}

/// Returns the accounts that a token may use; of these the named one, if one is
/// named.
fn select(
    providers: &Providers,
    token: Option<&Token>,
    name: Option<&str>,
) -> Result<Providers, ApiError> {
    let known = match token {
        Some(token) if token.accounts.is_some() => {
            let names = names(providers).filter(|name| token.may_use(name));
            let names: Vec<&str> = names.collect();
            // No name at all would mean all accounts.
            if names.is_empty() {
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "this token gives access to no provider account",
                ));
            }
            providers.select(&names)?
        }
        _ => providers.clone(),
    };
    match name {
        None => Ok(known),
        Some(name) if known.get(name).is_some() => Ok(known.select(&[name])?),
        Some(name) => {
            let message = format!(
                "unknown provider account {name:?}: expected one of {}",
                listed(&known)
            );
            Err(ApiError::not_found(message)
                .param(PROVIDER_NAME)
                .code("unknown_account"))
        }
    }
}

fn names(providers: &Providers) -> impl Iterator<Item = &str> {
    providers.accounts().iter().map(Account::name)
}

fn listed(providers: &Providers) -> String {
    names(providers).collect::<Vec<_>>().join(", ")
}

impl Caller {
    /// Returns the name of the one account that something is created at.
    ///
    /// # Errors
    ///
    /// 400: the request selects several.
    pub fn one_account(&self) -> Result<&str, ApiError> {
        match self.providers.accounts() {
            [only] => Ok(only.name()),
            _ => Err(ambiguous(PROVIDER_NAME, &self.providers, "")),
        }
    }

    /// Returns the name of the one account that a job is created at, and the
    /// model's name there: `account/model` selects an account, as the header
    /// does.
    ///
    /// # Errors
    ///
    /// 400: the request selects several.
    pub fn account_of_model(&self, model: &str) -> Result<(&str, String), ApiError> {
        let known: Vec<&str> = names(&self.providers).collect();
        let (named, rest) = split_model(model, &known);
        let named = named.and_then(|name| self.providers.get(name));
        match (named, self.providers.accounts()) {
            (Some(account), _) => Ok((account.name(), rest.into_owned())),
            (None, [only]) => Ok((only.name(), model.to_owned())),
            _ => {
                let otherwise = ", or by a model of the form account/model";
                Err(ambiguous("model", &self.providers, otherwise))
            }
        }
    }
}

fn ambiguous(param: &'static str, providers: &Providers, otherwise: &str) -> ApiError {
    let message = format!(
        "ambiguous provider account: select one of {} with the header {PROVIDER_NAME}{otherwise}",
        listed(providers)
    );
    ApiError::invalid(param, message).code("ambiguous_account")
}
