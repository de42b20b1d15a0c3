//! The configuration file: its accounts, and the tables of other programs.

mod account;
mod source_text;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{Account, Providers, unusable};
use crate::transport::TokenSource;
use crate::{Error, ErrorKind};

use account::Entry;
use source_text::SourceText;

/// The content of a configuration file: accounts, the default account, and the
/// tables of other programs.
///
/// ```
/// # fn main() -> Result<(), unitune::Error> {
/// use unitune::providers::Config;
///
/// let config = Config::from_toml(
///     r#"
///     default_account = "gateway-eu"
///
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
    path: Option<PathBuf>,
    // It can hold keys.
    text: SecretString,
    providers: Providers,
    default_account: Option<Spanned<String>>,
    warnings: Vec<String>,
    keeps_unusable: bool,
}

/// A function that makes a source of tokens from a program and its arguments.
pub type TokenCommand = fn(&[String]) -> Arc<dyn TokenSource>;

/// Reads configuration files for a program that runs the commands in them.
///
/// The library runs none: an account with a `token_command` is an error unless the
/// program sets how such commands are run.
///
/// ```
/// use std::sync::Arc;
/// use unitune::providers::ConfigReader;
/// use unitune::transport::TokenSource;
///
/// fn tokens(command: &[String]) -> Arc<dyn TokenSource> {
///     # use std::{future::Future, pin::Pin};
///     # #[derive(Debug)]
///     # struct Command(Vec<String>);
///     # impl TokenSource for Command {
///     #     fn token(&self) -> Pin<Box<dyn Future<Output = Result<unitune::transport::Token, unitune::Error>> + Send + '_>> {
///     #         Box::pin(async { Ok(unitune::transport::Token::new("a-token")) })
///     #     }
///     # }
///     Arc::new(Command(command.to_vec())) // a type of yours that runs it
/// }
///
/// let config = ConfigReader::new().token_command(tokens).from_toml(
///     r#"
///     [[account]]
///     name = "gateway-eu"
///     vendor = "truefoundry"
///     base_url = "https://gateway.example"
///     token_command = ["sso", "print-token"]
///     "#,
/// )?;
/// assert_eq!(config.providers().accounts().len(), 1);
/// # Ok::<(), unitune::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ConfigReader {
    token_command: Option<TokenCommand>,
    keeps_unusable: bool,
}

impl ConfigReader {
    /// Creates a reader that accepts no commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how a `token_command` becomes a source of tokens.
    #[must_use]
    pub fn token_command(mut self, run: TokenCommand) -> Self {
        self.token_command = Some(run);
        self
    }

    /// Keeps accounts whose own settings cannot be used, such as one without a key:
    /// their calls fail, as if the vendor were not there, and the other accounts
    /// work. By default such an account is an error of the whole file. Settings that
    /// are unknown or of another type always are one.
    ///
    /// ```
    /// use unitune::providers::ConfigReader;
    ///
    /// # #[cfg(feature = "openai")] {
    /// let config = ConfigReader::new().keep_unusable_accounts().from_toml(
    ///     r#"
    ///     [[account]]
    ///     name = "main"
    ///     vendor = "openai"
    ///     key = "sk-…"
    ///
    ///     [[account]]
    ///     name = "other"
    ///     vendor = "openai"
    ///     key_env = "NOT_SET"
    ///     "#,
    /// )?;
    /// let accounts = config.providers().accounts();
    /// assert!(accounts[0].ensure_usable().is_ok());
    /// assert!(accounts[1].ensure_usable().unwrap_err().to_string().contains("NOT_SET"));
    /// # }
    /// # Ok::<(), unitune::Error>(())
    /// ```
    #[must_use]
    pub fn keep_unusable_accounts(mut self) -> Self {
        self.keeps_unusable = true;
        self
    }

