//! The command line.
// These comments are the help of the program, not pages of rustdoc.
#![allow(rustdoc::broken_intra_doc_links)]

pub mod accounts;
pub mod files;
pub mod jobs;
pub mod metrics_compare_costs;
pub mod models;
pub mod service;
#[cfg(feature = "top")]
pub mod top;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use crate::completions;

pub use values::{Assignment, NonBlank, StatusParser, StatusPart, statuses};

/// Fine-tuning jobs of every vendor: create, list, watch, compare and move them.
///
/// The configuration is the first of these that there is, in all commands:
/// the file of --config; the file that the variable UNITUNE_CONFIG names; the
/// user's file, $XDG_CONFIG_HOME/unitune/config.toml, by default
/// ~/.config/unitune/config.toml (on Windows %APPDATA%\unitune\config.toml).
/// `unitune accounts add` writes it. Without a file, or without an account in
/// it, accounts come from the vendors' usual environment variables:
/// OPENAI_API_KEY, TOGETHER_API_KEY, FIREWORKS_API_KEY, AZURE_OPENAI_API_KEY, TFY_API_KEY (and
/// OPENAI_BASE_URL, TOGETHER_BASE_URL and so on for other addresses). With
/// --sandbox, simulated vendors are used instead: no keys, no network, no costs.
///
/// Exit codes: 0 done; 1 not found or failed; 2 called wrongly, not
/// configured, or not clear which account is meant; 3 an account could not be
/// asked (no connection, a rejected key, no answer), and what was printed, if
/// anything, is of the others. Of `jobs watch` and `--watch`: 4 a job failed;
/// 5 a job was cancelled; 6 the time ran out; 7 only paused jobs are left. 130
/// after Ctrl-C, SIGTERM or SIGHUP.
#[derive(Debug, Parser)]
#[command(
    name = "unitune",
    version,
    after_help = examples()
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// Returns the examples of the help: of commands that this program has.
fn examples() -> String {
    let examples = "\
Examples:
  unitune jobs list --sandbox
  unitune accounts add research --vendor together
  unitune jobs create --on research --model Qwen/Qwen3-8B -t train.jsonl --watch
  unitune jobs watch ft-39b54ca8-99b6-4371-a747-ac7fabbdf857";
    let serve = "\n  unitune serve --config unitune.toml";
    let serve = if cfg!(feature = "gateway") { serve } else { "" };
    format!("{examples}{serve}")
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fine-tuning jobs: create, look at, watch, change and move them
    #[command(subcommand, visible_alias = "job")]
    Jobs(jobs::JobsCommand),
    /// Show the jobs of all accounts on a full screen: sort, filter, open, cancel
    ///
    /// Shows the jobs of all accounts on a full screen, and follows those that have
    /// not ended. Enter opens one: details, the curves of its training, its log. The
    /// line at the bottom shows the keys, and ? shows all of them.
    #[cfg(feature = "top")]
    Top(top::TopArguments),
    /// Files of training examples, and results
    #[command(subcommand, visible_alias = "file")]
    Files(files::FilesCommand),
    /// Models that can be trained, their limits and prices
    #[command(subcommand, visible_alias = "model")]
    Models(models::ModelsCommand),
    /// The accounts that are configured, and their keys
    #[command(subcommand, visible_alias = "account")]
    Accounts(accounts::AccountsCommand),
    /// Print what makes a shell complete commands, options and ids
    ///
    /// Prints what makes a shell complete commands, options, and the ids of jobs and
    /// files; bash, zsh, fish, elvish and powershell are known.
    ///
    /// The shell then calls unitune whenever it completes: what it proposes is what
    /// the accounts have at that moment.
    Completions(CompletionsArguments),
    /// Print the manual page, or write one for each command
    ///
    /// Prints the manual page of unitune, or writes a page for each command into a
    /// folder.
    Man(ManArguments),
    /// Simulate the vendors on loopback until interrupted
    ///
    /// Simulates the vendors that unitune supports, with jobs that go through
    /// each vendor's life cycle; no keys, no network, no costs.
    ///
    /// With --speed 0 the sandbox's clock does not move: the same seed and the same
    /// requests then give the same answers, byte for byte.
    Sandbox(service::SandboxArguments),
    /// Serve the gateway's HTTP API over all accounts, for any OpenAI SDK
    ///
    /// Serves jobs and files of all accounts under one HTTP API: OpenAI's and the
    /// gateway's, at /, /v1 and /api/llm.
    ///
    /// Without tokens in the configuration it serves on loopback only.
    #[cfg(feature = "gateway")]
    Serve(service::ServeArguments),
}

