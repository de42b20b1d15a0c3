//! The caller of a request: its labels, and the accounts that it may use.

use std::error::Error as _;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use unitune::ErrorKind;
use unitune::providers::{Account, Providers};
use unitune::transport::TraceContext;

use crate::api_error::ApiError;
use crate::auth::Identity;
use crate::operations::Creation;
use crate::params::{ACCOUNT_FIELD, Labels, PROVIDER_NAME, TfyHeaders};
use crate::state::Gateway;
use crate::token::Token;
use crate::upstream_error::{file_not_imported, not_created, training_not_available};

/// What every operation reads from a request.
pub struct Caller {
    /// The labels of the calls that the request leads to.
    pub labels: Labels,
    /// The accounts that the request selects, of those that the caller may use.
    pub providers: Providers,
    /// All accounts that the caller may use.
    known: Providers,
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
        let known = of_token(gateway.providers(), token)?;
        let mut providers = select(&known, provider_name.as_deref())?;
        let trace = parts.extensions.get::<TraceContext>().cloned();
        let options = match trace {
            Some(trace) => Some(labels.options().unwrap_or_default().trace(trace)),
            None => labels.options(),
        };
        if let Some(options) = options {
            providers = providers.with_options(&options);
        }
        Ok(Self {
            labels,
            providers,
            known,
        })
    }
}

/// Returns the accounts that a caller may use; of these the named one, if one is
/// named.
fn select(known: &Providers, name: Option<&str>) -> Result<Providers, ApiError> {
    match name {
        None => Ok(known.clone()),
        Some(name) if known.get(name).is_some() => Ok(known.select(&[name])?),
        Some(name) => Err(unknown_account(PROVIDER_NAME, name, known)),
    }
}

/// Returns the accounts that a token may use, with its default account.
fn of_token(providers: &Providers, token: Option<&Token>) -> Result<Providers, ApiError> {
    let Some(token) = token else {
        return Ok(providers.clone());
    };
    let known = if token.accounts.is_some() {
        let names: Vec<&str> = names(providers)
            .filter(|name| token.may_use(name))
            .collect();
        // No name at all would mean all accounts.
        if names.is_empty() {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "this token gives access to no provider account",
            ));
        }
        providers.select(&names)?
    } else {
        providers.clone()
    };
    match &token.default_account {
        Some(name) => Ok(known.with_default_account(name)?),
        None => Ok(known),
    }
}

/// Returns true where a request that creates something has to name the account: a
/// caller may use several, and none of them is the default. (A job whose training
/// file one account has can do without, which the document cannot express.)
pub fn must_name_account(providers: &Providers, tokens: &[Token]) -> bool {
    let is_unclear = |token| {
        // A token without any account creates nothing.
        of_token(providers, token).is_ok_and(|known| known.default_account().is_none())
    };
    match tokens {
        [] => is_unclear(None),
        tokens => tokens.iter().any(|token| is_unclear(Some(token))),
    }
}

fn names(providers: &Providers) -> impl Iterator<Item = &str> {
    providers.accounts().iter().map(Account::name)
}

fn unknown_account(param: &'static str, name: &str, known: &Providers) -> ApiError {
    let known = names(known).collect::<Vec<_>>().join(", ");
    let message = format!("unknown provider account {name:?}: expected one of {known}");
    ApiError::not_found(message)
        .param(param)
        .code("unknown_account")
}

impl Caller {
    /// Returns the name of the account that a file is uploaded to: that of the
    /// form's field, or the default account.
    ///
    /// # Errors
    ///
    /// 404: there is no account of this name. 400: none is named, and there is
    /// no default; or the header names another one.
    pub fn upload_account(&self, field: Option<&str>) -> Result<&str, ApiError> {
        let field = field.filter(|name| !name.is_empty());
        if let Some(name) = field.filter(|name| self.providers.get(name).is_none()) {
            if self.known.get(name).is_some() {
                let message = format!(
                    "the form field {ACCOUNT_FIELD} names {name:?}, and the header \
                     {PROVIDER_NAME} another account: send one of them"
                );
                return Err(ApiError::invalid(ACCOUNT_FIELD, message));
            }
            return Err(unknown_account(ACCOUNT_FIELD, name, &self.providers));
        }
        let account = self.providers.named_or_default(field);
        let account = account.map_err(|error| {
            unclear(
                &error,
                PROVIDER_NAME,
                "in the form field account, before the file",
            )
        })?;
        Ok(account.name())
    }

    /// Translates the failure to start a job. Where the account is not clear, the
    /// error says how to name it; where its vendor starts no more jobs, which
    /// others the caller may use.
    pub fn not_created(&self, error: &unitune::Error) -> ApiError {
        match error.kind() {
            ErrorKind::Ambiguous => unclear(error, "model", "by a model of the form account/model"),
            ErrorKind::TrainingNotAvailable => {
                let account = error.account().unwrap_or_default();
                training_not_available(error, &self.known.other_trainers(account))
            }
            // The parameter is that of the file, and the wait for it comes before the request.
            ErrorKind::Timeout
                if error.vendor_param().is_some() && !error.may_have_taken_effect() =>
            {
                file_not_imported(error)
            }
            _ => not_created(error, Creation::Job),
        }
    }
}

/// Returns true where the account would have been that of the training file, but
/// no account has it.
fn is_file_unknown(error: &unitune::Error) -> bool {
    let source = error.source().and_then(|s| s.downcast_ref());
    source.is_some_and(unitune::Error::is_not_found)
}

fn unclear(error: &unitune::Error, param: &'static str, otherwise: &str) -> ApiError {
    let reason = match is_file_unknown(error) {
        true => "no account has the training file; ",
        false => "",
    };
    let message = format!(
        "{reason}{}: with the header {PROVIDER_NAME}, or {otherwise}",
        error.message()
    );
    ApiError::invalid(param, message).code("ambiguous_account")
}
