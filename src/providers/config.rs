//! Accounts from a file, `unitune.toml`.

mod place;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::{Account, Providers};
use crate::transport::{ApiClient, ClientBuilder};
use crate::{Error, ErrorKind};

use place::Place;

/// What a file of accounts says.
///
/// ```
/// # fn main() -> Result<(), unitune::Error> {
/// use unitune::providers::Config;
///
/// let config = Config::from_toml(
///     r#"
///     [[account]]
///     name = "gateway-eu"
///     vendor = "truefoundry"
///     base_url = "https://gateway.example"
///     key = "tfy-…"          # or key_env = "…", or key_file = "…"
///     timeout_seconds = 30
///     "#,
/// )?;
/// assert_eq!(config.providers().accounts()[0].name(), "gateway-eu");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    providers: Providers,
    warnings: Vec<String>,
}

/// The file. The gateway's own part of it is the gateway's to read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    account: Vec<Entry>,
    #[serde(default, rename = "gateway")]
    _gateway: Option<IgnoredAny>,
}

/// One `[[account]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    vendor: Spanned<String>,
    key: Option<Spanned<SecretString>>,
    key_env: Option<Spanned<String>>,
    key_file: Option<Spanned<PathBuf>>,
    base_url: Option<Spanned<String>>,
    /// What stands for the organization where the vendor names none.
    organization: Option<String>,
    /// OpenAI's headers, for keys that belong to several.
    openai_organization: Option<Spanned<String>>,
    openai_project: Option<Spanned<String>>,
    timeout_seconds: Option<Spanned<f64>>,
    retries: Option<usize>,
    max_concurrency: Option<usize>,
    proxy: Option<SecretString>,
    /// A file of certificates in PEM form that are trusted too.
    root_certificates: Option<Spanned<PathBuf>>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or something in it cannot be used; the error
    /// says where, with line and column.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|e| {
            Error::new(ErrorKind::Config, format!("{}: {e}", path.display())).because(e)
        })?;
        read(&text, &Place::of_file(path, &text))
    }

    /// Reads a text in the form of the file.
    ///
    /// # Errors
    ///
    /// As [`Self::from_file`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        read(text, &Place::of_text(text))
    }

    /// The accounts.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// The accounts.
    pub fn into_providers(self) -> Providers {
        self.providers
    }

    /// What works and had better be otherwise: keys that others can read.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl Providers {
    /// The accounts of a file, `unitune.toml`: see [`Config`], which also tells
    /// of warnings. Here they are only logged.
    ///
    /// # Errors
    ///
    /// As [`Config::from_file`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let config = Config::from_file(path)?;
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        Ok(config.into_providers())
    }
}

fn read(text: &str, place: &Place<'_>) -> Result<Config, Error> {
    let file: File = toml::from_str(text).map_err(|e| {
        let what = e.message().lines().next().unwrap_or_default();
        let what = crate::wire::wrong_type(what).unwrap_or_else(|| what.to_owned());
        place.error(e.span(), what)
    })?;
    let mut config = Config {
        providers: Providers::new(),
        warnings: Vec::new(),
    };
    let mut names: HashMap<String, std::ops::Range<usize>> = HashMap::new();
    for entry in file.account {
        let span = entry.name.span();
        let name = entry.name.get_ref().clone();
        if let Some(first) = names.insert(name.clone(), span.clone()) {
            let first = place.line_and_column(first.start);
            let what = format!("the name {name:?} is taken, at {}:{}", first.0, first.1);
            return Err(place.error(Some(span), what));
        }
        let account = entry.account(place, &mut config.warnings)?;
        let added = config.providers.add(account);
        added.map_err(|e| place.error(Some(span), e))?;
    }
    if names.is_empty() {
        return Err(place.error(None, "there is no [[account]]"));
    }
    Ok(config)
}

const VENDORS: [&str; 3] = ["openai", "together", "truefoundry"];