    /// Reads a file of at most 16 MiB.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a setting is invalid; the error has its line
    /// and column.
    pub fn from_file(self, path: impl AsRef<Path>) -> Result<Config, Error> {
        let path = path.as_ref();
        let file = File::open(path);
        let text = file.and_then(|file| std::io::read_to_string(file.take(MAX_BYTES + 1)));
        let text = text.map_err(|e| {
            Error::new(ErrorKind::Config, format!("{}: {e}", path.display())).because(e)
        })?;
        if text.len() as u64 > MAX_BYTES {
            let what = format!("{}: it has more than {MAX_BYTES} bytes", path.display());
            return Err(Error::new(ErrorKind::Config, what));
        }
        read(text, Some(path.to_owned()), self)
    }

    /// Parses the text that a file has, or is to have: errors name the file, and what
    /// the text names is relative to it.
    ///
    /// # Errors
    ///
    /// As [`Self::from_file`].
    pub fn from_text_of(self, path: impl AsRef<Path>, text: &str) -> Result<Config, Error> {
        read(text.to_owned(), Some(path.as_ref().to_owned()), self)
    }

    /// Parses a text in the format of the file.
    ///
    /// # Errors
    ///
    /// As [`Self::from_file`].
    pub fn from_toml(self, text: &str) -> Result<Config, Error> {
        read(text.to_owned(), None, self)
    }
}

/// How large a file may be: a device that never ends is none.
const MAX_BYTES: u64 = 16 << 20;

/// The members of a file that this module reads.
const LIBRARY_MEMBERS: [&str; 2] = ["account", "default_account"];

/// Further tables that a file may have: the programs that serve the accounts
/// read them with [`Config::table`].
const OTHER_TABLES: [&str; 1] = ["gateway"];

impl Config {
    /// Reads a file. An account with a `token_command` is an error: see
    /// [`ConfigReader`].
    ///
    /// # Errors
    ///
    /// As [`ConfigReader::from_file`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        ConfigReader::new().from_file(path)
    }

    /// Parses a text in the format of the file.
    ///
    /// # Errors
    ///
    /// As [`Self::from_file`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        ConfigReader::new().from_toml(text)
    }

    /// Returns the accounts. A file may have none: see
    /// [`Self::into_providers_or_env`].
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// Returns the accounts.
    pub fn into_providers(self) -> Providers {
        self.providers
    }

    /// Returns the accounts; if the file has none, those of the environment
    /// ([`Providers::from_env`]), with the file's default account.
    ///
    /// # Errors
    ///
    /// The environment has no account either, or the default account is not
    /// among them; or none of the accounts can be used.
    pub fn into_providers_or_env(self) -> Result<Providers, Error> {
        let providers = match self.providers.accounts().is_empty() {
            false => self.providers,
            true => self.set_default_account(Providers::of_env(self.keeps_unusable)?)?,
        };
        providers.ensure_one_usable()?;
        Ok(providers)
    }

    /// Returns these accounts with the file's default account, if it has one.
    ///
    /// # Errors
    ///
    /// No account has its name.
    pub fn set_default_account(&self, providers: Providers) -> Result<Providers, Error> {
        let Some(name) = &self.default_account else {
            return Ok(providers);
        };
        let chosen = providers.with_default_account(name.get_ref().as_str());
        chosen.map_err(|e| self.source().error(Some(name.span()), e))
    }

    /// Returns a table of another program, such as `[gateway]`, if the file has
    /// it. The type decides which members are valid.
    ///
    /// # Errors
    ///
    /// The table does not have the type's form; the error has the line and column.
    pub fn table<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let source = self.source();
        let tables = DeTable::parse(self.text.expose_secret());
        let mut tables = tables.map_err(|e| source.unreadable(&e))?.into_inner();
        let Some(table) = tables.remove(name) else {
            return Ok(None);
        };
        if !matches!(table.get_ref(), DeValue::Table(_)) {
            let what = format!("expected a table: [{name}]");
            return Err(source.error(Some(table.span()), what));
        }
        let read = T::deserialize(ValueDeserializer::from(table));
        read.map(Some).map_err(|e| source.unreadable(&e))
    }

    /// Returns warnings about the file: keys that other users of the machine
    /// can read.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn source(&self) -> SourceText<'_> {
        SourceText::new(self.path.as_deref(), self.text.expose_secret())
    }
}

