//! One `[[account]]` table: its settings and its client.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::source_text::{self, SourceText};
use super::{ConfigReader, text_of};
use crate::providers::Account;
use crate::transport::{ClientBuilder, ConfigHeader, ConfigValue, TokenSource, VendorProfile};
use crate::vendors::VendorInfo;
use crate::{Error, vendors};

/// The settings of every `[[account]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: Spanned<String>,
    #[serde(rename = "vendor")]
    _vendor: IgnoredAny,
    key: Option<Spanned<SecretString>>,
    key_env: Option<Spanned<String>>,
    key_file: Option<Spanned<PathBuf>>,
    /// A program and its arguments: it prints a token.
    token_command: Option<Spanned<Vec<String>>>,
    base_url: Option<Spanned<String>>,
    /// The label that is used where the vendor returns no organisation.
    organization: Option<String>,
    timeout_seconds: Option<Spanned<f64>>,
    retries: Option<usize>,
    max_concurrency: Option<usize>,
    proxy: Option<Spanned<SecretString>>,
    /// A file of certificates in PEM form that are also trusted.
    root_certificates: Option<Spanned<PathBuf>>,
}

/// The credential of an account.
enum Credential {
    Key(SecretString),
    /// A token, which is sent as a bearer token whatever the vendor's keys are.
    Token(SecretString),
    Source(Arc<dyn TokenSource>),
}

/// A key that only the accounts of one vendor have.
#[derive(Clone, Copy)]
enum VendorSetting {
    Header(ConfigHeader),
    Value(ConfigValue),
}

impl VendorSetting {
    /// All of a vendor.
    fn of(profile: &VendorProfile) -> impl Iterator<Item = Self> {
        let headers = profile.config_headers.iter().copied().map(Self::Header);
        headers.chain(profile.config_values.iter().copied().map(Self::Value))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Header(own) => own.key,
            Self::Value(own) => own.key,
        }
    }
}

/// One `[[account]]` table and its vendor.
pub(super) struct Entry {
    module: &'static vendors::Module,
    settings: Settings,
    /// What only this vendor has.
    own: Vec<(VendorSetting, Spanned<String>)>,
}

impl Entry {
    /// Returns the account's name, with its position in the file.
    pub(super) fn name(&self) -> &Spanned<String> {
        &self.settings.name
    }

    pub(super) fn module(&self) -> &'static vendors::Module {
        self.module
    }

    pub(super) fn read(
        entry: Spanned<DeValue<'_>>,
        source: &SourceText<'_>,
    ) -> Result<Self, Error> {
        let span = entry.span();
        let DeValue::Table(mut table) = entry.into_inner() else {
            return Err(source.error(Some(span), "an account is a table: [[account]]"));
        };
        if !table.contains_key("vendor") {
            return Err(without_vendor(table, span, source));
        }
        let module = vendor_of(&table, source)?;
        let mut found = Vec::new();
        // A key that several vendors have is the account's own vendor's.
        let own = std::iter::once(module.profile);
        let others = vendors::all().iter().filter_map(VendorInfo::profile);
        for profile in own.chain(others) {
            for own in VendorSetting::of(profile) {
                let Some(value) = table.remove(own.key()) else {
                    continue;
                };
                let at = value.span();
                if profile.name != module.profile.name {
                    let what = format!(
                        "{} does not have the setting {}",
                        module.profile.title,
                        own.key()
                    );
                    return Err(source.error(Some(at), what));
                }
                let text =
                    text_of(value).ok_or_else(|| source.error(Some(at), "expected a text"))?;
                found.push((own, text));
            }
        }
        let table = Spanned::new(span, DeValue::Table(table));
        let settings = Settings::deserialize(ValueDeserializer::from(table));
        Ok(Self {
            module,
            settings: settings.map_err(|e| source.unreadable(&e))?,
            own: found,
        })
    }

    pub(super) fn account(
        self,
        source: &SourceText<'_>,
        reader: &ConfigReader,
        warnings: &mut Vec<String>,
    ) -> Result<Account, Error> {
        let profile = self.module.profile;
        let settings = self.settings;
        let span = settings.name.span();
        let mut builder = ClientBuilder::<()>::of_vendor(profile).account(settings.name.get_ref());
        builder = match settings.credential(profile, source, reader, warnings)? {
            Credential::Key(key) => builder.api_key(key),
            Credential::Token(token) => builder.bearer_token(token),
            Credential::Source(tokens) => builder.token_source(tokens),
        };
        let has_own_address = settings.base_url.is_some() || !profile.default_base_url.is_empty();
        if let Some(url) = &settings.base_url {
            builder = builder.base_url(url.get_ref());
        } else if !has_own_address {
            builder = builder.base_url_from_env();
        }
        if settings.is_keyed_by_environment() || !has_own_address {
            builder = builder.values_from_env();
        }
        for (own, value) in self.own {
            builder = match own {
                VendorSetting::Header(own) => builder.header(own.header, value.into_inner()),
                VendorSetting::Value(own) => builder.value(own.key, value.into_inner()),
            };
        }
        if let Some(seconds) = &settings.timeout_seconds {
            let timeout = Duration::try_from_secs_f64(*seconds.get_ref());
            let timeout = timeout.ok().filter(|timeout| !timeout.is_zero());
            builder = builder.timeout(timeout.ok_or_else(|| {
                source.error(
                    Some(seconds.span()),
                    "expected a number of seconds greater than 0",
                )
            })?);
        }
        if let Some(times) = settings.retries {
            builder = builder.retries(times);
        }
        if let Some(requests) = settings.max_concurrency {
            builder = builder.max_concurrency(requests);
        }
        if let Some(proxy) = settings.proxy {
            builder = builder.proxy(proxy.into_inner());
        }
        if let Some(file) = &settings.root_certificates {
            builder = builder.root_certificates(source.read(file)?);
        }
        let at = settings.base_url.as_ref().map_or(span, Spanned::span);
        let backend = (self.module.connect)(builder).map_err(|e| source.error(Some(at), e))?;
        let mut account = Account::with_backend(settings.name.into_inner(), backend);
        if let Some(label) = settings.organization {
            account = account.organization(label);
        }
        Ok(account)
    }
}