/// Where accounts come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Accounts")]
pub struct SourceArguments {
    /// Read this file, instead of the user's (see `unitune --help`)
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Use simulated vendors instead of real accounts; it is always the same moment there, and
    /// where jobs are watched, a minute passes in each second
    #[arg(long)]
    pub sandbox: bool,
}

/// Which accounts are meant, of those that there are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Accounts")]
pub struct AccountArguments {
    /// Only this account (or all accounts of this vendor); can be repeated
    #[arg(long = "account", short = 'a', value_name = "NAME", alias = "provider",
          add = ArgValueCompleter::new(completions::accounts))]
    pub accounts: Vec<String>,

    #[command(flatten)]
    pub source: SourceArguments,
}

/// How results are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArguments {
    /// How to print what is found
    #[arg(long, short = 'o', value_name = "FORMAT", value_enum)]
    pub output: Option<Format>,

    /// Short for --output json
    #[arg(long, conflicts_with = "output")]
    pub json: bool,

    /// Only these columns, in this order: names with commas between them, or places in the JSON
    /// such as hyperparameters.n_epochs; an unknown name lists those that there are
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,

    /// Sort by this column; with a minus before it, the largest first
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,

    /// Times in UTC, where they would be relative on a terminal
    #[arg(long)]
    pub utc: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people; it fits the terminal
    Table,
    /// One JSON document
    Json,
    /// One JSON document per line
    Jsonl,
    /// Comma-separated values with a head, times in ISO 8601
    Csv,
    /// The JSON document as YAML
    Yaml,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune completions bash >> ~/.bashrc
  unitune completions zsh >> ~/.zshrc
  unitune completions fish > ~/.config/fish/completions/unitune.fish
  unitune completions powershell >> $PROFILE")]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = completions::shells())]
    pub shell: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune man
  unitune man --folder ~/.local/share/man/man1")]
pub struct ManArguments {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    /// All commands, with their names from the first one on.
    fn commands(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        let own = (path.to_owned(), command.clone());
        let inner = command.get_subcommands();
        let inner = inner.filter(|inner| inner.get_name() != "help");
        let inner =
            inner.flat_map(|inner| commands(inner, &format!("{path} {}", inner.get_name())));
        std::iter::once(own).chain(inner).collect()
    }

    #[test]
    fn the_help_is_as_reviewed_and_fits_80_columns() {
        for (path, command) in commands(&Arguments::command(), "unitune") {
            let mut command = command.term_width(80).bin_name(&path);
            let help = command.render_long_help().to_string();
            let is_leaf = command.get_subcommands().next().is_none();
            assert!(
                !is_leaf || help.contains("Examples:"),
                "{path} has no example"
            );
            for line in help.lines() {
                assert!(line.chars().count() <= 80, "{path}: {line}");
            }
            insta::assert_snapshot!(path.replace(' ', "_"), help);
        }
    }

    /// The calls of the program in the examples of all commands.
    fn all_examples() -> Vec<String> {
        let commands = commands(&Arguments::command(), "unitune").into_iter();
        let texts = commands.filter_map(|(_, command)| Some(command.get_after_help()?.to_string()));
        let texts: Vec<String> = texts.collect();
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert!(
                line.chars().count() <= 80,
                "it would be broken into two: {line}"
            );
        }
        let joined = texts.iter().map(|text| text.replace("\\\n", ""));
        let joined: Vec<String> = joined.collect();
        let lines = joined.iter().flat_map(|text| text.lines()).map(str::trim);
        // From where the program begins to where the shell goes on.
        let calls = lines.filter_map(|line| line.find("unitune ").map(|start| &line[start..]));
        let calls = calls.filter_map(|call| call.split(['>', '|']).next());
        calls.map(str::to_owned).collect()
    }

    #[test]
    fn every_example_of_the_help_can_be_called() {
        let examples = all_examples();
        assert!(examples.len() > 10, "{examples:?}");
        for example in examples {
            let words = shlex::split(&example).unwrap();
            if let Err(error) = Arguments::try_parse_from(words) {
                panic!("{example}: {error}");
            }
        }
    }

    #[test]
    fn a_status_is_one_of_the_gateway_s() {
        let parse = |status: &str| {
            Arguments::try_parse_from(["unitune", "jobs", "list", "--status", status])
        };
        assert!(parse("cancelled").is_ok());
        let error = parse("paused").unwrap_err().to_string();
        assert!(error.contains("succeeded"), "{error}");
    }
}
