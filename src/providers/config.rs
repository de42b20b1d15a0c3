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
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Account, Providers};
use crate::transport::{ClientBuilder, ConfigHeader, VendorProfile};
use crate::{Error, ErrorKind, vendors};

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

/// The tables that a file may have besides `[[account]]`: they are for the
/// programs that serve the accounts to read.
const OTHER_TABLES: [&str; 1] = ["gateway"];

/// What every `[[account]]` can have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: Spanned<String>,
    #[serde(rename = "vendor")]
    _vendor: IgnoredAny,
    key: Option<Spanned<SecretString>>,
    key_env: Option<Spanned<String>>,
    key_file: Option<Spanned<PathBuf>>,
    base_url: Option<Spanned<String>>,
    /// What stands for the organisation where the vendor names none.
    organization: Option<String>,
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
    let mut tables = DeTable::parse(text)
        .map_err(|e| unreadable(place, &e))?
        .into_inner();
    let entries = tables.remove("account");
    let unknown = tables.iter().find(|(name, _)| {
        let name: &str = name.get_ref();
        !OTHER_TABLES.contains(&name)
    });
    if let Some((name, _)) = unknown {
        let known = OTHER_TABLES.map(|name| format!("`{name}`")).join(", ");
        let what = format!(
            "unknown field `{}`, expected one of `account`, {known}",
            name.get_ref()
        );
        return Err(place.error(Some(name.span()), what));
    }
    let entries = match entries.map(Spanned::into_inner) {
        None => Vec::new(),
        Some(DeValue::Array(entries)) => entries.into_iter().collect(),
        Some(_) => return Err(place.error(None, "account is no list of tables: [[account]]")),
    };
    let mut config = Config {
        providers: Providers::new(),
        warnings: Vec::new(),
    };
    let mut names: HashMap<String, std::ops::Range<usize>> = HashMap::new();
    for entry in entries {
        let entry = Entry::read(entry, place)?;
        let span = entry.settings.name.span();
        let name = entry.settings.name.get_ref().clone();
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

fn unreadable(place: &Place<'_>, error: &toml::de::Error) -> Error {
    let what = error.message().lines().next().unwrap_or_default();
    let what = crate::wire::wrong_type(what).unwrap_or_else(|| what.to_owned());
    place.error(error.span(), what)
}

/// One `[[account]]`, and its vendor.
struct Entry {
    module: &'static vendors::Module,
    settings: Settings,
    /// What only this vendor has.
    headers: Vec<(ConfigHeader, Spanned<String>)>,
}

impl Entry {
    fn read(entry: Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<Self, Error> {
        let span = entry.span();
        let DeValue::Table(mut table) = entry.into_inner() else {
            return Err(place.error(Some(span), "an account is a table: [[account]]"));
        };
        let module = vendor_of(&table, &span, place)?;
        let mut headers = Vec::new();
        for info in vendors::all() {
            for own in info
                .profile()
                .map_or(&[][..], |profile| profile.config_headers)
            {
                let Some(value) = table.remove(own.key) else {
                    continue;
                };
                let at = value.span();
                if info.name() != module.profile.name {
                    let what = format!("{} has no such thing: {}", module.profile.title, own.key);
                    return Err(place.error(Some(at), what));
                }
                let text =
                    text_of(value).ok_or_else(|| place.error(Some(at), "expected a text"))?;
                headers.push((*own, text));
            }
        }
        let table = Spanned::new(span, DeValue::Table(table));
        let settings = Settings::deserialize(ValueDeserializer::from(table));
        Ok(Self {
            module,
            settings: settings.map_err(|e| unreadable(place, &e))?,
            headers,
        })
    }

    fn account(self, place: &Place<'_>, warnings: &mut Vec<String>) -> Result<Account, Error> {
        let profile = self.module.profile;
        let settings = self.settings;
        let span = settings.name.span();
        let mut builder = ClientBuilder::<()>::of_vendor(profile)
            .account(settings.name.get_ref())
            .api_key(settings.secret(profile, place, warnings)?);
        if let Some(url) = &settings.base_url {
            builder = builder.base_url(url.get_ref());
        }
        for (own, value) in self.headers {
            builder = builder.header(own.header, value.into_inner());
        }
        if let Some(seconds) = &settings.timeout_seconds {
            let timeout = Duration::try_from_secs_f64(*seconds.get_ref());
            let timeout = timeout.ok().filter(|timeout| !timeout.is_zero());
            builder =
                builder.timeout(timeout.ok_or_else(|| {
                    place.error(Some(seconds.span()), "this is no length of time")
                })?);
        }
        if let Some(times) = settings.retries {
            builder = builder.retries(times);
        }
        if let Some(requests) = settings.max_concurrency {
            builder = builder.max_concurrency(requests);
        }
        if let Some(proxy) = settings.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(file) = &settings.root_certificates {
            builder = builder.root_certificates(place.read(file)?);
        }
        let at = settings.base_url.as_ref().map_or(span, Spanned::span);
        let backend = (self.module.connect)(builder).map_err(|e| place.error(Some(at), e))?;
        let mut account = Account::with_backend(settings.name.into_inner(), backend);
        if let Some(label) = settings.organization {
            account = account.organization(label);
        }
        Ok(account)
    }
}

/// The vendor that an account's table names.
fn vendor_of(
    table: &DeTable<'_>,
    span: &std::ops::Range<usize>,
    place: &Place<'_>,
) -> Result<&'static vendors::Module, Error> {
    let Some(value) = table.get("vendor") else {
        return Err(place.error(Some(span.clone()), "missing field `vendor`"));
    };
    let at = Some(value.span());
    let DeValue::String(word) = value.get_ref() else {
        return Err(place.error(at, "vendor is no text"));
    };
    let Some(info) = vendors::get(word) else {
        let known: Vec<&str> = vendors::all().iter().map(|info| info.name()).collect();
        let what = format!(
            "no vendor is called {word:?}; there are: {}",
            known.join(", ")
        );
        return Err(place.error(at, what));
    };
    info.module().ok_or_else(|| {
        let what = format!("this program is built without {}", info.name());
        place.error(at, what)
    })
}

fn text_of(value: Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::String(text) => Some(Spanned::new(span, text.into_owned())),
        _ => None,
    }
}

