//! Completions: of commands and options by clap, of ids by asking the accounts.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use clap_complete::CompletionCandidate;
use clap_complete::env::Shells;
use unitune::providers::{ListQuery, Operation, Providers};
use unitune::vendors;

use crate::accounts::Accounts;
use crate::args::{AccountArguments, Arguments, CompletionsArguments, SourceArguments};
use crate::exit::{Exit, Failure};
use crate::output::plain;

/// How long a completion may take at most.
const WAIT: Duration = Duration::from_secs(3);
/// How many ids are proposed.
const MOST: usize = 100;

pub fn run(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(&arguments.shell) else {
        let what = format!("the shell {} is not known", arguments.shell);
        return Err(Failure::new(Exit::Usage, what));
    };
    let name = Arguments::command().get_name().to_owned();
    let mut text = Vec::new();
    shell.write_registration("COMPLETE", &name, &name, &name, &mut text)?;
    std::io::stdout().lock().write_all(&text)?;
    Ok(Exit::Done)
}

/// The names of the shells that are known.
pub fn shells() -> PossibleValuesParser {
    Shells::builtins().names().collect::<Vec<_>>().into()
}

/// The names of the vendors that are compiled in.
pub fn vendors() -> PossibleValuesParser {
    let vendors = vendors::all().iter();
    let vendors = vendors.filter(|vendor| vendor.is_compiled_in());
    vendors
        .map(|vendor| vendor.name())
        .collect::<Vec<_>>()
        .into()
}

pub fn jobs(typed: &OsStr) -> Vec<CompletionCandidate> {
    ids_of_jobs(typed, false)
}

pub fn unfinished_jobs(typed: &OsStr) -> Vec<CompletionCandidate> {
    ids_of_jobs(typed, true)
}

fn ids_of_jobs(typed: &OsStr, unfinished: bool) -> Vec<CompletionCandidate> {
    asked(typed, async move |providers| {
        let query = ListQuery::new().limit(MOST).notes(false);
        let list = providers.list(&query.account_wait(Some(WAIT / 2))).await;
        let jobs = list.map(|list| list.jobs).unwrap_or_default().into_iter();
        let jobs = jobs.filter(|job| !unfinished || !job.status.is_terminal());
        jobs.map(|job| {
            let help = format!("{}, {} at {}", job.status, job.model, job.provider.account);
            (job.id, help)
        })
        .collect()
    })
}

pub fn files(typed: &OsStr) -> Vec<CompletionCandidate> {
    asked(typed, async |providers| {
        let list = providers.list_files_within(Some(WAIT / 2)).await;
        let files = list.files.into_iter().take(MOST).map(|file| {
            let name = file.filename.unwrap_or_default();
            (file.id, format!("{name} at {}", file.provider.account))
        });
        files.collect()
    })
}

pub fn models(typed: &OsStr) -> Vec<CompletionCandidate> {
    asked(typed, async |providers| {
        let mut found = Vec::new();
        for account in providers.accounts() {
            if account.support(Operation::ListModels).is_supported() {
                let models = providers.models(account.name()).await.unwrap_or_default();
                found.extend(
                    models
                        .into_iter()
                        .map(|model| (model, account.name().to_owned())),
                );
            }
        }
        found
    })
}

pub fn accounts(typed: &OsStr) -> Vec<CompletionCandidate> {
    asked(typed, async |providers| {
        let accounts = providers.accounts().iter();
        accounts
            .map(|account| (account.name().to_owned(), account.vendor().to_string()))
            .collect()
    })
}

/// Asks the accounts that the words on the command line mean. Whatever goes
/// wrong, there is nothing to propose.
fn asked(
    typed: &OsStr,
    ask: impl AsyncFnOnce(Providers) -> Vec<(String, String)>,
) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else {
        return Vec::new();
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Vec::new();
    };
    let arguments = source_of(std::env::args_os().filter_map(|word| word.into_string().ok()));
    let found = runtime.block_on(async {
        let found = async {
            let accounts = Accounts::open(&arguments).await.ok()?;
            Some(ask(accounts.providers().clone()).await)
        };
        tokio::time::timeout(WAIT, found).await.ok().flatten()
    });
    runtime.shutdown_background();
    let found = found.unwrap_or_default().into_iter();
    let found = found.filter(|(value, _)| value.starts_with(typed));
    found
        .map(|(value, help)| {
            CompletionCandidate::new(plain(&value)).help(Some(plain(&help).into()))
        })
        .collect()
}

/// What the words of a command line that is not complete say of accounts.
fn source_of(words: impl Iterator<Item = String>) -> AccountArguments {
    let mut arguments = AccountArguments {
        accounts: Vec::new(),
        source: SourceArguments {
            config: None,
            sandbox: false,
        },
    };
    let mut words = words.skip_while(|word| word != "--").skip(1).peekable();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        match name.as_str() {
            "--sandbox" => arguments.source.sandbox = true,
            "--config" => {
                arguments.source.config = value.or_else(|| words.next()).map(PathBuf::from)
            }
            // The word that is being typed is no account yet.
            "--account" | "-a" if value.is_some() || words.peek().is_some() => {
                let account = value.or_else(|| words.next());
                arguments
                    .accounts
                    .extend(account.filter(|_| words.peek().is_some()));
            }
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_which_accounts_are_asked() {
        let of = |words: &str| source_of(words.split(' ').map(str::to_owned));
        let found = of("unitune -- unitune jobs get --account a --config=c.toml --sandbox x");
        assert_eq!(found.accounts, ["a"]);
        assert_eq!(found.source.config, Some("c.toml".into()));
        assert!(found.source.sandbox);
        // Not the account that is being completed.
        assert!(
            of("unitune -- unitune jobs get --account a")
                .accounts
                .is_empty()
        );
        assert!(of("unitune jobs --sandbox").source.config.is_none());
    }
}