impl Entry {
    fn account(self, place: &Place<'_>, warnings: &mut Vec<String>) -> Result<Account, Error> {
        let (at, word) = (self.vendor.span(), self.vendor.get_ref().clone());
        match VENDORS.into_iter().find(|v| *v == word) {
            #[cfg(feature = "openai")]
            Some("openai") => self.build::<crate::openai::Client>(place, warnings),
            #[cfg(feature = "together")]
            Some("together") => self.build::<crate::together::Client>(place, warnings),
            Some("truefoundry") => self.build::<crate::truefoundry::Client>(place, warnings),
            Some(vendor) => {
                let what = format!("this program is built without {vendor}");
                Err(place.error(Some(at), what))
            }
            None => {
                let what = format!(
                    "no vendor is called {word:?}; there are: {}",
                    VENDORS.join(", ")
                );
                Err(place.error(Some(at), what))
            }
        }
    }

    fn build<C: ApiClient + Into<super::Client>>(
        self,
        place: &Place<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Account, Error> {
        let span = self.name.span();
        let mut builder = ClientBuilder::<C>::default()
            .account(self.name.get_ref())
            .api_key(self.secret::<C>(place, warnings)?);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url.get_ref());
        }
        let headers = [
            (&self.openai_organization, "openai-organization"),
            (&self.openai_project, "openai-project"),
        ];
        for (value, header) in headers {
            let Some(value) = value else { continue };
            if C::VENDOR != "openai" {
                let what = format!("{} has no such thing", C::VENDOR);
                return Err(place.error(Some(value.span()), what));
            }
            builder = builder.header(header, value.get_ref());
        }
        if let Some(seconds) = &self.timeout_seconds {
            let timeout = Duration::try_from_secs_f64(*seconds.get_ref());
            let timeout = timeout.ok().filter(|timeout| !timeout.is_zero());
            builder =
                builder.timeout(timeout.ok_or_else(|| {
                    place.error(Some(seconds.span()), "this is no length of time")
                })?);
        }
        if let Some(times) = self.retries {
            builder = builder.retries(times);
        }
        if let Some(requests) = self.max_concurrency {
            builder = builder.max_concurrency(requests);
        }
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(file) = &self.root_certificates {
            builder = builder.root_certificates(place.read(file)?);
        }
        let at = self.base_url.as_ref().map_or(span, Spanned::span);
        let client = builder.build().map_err(|e| place.error(Some(at), e))?;
        let mut account = Account::new(self.name.into_inner(), client);
        if let Some(label) = self.organization {
            account = account.organization(label);
        }
        Ok(account)
    }

    /// The key: by value, by the name of a variable, by a file, or by the
    /// vendor's usual variable.
    fn secret<C: ApiClient>(
        &self,
        place: &Place<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<SecretString, Error> {
        let name = self.name.get_ref();
        let spans: Vec<_> = [
            self.key.as_ref().map(Spanned::span),
            self.key_env.as_ref().map(Spanned::span),
            self.key_file.as_ref().map(Spanned::span),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let [_, second, ..] = spans.as_slice() {
            let what = format!("account {name:?} has a key already");
            return Err(place.error(Some(second.clone()), what));
        }
        if let Some(key) = &self.key {
            if place.is_readable_by_others() {
                warnings.push(format!(
                    "{}: others can read the key of account {name:?} in this file; \
                     chmod 600 it, or use key_env or key_file",
                    place.at(Some(key.span()))
                ));
            }
            return Ok(key.get_ref().clone());
        }
        if let Some(file) = &self.key_file {
            let path = place.resolve(file.get_ref());
            if place::others_can_read(&path) {
                warnings.push(format!(
                    "{}: others can read the key of account {name:?} in {}; chmod 600 it",
                    place.at(Some(file.span())),
                    path.display()
                ));
            }
            let bytes = place.read(file)?;
            let key = String::from_utf8(bytes)
                .map_err(|_| place.error(Some(file.span()), "the file holds no text"))?;
            return Ok(SecretString::from(key.trim().to_owned()));
        }
        let variable = self.key_env.as_ref();
        let span = variable.map_or_else(|| self.name.span(), Spanned::span);
        let variable = variable.map_or(C::ENVIRONMENT.key, |v| v.get_ref().as_str());
        match std::env::var(variable) {
            Ok(key) if !key.trim().is_empty() => Ok(SecretString::from(key)),
            _ => {
                let what = format!("account {name:?} has no key: {variable} is not set");
                Err(place.error(Some(span), what))
            }
        }
    }
}

/// Never shows a key.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", self.name.get_ref())
            .finish_non_exhaustive()
    }
}