/// Returns the error of a table that names no vendor; if it has an unknown
/// member, the error names that.
fn without_vendor(
    mut table: DeTable<'_>,
    span: std::ops::Range<usize>,
    source: &SourceText<'_>,
) -> Error {
    for profile in vendors::all().iter().filter_map(VendorInfo::profile) {
        for own in VendorSetting::of(profile) {
            table.remove(own.key());
        }
    }
    let entry = Spanned::new(span.clone(), DeValue::Table(table));
    match Settings::deserialize(ValueDeserializer::from(entry)) {
        Err(error) => source.unreadable(&error),
        Ok(_) => source.error(Some(span), "missing field `vendor`"),
    }
}

/// Returns the vendor that a table names.
fn vendor_of(
    table: &DeTable<'_>,
    source: &SourceText<'_>,
) -> Result<&'static vendors::Module, Error> {
    let value = table.get("vendor");
    let at = value.map(Spanned::span);
    let Some(DeValue::String(word)) = value.map(Spanned::get_ref) else {
        return Err(source.error(at, "invalid type: expected the name of a vendor"));
    };
    let Some(info) = vendors::get(word) else {
        let known: Vec<&str> = vendors::all().iter().map(|info| info.name()).collect();
        let what = format!(
            "unknown vendor {word:?}: expected one of {}",
            known.join(", ")
        );
        return Err(source.error(at, what));
    };
    info.module().ok_or_else(|| {
        let what = format!("this program is built without {}", info.name());
        source.error(at, what)
    })
}

impl Settings {
    /// Returns true if the key is that of the vendor's usual variable: the other
    /// variables then belong to the same key.
    fn is_keyed_by_environment(&self) -> bool {
        let has_key = self.key.is_some() || self.key_env.is_some() || self.key_file.is_some();
        !has_key && self.token_command.is_none()
    }

