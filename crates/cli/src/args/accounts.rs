//! `unitune accounts …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::{AccountArguments, OutputArguments};
use crate::completions;

#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// List the accounts, and where they come from
    #[command(
        visible_alias = "ls",
        after_help = "\
Examples:
  unitune accounts list
  unitune accounts list --json"
    )]
    List(ListArguments),
    /// Write an account into the configuration
    ///
    /// Writes an account into the configuration, which only you can read then (mode
    /// 0600). The key is asked for, and not shown; a key on the command line would
    /// be in the shell's history. On a pipe, it is read from stdin.
    Add(AddArguments),
    /// Take an account out of the configuration, after a question
    ///
    /// Takes an account out of the configuration, with its key where that stands there.
    /// The other accounts and all comments stay. Nothing changes at the vendor.
    #[command(visible_alias = "rm")]
    Remove(RemoveArguments),
    /// Try each key: does it work, how fast, what may it do
    #[command(after_help = "\
Examples:
  unitune accounts check
  unitune accounts check --account research --json")]
    Check(ListArguments),
}

#[derive(Debug, Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune accounts remove research
  unitune accounts remove research --yes --config unitune.toml")]
pub struct RemoveArguments {
    /// The account's name
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completions::accounts))]
    pub name: String,

    /// Do it without asking
    #[arg(long, short = 'y')]
    pub yes: bool,

    /// Take it out of this file, instead of the user's (see `unitune --help`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune accounts add research --vendor together
  unitune accounts add main --vendor openai --key-env OPENAI_MAIN_KEY --default
  unitune accounts add gateway --vendor truefoundry \\
    --base-url https://gateway.example
  pass show together | unitune accounts add research --vendor together")]
pub struct AddArguments {
    /// The account's name, of letters, digits and . _ - @ +; asked for where it is left out
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// The vendor; asked for where it is left out
    #[arg(long, value_name = "VENDOR", value_parser = completions::vendors())]
    pub vendor: Option<String>,

    /// Take the key from this environment variable whenever it is needed, and write no key
    #[arg(long, value_name = "VARIABLE")]
    pub key_env: Option<String>,

    /// The address, where it is not the vendor's own
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,

    /// The organisation to show where the vendor names none
    #[arg(long, value_name = "TEXT")]
    pub organization: Option<String>,

    /// Use it where no account is named
    #[arg(long)]
    pub default: bool,

    /// Replace an account that has this name
    #[arg(long)]
    pub replace: bool,

    /// Do not try the key
    #[arg(long)]
    pub no_check: bool,

    /// Write to this file, instead of the user's (see `unitune --help`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}
