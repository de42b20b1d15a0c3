//! Finds and reads the configuration: the same locations in the same order for all
//! commands.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use unitune::ErrorKind;
use unitune::providers::{Config, ConfigReader, Providers};

use crate::exit::{Exit, Failure};
use crate::token_command;

/// The variable that names the configuration file.
const VARIABLE: &str = "UNITUNE_CONFIG";

/// The contents of the configuration file, if there is one.
pub struct Configuration {
    file: Config,
    path: Option<PathBuf>,
    /// The settings of the gateway. Without it, its table is left unread.
    #[cfg(feature = "gateway")]
    pub gateway: unitune_gateway::Config,
}

impl Configuration {
    /// Reads the first file that there is: that of `--config`, that of
    /// `UNITUNE_CONFIG`, the user's. The working directory has no say.
    ///
    /// # Errors
    ///
    /// A file that was named does not exist, or something in a file is unknown or of
    /// another type: in any of its tables, whether the command needs it or not.
    pub fn read(flag: Option<&Path>) -> Result<Self, Failure> {
        match find(flag, &|name| std::env::var_os(name)) {
            Some(found) => Self::from_file(&found),
            None => Self::none(),
        }
    }

    /// Reads the file of `--config`, and no other.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    #[cfg(feature = "gateway")]
    pub fn read_named(flag: Option<&Path>) -> Result<Self, Failure> {
        match flag {
            Some(path) => Self::from_file(&Found::flag(path)),
            None => Self::none(),
        }
    }

    /// Returns what holds without a file, which is an empty one.
    fn none() -> Result<Self, Failure> {
        Ok(Self {
            file: reader().from_toml("")?,
            path: None,
            #[cfg(feature = "gateway")]
            gateway: unitune_gateway::Config::default(),
        })
    }

    fn from_file(found: &Found) -> Result<Self, Failure> {
        if let Some(target) = missing_target(&found.path) {
            let what = format!(
                "{} is a link to {}, which is not there",
                found.path.display(),
                target.display()
            );
            return Err(Failure::new(Exit::Usage, what));
        }
        let file = reader()
            .from_file(&found.path)
            .map_err(|error| match found.named_by {
                Some(by) => {
                    Failure::new(Exit::Usage, format!("{error} (the file is named by {by})"))
                }
                None => Failure::from(error),
            })?;
        #[cfg(feature = "gateway")]
        let gateway = file.table("gateway")?.unwrap_or_default();
        for warning in file.warnings() {
            crate::output::warning(&warning.to_string());
        }
        Ok(Self {
            file,
            path: Some(found.path.clone()),
            #[cfg(feature = "gateway")]
            gateway,
        })
    }

    /// Returns the file that was read.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns true where the file has accounts.
    pub fn has_accounts(&self) -> bool {
        !self.file.providers().accounts().is_empty()
    }

    /// Returns the accounts of the file; without a file, or without an account
    /// in it, those of the environment.
    ///
    /// # Errors
    ///
    /// There is no account, or none that can be used.
    pub fn accounts(self) -> Result<Providers, Failure> {
        let is_of_file = self.has_accounts();
        self.file.into_providers_or_env().map_err(|error| {
            if error.kind() != ErrorKind::Config || is_of_file {
                return Failure::from(error);
            }
            let file = user_file(&|name| std::env::var_os(name));
            let file = file.map_or_else(String::new, |path| {
                format!(
                    "\nAccounts can also be in a file: --config FILE, or {}",
                    path.display()
                )
            });
            let more = "\nunitune accounts add writes it. To try it without any account: --sandbox";
            Failure::new(Exit::Usage, format!("{error}{file}{more}"))
        })
    }

    /// Returns these accounts with the file's default account, if it has one.
    ///
    /// # Errors
    ///
    /// It is not one of them.
    #[cfg(feature = "gateway")]
    pub fn set_default_account(&self, providers: Providers) -> Result<Providers, Failure> {
        Ok(self.file.set_default_account(providers)?)
    }
}

/// Returns the reader of the configuration, which accepts commands that print
/// tokens. An account that cannot be used does not keep the others from their work.
pub fn reader() -> ConfigReader {
    let reader = ConfigReader::new().token_command(token_command::source);
    reader.keep_unusable_accounts()
}