    /// Returns the credential: a key that is given by value, by the name of a
    /// variable, by a file, or by the vendor's usual variable; or what prints
    /// tokens.
    fn credential(
        &self,
        profile: &VendorProfile,
        source: &SourceText<'_>,
        reader: &ConfigReader,
        warnings: &mut Vec<String>,
    ) -> Result<Credential, Error> {
        let name = self.name.get_ref();
        let spans: Vec<_> = [
            self.key.as_ref().map(Spanned::span),
            self.key_env.as_ref().map(Spanned::span),
            self.key_file.as_ref().map(Spanned::span),
            self.token_command.as_ref().map(Spanned::span),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let [_, second, ..] = spans.as_slice() {
            let what = format!(
                "account {name:?} has a key already: give one of key, key_env, key_file and \
                 token_command"
            );
            return Err(source.error(Some(second.clone()), what));
        }
        if let Some(command) = &self.token_command {
            let reject = |what: &str| Err(source.error(Some(command.span()), what));
            let Some(run) = reader.token_command else {
                return reject("token_command: this program runs no commands; give a key");
            };
            return match command.get_ref().as_slice() {
                [program, ..] if !program.is_empty() => {
                    Ok(Credential::Source(run(command.get_ref())))
                }
                _ => reject("token_command names no program: [\"PROGRAM\", \"ARGUMENT\", …]"),
            };
        }
        if let Some(key) = &self.key {
            if source.is_readable_by_others() {
                warnings.push(format!(
                    "{}: others can read the key of account {name:?} in this file; \
                     chmod 600 it, or use key_env or key_file",
                    source.at(Some(key.span()))
                ));
            }
            return Ok(Credential::Key(key.get_ref().clone()));
        }
        if let Some(file) = &self.key_file {
            let path = source.resolve(file.get_ref());
            if source_text::others_can_read(&path) {
                warnings.push(format!(
                    "{}: others can read the key of account {name:?} in {}; chmod 600 it",
                    source.at(Some(file.span())),
                    path.display()
                ));
            }
            let bytes = match is_path(file.get_ref()) || path.exists() {
                true => source.read(file)?,
                false => {
                    let what = "there is no file of the name that key_file has; it is not shown, \
                                because it may be a key";
                    return Err(source.error(Some(file.span()), what));
                }
            };
            let key = String::from_utf8(bytes).map_err(|_| {
                source.error(
                    Some(file.span()),
                    "the key_file is not UTF-8: it has to hold the key alone",
                )
            })?;
            return Ok(Credential::Key(key.trim().to_owned().into()));
        }
        let variable = self.key_env.as_ref();
        if variable.is_none() {
            self.check_address(profile, source)?;
            let token = profile.token_variable.map(std::env::var);
            if let Some(Ok(token)) = token
                && !token.trim().is_empty()
            {
                return Ok(Credential::Token(token.into()));
            }
        }
        let span = variable.map_or_else(|| self.name.span(), Spanned::span);
        let variable = variable.map_or(profile.environment.key, |v| v.get_ref().as_str());
        match std::env::var(variable) {
            Ok(key) if !key.trim().is_empty() => Ok(Credential::Key(key.into())),
            _ => {
                let name = match may_be_shown(variable) {
                    true => variable,
                    false => {
                        "the variable that key_env names (not shown, because it may be a key: \
                         names of variables have capitals)"
                    }
                };
                let what = format!(
                    "there is no key: {name} is not set; set it, or name another variable with \
                     key_env"
                );
                Err(source.error(Some(span), what))
            }
        }
    }

    /// Rejects sending the environment's key to a host that only the file
    /// names: the author of a file could obtain the key otherwise. The key is
    /// sent to the vendor's own hosts and to this machine only, and not through
    /// a proxy of the file or with certificates that only the file trusts.
    fn check_address(&self, profile: &VendorProfile, source: &SourceText<'_>) -> Result<(), Error> {
        let proxy = self.proxy.as_ref().map(Spanned::span);
        let certificates = self.root_certificates.as_ref().map(Spanned::span);
        let (what, span) = match (&self.base_url, proxy, certificates) {
            (Some(url), _, _) if leads_elsewhere(url.get_ref(), profile) => {
                ("to an address", url.span())
            }
            (_, Some(span), _) => ("through a proxy", span),
            (_, _, Some(span)) => ("to hosts with certificates", span),
            _ => return Ok(()),
        };
        let name = profile.environment.key;
        let what = format!(
            "the key of {name} is not sent {what} that a file names; if that is intended, add \
             key_env = {name:?} to this account"
        );
        Err(source.error(Some(span), what))
    }
}

fn leads_elsewhere(url: &str, profile: &VendorProfile) -> bool {
    // An invalid URL is rejected elsewhere.
    reqwest::Url::parse(url).is_ok_and(|url| {
        let is_vendor = url.host_str().is_some_and(|host| profile.owns_host(host));
        let is_trusted = is_loopback(&url) || (is_vendor && url.scheme() == "https");
        !is_trusted
    })
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

/// The length of a text that can be a vendor's key.
const KEY: usize = 16;

/// Returns true for what is not likely to be a key that stands in place of a variable's name.
fn may_be_shown(variable: &str) -> bool {
    let usual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_usual = variable.chars().all(usual) && !variable.starts_with(|c: char| c.is_numeric());
    is_usual || variable.len() < KEY
}

/// Returns true for what is not likely to be a key that stands in place of a file's name.
fn is_path(file: &Path) -> bool {
    let extension = file.extension().map_or(0, |extension| extension.len());
    let is_short = file.as_os_str().len() < KEY;
    is_short || file.components().count() > 1 || (1..=8).contains(&extension)
}