impl Providers {
    /// Reads the accounts of a file; warnings are only logged. See [`Config`],
    /// which also returns them.
    ///
    /// # Errors
    ///
    /// As [`Config::from_file`]; or the file has no account.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let config = Config::from_file(path)?;
        if config.providers.accounts().is_empty() {
            let what = "there is no account; add one: [[account]]";
            return Err(config.source().error(None, what));
        }
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        Ok(config.into_providers())
    }
}

fn read(text: String, path: Option<PathBuf>, reader: ConfigReader) -> Result<Config, Error> {
    let mut config = Config {
        path,
        text: text.into(),
        providers: Providers::new(),
        default_account: None,
        warnings: Vec::new(),
        keeps_unusable: reader.keeps_unusable,
    };
    let source = config.source();
    let tables = DeTable::parse(config.text.expose_secret());
    let mut tables = tables.map_err(|e| source.unreadable(&e))?.into_inner();
    let is_known = |name: &str| LIBRARY_MEMBERS.contains(&name) || OTHER_TABLES.contains(&name);
    if let Some((name, _)) = tables.iter().find(|(name, _)| !is_known(name.get_ref())) {
        let known = LIBRARY_MEMBERS.iter().chain(&OTHER_TABLES);
        let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
        let what = format!(
            "unknown field `{}`, expected one of {}",
            name.get_ref().escape_debug(),
            known.join(", ")
        );
        return Err(source.unknown(Some(name.span()), &what));
    }
    let default_account = match tables.remove("default_account") {
        None => None,
        Some(value) => {
            let span = value.span();
            let text = text_of(value);
            Some(text.ok_or_else(|| source.error(Some(span), "expected the name of an account"))?)
        }
    };
    let entries = match tables.remove("account") {
        None => Vec::new(),
        Some(entries) => match (entries.span(), entries.into_inner()) {
            (_, DeValue::Array(entries)) => entries.into_iter().collect(),
            (span, _) => {
                let what = "expected a list of tables: [[account]]";
                return Err(source.error(Some(span), what));
            }
        },
    };
    let (providers, warnings) = accounts(entries, &source, reader)?;
    config.default_account = default_account;
    config.warnings = warnings;
    // A file without accounts is used with accounts from elsewhere.
    config.providers = match providers.accounts().is_empty() {
        true => providers,
        false => config.set_default_account(providers)?,
    };
    Ok(config)
}

/// Reads all `[[account]]` tables; returns warnings with them.
fn accounts(
    entries: Vec<Spanned<DeValue<'_>>>,
    source: &SourceText<'_>,
    reader: ConfigReader,
) -> Result<(Providers, Vec<String>), Error> {
    let mut providers = Providers::new();
    let mut warnings = Vec::new();
    let mut names: HashMap<String, std::ops::Range<usize>> = HashMap::new();
    for entry in entries {
        let entry = Entry::read(entry, source)?;
        let span = entry.name().span();
        let name = entry.name().get_ref().clone();
        Account::check_name(&name).map_err(|e| source.error(Some(span.clone()), e))?;
        if let Some(first) = names.insert(name.clone(), span.clone()) {
            let first = source.line_and_column(first.start);
            let what = format!(
                "two accounts have the name {name:?}; the first is at {}:{}",
                first.0, first.1
            );
            return Err(source.error(Some(span), what));
        }
        let module = entry.module();
        let account = match entry.account(source, &reader, &mut warnings) {
            Err(error) if reader.keeps_unusable => unusable::account(module, &name, error)?,
            account => account?,
        };
        let added = providers.add(account);
        added.map_err(|e| source.error(Some(span), e))?;
    }
    Ok((providers, warnings))
}

fn text_of(value: Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::String(text) => Some(Spanned::new(span, text.into_owned())),
        _ => None,
    }
}