impl Settings {
    /// The key: by value, by the name of a variable, by a file, or by the
    /// vendor's usual variable.
    fn secret(
        &self,
        profile: &VendorProfile,
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
        if variable.is_none() {
            self.check_address(profile, place)?;
        }
        let span = variable.map_or_else(|| self.name.span(), Spanned::span);
        let variable = variable.map_or(profile.environment.key, |v| v.get_ref().as_str());
        match std::env::var(variable) {
            Ok(key) if !key.trim().is_empty() => Ok(SecretString::from(key)),
            _ => {
                let what = format!("account {name:?} has no key: {variable} is not set");
                Err(place.error(Some(span), what))
            }
        }
    }

    /// Refuses to send the environment's key to an address that the file names:
    /// whoever writes a file could otherwise have the key. The vendor's own
    /// hosts and this machine are no such address.
    fn check_address(&self, profile: &VendorProfile, place: &Place<'_>) -> Result<(), Error> {
        let Some(url) = &self.base_url else {
            return Ok(());
        };
        let Ok(parsed) = reqwest::Url::parse(url.get_ref()) else {
            // What is no URL is refused elsewhere.
            return Ok(());
        };
        if is_loopback(&parsed) || parsed.host_str().is_some_and(|h| profile.owns_host(h)) {
            return Ok(());
        }
        let name = profile.environment.key;
        let what = format!(
            "the key of {name} is not sent to an address that a file names; if it is meant for \
             this one, say so in this account: key_env = {name:?}"
        );
        Err(place.error(Some(url.span()), what))
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || ip
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// Never shows a key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("name", self.name.get_ref())
            .finish_non_exhaustive()
    }
}