/// A configuration file, and what named it.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    path: PathBuf,
    named_by: Option<&'static str>,
}

impl Found {
    fn flag(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            named_by: None,
        }
    }
}

/// Returns the file that accounts are written to: that of `--config`, that of
/// `UNITUNE_CONFIG`, the user's.
///
/// # Errors
///
/// None is named, and there is no folder for the user's.
pub fn file_to_write(flag: Option<&Path>) -> Result<PathBuf, Failure> {
    let variable = |name: &str| std::env::var_os(name);
    let named = variable(VARIABLE).filter(|path| !path.is_empty());
    let found = flag
        .map(Path::to_owned)
        .or_else(|| named.map(PathBuf::from));
    found.or_else(|| user_file(&variable)).ok_or_else(|| {
        let message = "there is no folder for the configuration (HOME is not set): name a file \
                       with --config";
        Failure::new(Exit::Usage, message)
    })
}

/// Returns the folder for what the program remembers between calls.
pub fn state_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let state = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else {
        folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))
    };
    Some(state?.join("unitune"))
}

/// Finds the configuration file. Only the user's file may be missing.
fn find(flag: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<Found> {
    if let Some(path) = flag {
        return Some(Found::flag(path));
    }
    if let Some(path) = variable(VARIABLE).filter(|path| !path.is_empty()) {
        return Some(Found {
            path: path.into(),
            named_by: Some(VARIABLE),
        });
    }
    let path = user_file(variable)?;
    // What cannot be looked at is an error when it is read, and so is a link to nothing.
    let is_there = path.try_exists().unwrap_or(true) || path.is_symlink();
    is_there.then_some(Found {
        path,
        named_by: None,
    })
}

/// Returns where a path leads that is a link to nothing.
fn missing_target(path: &Path) -> Option<PathBuf> {
    let is_missing = path.try_exists().is_ok_and(|is_there| !is_there);
    path.read_link().ok().filter(|_| is_missing)
}

/// Returns the user's file. Folders that are not absolute do not count: they
/// would be below the working directory.
fn user_file(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(variable(name)?);
        path.is_absolute().then_some(path)
    };
    let configuration = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))
    };
    Some(configuration?.join("unitune").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file that is found with these variables set.
    fn found(flag: Option<&str>, variables: &[(&str, &Path)]) -> Option<PathBuf> {
        let value = |name: &str| {
            let mut variables = variables.iter();
            let (_, value) = variables.find(|(variable, _)| *variable == name)?;
            Some(value.as_os_str().to_owned())
        };
        find(flag.map(Path::new), &value).map(|found| found.path)
    }

    #[cfg(unix)]
    #[test]
    fn the_flag_comes_before_the_variable_and_that_before_the_user_s_file() {
        let home = tempfile::tempdir().unwrap();
        let (home, nobody) = (home.path(), Path::new("/nobody"));
        let xdg = home.join("xdg");
        for folder in [home.join(".config"), xdg.clone()] {
            std::fs::create_dir_all(folder.join("unitune")).unwrap();
            std::fs::write(folder.join("unitune/config.toml"), "").unwrap();
        }
        let named = Path::new("named.toml");
        let all = [
            ("UNITUNE_CONFIG", named),
            ("XDG_CONFIG_HOME", &xdg),
            ("HOME", home),
        ];
        assert_eq!(found(Some("flag.toml"), &all), Some("flag.toml".into()));
        assert_eq!(found(None, &all), Some("named.toml".into()));
        assert_eq!(
            found(None, &all[1..]),
            Some(xdg.join("unitune/config.toml"))
        );
        let of_home = home.join(".config/unitune/config.toml");
        assert_eq!(found(None, &all[2..]), Some(of_home.clone()));
        // Empty and relative values do not count.
        let empty = Path::new("");
        for none in [empty, Path::new(".")] {
            let variables = [
                ("UNITUNE_CONFIG", empty),
                ("XDG_CONFIG_HOME", none),
                ("HOME", home),
            ];
            assert_eq!(found(None, &variables), Some(of_home.clone()));
            assert_eq!(found(None, &[("HOME", none)]), None);
        }
        assert_eq!(found(None, &[]), None);
        assert_eq!(found(None, &[("HOME", nobody)]), None);
    }
}
